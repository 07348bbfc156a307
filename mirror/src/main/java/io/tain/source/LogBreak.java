package io.tain.source;

import org.apache.kafka.common.Uuid;

/**
 * Why a partition can't be read on from its position.
 *
 * @param kind what was found
 * @param position offset of the record that would be read next
 * @param cutAt where the log was cut off, as the leader's epochs tell; -1 if unknown
 * @param leaderEpoch of the leader that told it: all that it had was of this epoch or of earlier ones; -1 if unknown
 * @param oldTopic the topic that was read so far; zero if unknown
 * @param newTopic the topic of that name now; zero if unknown
 */
public record LogBreak(Kind kind, long position, long cutAt, int leaderEpoch, Uuid oldTopic, Uuid newTopic) {
    public enum Kind {
        /** The position is below the log's start or above its end. */
        OUT_OF_RANGE,
        /** The leader's log has another history up to the position than what was read. */
        DIVERGED,
        /** The topic has another id than before. */
        RECREATED
    }

    static LogBreak outOfRange(SourcePartition partition, int leaderEpoch) {
        return new LogBreak(
                Kind.OUT_OF_RANGE, partition.position(), -1, leaderEpoch, partition.topicId(), partition.topicId());
    }

    static LogBreak diverged(SourcePartition partition, long cutAt, int leaderEpoch) {
        return new LogBreak(
                Kind.DIVERGED, partition.position(), cutAt, leaderEpoch, partition.topicId(), partition.topicId());
    }

    static LogBreak recreated(SourcePartition partition, Uuid newTopic) {
        return new LogBreak(Kind.RECREATED, partition.position(), -1, -1, partition.topicId(), newTopic);
    }
}
