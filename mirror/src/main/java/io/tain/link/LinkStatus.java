package io.tain.link;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * What one link is doing at a moment: an immutable snapshot that any thread may read.
 *
 * @param link the link's name
 * @param partitions the partitions this process owns
 * @param totals counters since the start
 * @param events how often each kind of event has happened since the start; without those that have not
 */
public record LinkStatus(String link, List<PartitionStatus> partitions, Totals totals, Map<Event.Kind, Long> events) {
    /** The state of a partition, in the words of status, logs and documentation. */
    public enum State {
        /** Assigned; its position or its target topic is not known yet. */
        STARTING,
        RUNNING,
        /** Waiting for something named in the reason, and trying again by itself. */
        RETRYING,
        /** Has or may have records to copy, and nothing was acknowledged for a minute; the reason names what it waits for. */
        STALLED,
        /** Stopped for the safety of its data until an operator acts; the reason says how. */
        HALTED
    }

    /**
     * @param partition the source partition
     * @param state its state
     * @param reason why it is not running
     * @param position offset of the next record to read
     * @param committable lowest offset that is not yet acknowledged by the target
     * @param lag records between {@code committable} and the end that the isolation level shows; empty until known
     */
    public record PartitionStatus(
            TopicPartition partition,
            State state,
            Optional<String> reason,
            long position,
            long committable,
            OptionalLong lag) {}

    /**
     * @param records acknowledged by the target
     * @param bytes acknowledged by the target, as batches on the wire
     * @param forwardedBatches batches sent on as they were
     * @param transcodedBatches batches rewritten, by reason
     * @param droppedBatches control, aborted and empty batches, not copied
     * @param refusedRecords records left out because the target would not take them
     * @param deadLetters records written to dead-letter topics because their own would not take them
     * @param lostOffsets source offsets that retention deleted before they were copied, and that were jumped over
     */
    public record Totals(
            long records,
            long bytes,
            long forwardedBatches,
            Map<String, Long> transcodedBatches,
            long droppedBatches,
            long refusedRecords,
            long deadLetters,
            long lostOffsets) {}

    /** Records behind over all partitions whose lag is known. */
    public long lag() {
        return partitions.stream().mapToLong(p -> p.lag().orElse(0)).sum();
    }
}
