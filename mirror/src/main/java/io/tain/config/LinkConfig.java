package io.tain.config;

import java.util.Optional;

/**
 * Everything one link (one source cluster to one target cluster) is told by its operator, validated and with defaults
 * filled in. Immutable.
 *
 * @param name the link's name: in logs, thread names, client ids and metrics
 * @param groupId the consumer group on the source that holds the link's positions and shares out its partitions
 * @param topics which source topics are mirrored
 * @param source how to read
 * @param target how to write
 * @param tuning threads, intervals and limits
 * @param state what is kept on the target beside the copy
 * @param groups how consumer groups' offsets are carried to the target; empty leaves them alone
 */
public record LinkConfig(
        String name,
        String groupId,
        TopicSelection topics,
        SourceConfig source,
        TargetConfig target,
        Tuning tuning,
        StateConfig state,
        Optional<GroupSync> groups) {
    /** A link that keeps nothing on its target but the copy. */
    public LinkConfig(
            String name,
            String groupId,
            TopicSelection topics,
            SourceConfig source,
            TargetConfig target,
            Tuning tuning) {
        this(name, groupId, topics, source, target, tuning, StateConfig.NONE, Optional.empty());
    }
}
