package io.tain.wire;

import org.apache.kafka.common.protocol.Errors;

/** What a partition's part of a Fetch answer means to the reader. */
public enum FetchOutcome {
    OK,
    /** Led elsewhere, or the leader changed; metadata is being refreshed. */
    MOVED,
    /** The position is below the log's start or above its end. Never to be answered by a silent reset. */
    OUT_OF_RANGE,
    /** The log was truncated below the position (unclean leader election). */
    DIVERGED,
    UNAUTHORIZED,
    UNKNOWN_TOPIC,
    /** The topic id is not the one asked for: deleted and recreated. */
    RECREATED,
    /** The broker itself found its stored batch corrupt. */
    CORRUPT,
    /** Anything that another try may mend. */
    RETRY;

    static FetchOutcome of(Errors error) {
        return switch (error) {
            case NONE -> OK;
            case NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH -> MOVED;
            case OFFSET_OUT_OF_RANGE -> OUT_OF_RANGE;
            case TOPIC_AUTHORIZATION_FAILED -> UNAUTHORIZED;
            case UNKNOWN_TOPIC_OR_PARTITION -> UNKNOWN_TOPIC;
            case UNKNOWN_TOPIC_ID, INCONSISTENT_TOPIC_ID -> RECREATED;
            case CORRUPT_MESSAGE -> CORRUPT;
            default -> RETRY;
        };
    }
}
