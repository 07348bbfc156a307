package io.tain.topic;

import java.util.Map;

/**
 * A topic as one cluster has it.
 *
 * @param partitions how many
 * @param replicationFactor of its first partition
 * @param configs on the source: those set on the topic itself; on the target: all that are in force
 */
public record TopicShape(int partitions, int replicationFactor, Map<String, String> configs) {
    public TopicShape {
        configs = Map.copyOf(configs);
    }
}
