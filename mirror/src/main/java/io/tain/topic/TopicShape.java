package io.tain.topic;

import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * A topic as one cluster has it.
 *
 * @param partitions how many
 * @param replicationFactor of its first partition
 * @param id the topic's id; zero on a cluster without topic ids
 * @param configs on the source: those set on the topic itself; on the target: all that are in force
 */
public record TopicShape(int partitions, int replicationFactor, Uuid id, Map<String, String> configs) {
    public TopicShape {
        configs = Map.copyOf(configs);
    }
}
