package io.tain.wire;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import org.apache.kafka.common.TopicPartition;

/**
 * One partition's part of a Fetch answer.
 *
 * @param partition the partition
 * @param fetchOffset the offset that was asked for
 * @param outcome what it means
 * @param error the broker's name for it
 * @param records batches as they are in the source's log, the last perhaps partial; a slice of the whole answer's buffer
 * @param marks the log's ends
 * @param aborted aborted transactions that touch {@code records}, only under {@code read_committed}
 * @param preferredReplica a nearer replica to read from (KIP-392)
 */
public record FetchedPartition(
        TopicPartition partition,
        long fetchOffset,
        FetchOutcome outcome,
        String error,
        ByteBuffer records,
        LogMarks marks,
        List<AbortedRun> aborted,
        OptionalInt preferredReplica) {

    /**
     * Offsets of the source's log, -1 when not told.
     *
     * @param logStart first offset still there
     * @param lastStable end for {@code read_committed}
     * @param highWatermark end for {@code read_uncommitted}
     * @param divergedAt end of the history that the log shares with what was read before; told with DIVERGED only
     * @param leaderEpoch of the leader that was asked; all that it has is of this epoch or of earlier ones
     */
    public record LogMarks(long logStart, long lastStable, long highWatermark, long divergedAt, int leaderEpoch) {}

    /**
     * @param producerId whose transaction was aborted
     * @param firstOffset where that transaction begins in this partition
     */
    public record AbortedRun(long producerId, long firstOffset) {}
}
