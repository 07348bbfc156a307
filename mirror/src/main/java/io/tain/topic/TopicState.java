package io.tain.topic;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.TimestampType;

/** Whether a source topic can be written on the target. */
public sealed interface TopicState {
    /**
     * It can.
     *
     * @param sourcePartitions when that was found out; a topic that grew since needs another look
     * @param targetPartitions at least as many
     * @param timestampType the target topic's
     * @param maxMessageBytes the target topic's limit of a batch
     * @param targetId the target topic's id; zero if unknown
     */
    record Ready(
            int sourcePartitions, int targetPartitions, TimestampType timestampType, int maxMessageBytes, Uuid targetId)
            implements TopicState {}

    /**
     * Not now; it is looked at again now and then.
     *
     * @param reason what is missing, and how to mend it
     */
    record Refused(String reason) implements TopicState {}
}
