package io.tain.wire;

import org.apache.kafka.common.protocol.Errors;

/** What a partition's part of a Produce answer means to the writer. */
public enum ProduceOutcome {
    /** Written, or found to be written already by an earlier try. */
    ACKNOWLEDGED,
    /** Led elsewhere; metadata is being refreshed. */
    MOVED,
    /** Earlier batches of this producer are missing in the broker's log. */
    OUT_OF_ORDER,
    /** The broker has forgotten this producer, or knows a newer epoch of it. */
    PRODUCER_UNKNOWN,
    TOO_LARGE,
    /** The broker will never take one or more of the records. */
    REFUSED,
    /** The checksum was wrong when the broker looked. */
    CORRUPT,
    UNAUTHORIZED,
    UNKNOWN_TOPIC,
    /** Anything that another try may mend. */
    RETRY;

    static ProduceOutcome of(Errors error) {
        return switch (error) {
            case NONE, DUPLICATE_SEQUENCE_NUMBER -> ACKNOWLEDGED;
            case NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH -> MOVED;
            case OUT_OF_ORDER_SEQUENCE_NUMBER -> OUT_OF_ORDER;
            case UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_EPOCH, PRODUCER_FENCED ->
                PRODUCER_UNKNOWN;
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE -> TOO_LARGE;
            case INVALID_RECORD,
                    INVALID_TIMESTAMP,
                    UNSUPPORTED_COMPRESSION_TYPE,
                    UNSUPPORTED_FOR_MESSAGE_FORMAT,
                    POLICY_VIOLATION,
                    INVALID_REQUIRED_ACKS -> REFUSED;
            case CORRUPT_MESSAGE -> CORRUPT;
            case TOPIC_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED, TRANSACTIONAL_ID_AUTHORIZATION_FAILED ->
                UNAUTHORIZED;
            case UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, INCONSISTENT_TOPIC_ID -> UNKNOWN_TOPIC;
            default -> RETRY;
        };
    }
}
