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
 * @param load what is under way, and what holds it back
 * @param retries how often something was tried again since the start
 * @param groups the consumer groups whose offsets are carried to the target, by name
 * @param checkpointAgeMs for how long checkpoints have failed to be written to the state topic; empty without one
 */
public record LinkStatus(
        String link,
        List<PartitionStatus> partitions,
        Totals totals,
        Map<Event.Kind, Long> events,
        Load load,
        Retries retries,
        List<GroupStatus> groups,
        OptionalLong checkpointAgeMs) {
    /**
     * What was tried again, by why; without the reasons that never came up.
     *
     * @param source fetches of a partition
     * @param target writes of a partition's batches, those in another form included
     */
    public record Retries(Map<String, Long> source, Map<String, Long> target) {
        public static final Retries NONE = new Retries(Map.of(), Map.of());
    }

    /** The state of a partition, in the words of status, logs and documentation. */
    public enum State {
        /** Assigned; its position or its target topic is not known yet. */
        STARTING,
        RUNNING,
        /** Not read until an operator resumes it. It stays this process's, and what was read before is still copied. */
        PAUSED,
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
     * @param reason why it is not running, or what the end that it has reached waits for
     * @param position offset of the next record to read
     * @param committable lowest offset that is not yet acknowledged by the target
     * @param lag records between {@code committable} and the end that the isolation level shows; empty until known
     * @param measures more about how it goes
     * @param untilLossMs when the source's retention will have reached {@code committable}, if that stays where it is and
     *     retention goes on as it has since the process watches; empty when nothing is behind, or that is not known
     */
    public record PartitionStatus(
            TopicPartition partition,
            State state,
            Optional<String> reason,
            long position,
            long committable,
            OptionalLong lag,
            Measures measures,
            OptionalLong untilLossMs) {
        PartitionStatus in(State newState, Optional<String> newReason) {
            return new PartitionStatus(
                    partition, newState, newReason, position, committable, lag, measures, untilLossMs);
        }
    }

    /**
     * How it goes with a partition.
     *
     * @param committed the position that the group has, -1 until known
     * @param end end of what the isolation level shows; empty until known
     * @param lagMs age of the oldest record that is not yet acknowledged, by its batch's largest timestamp; 0 when
     *     there is none, empty when unknown
     * @param uncommittedMs for how long something acknowledged has been waiting to be committed; 0 if nothing is
     * @param forwarded batches read since the assignment to be sent on as they were
     * @param transcoded batches rewritten since the assignment, by reason
     * @param dropped control, aborted and empty batches since the assignment
     * @param records acknowledged by the target since the assignment
     */
    public record Measures(
            long committed,
            OptionalLong end,
            OptionalLong lagMs,
            long uncommittedMs,
            long forwarded,
            Map<String, Long> transcoded,
            long dropped,
            long records) {
        /** Of a partition that is not read yet. */
        public static final Measures NONE =
                new Measures(-1, OptionalLong.empty(), OptionalLong.empty(), 0, 0, Map.of(), 0, 0);
    }

    /**
     * @param bytesRead bytes of batches read from the source since the start, those read again included
     * @param usedBytes of the memory budget just now
     * @param budgetBytes the link's share of the memory budget
     * @param sourceThrottledMs how long the source's brokers have told us to wait, in all
     * @param targetThrottledMs how long the target's brokers have told us to wait, in all
     * @param bottleneck what keeps the link from copying faster
     * @param latency from a batch's largest timestamp to its acknowledgement by the target, since the start
     * @param joined whether all streams are members of the group
     */
    public record Load(
            long bytesRead,
            long usedBytes,
            long budgetBytes,
            long sourceThrottledMs,
            long targetThrottledMs,
            Bottleneck bottleneck,
            Latency latency,
            boolean joined) {}

    /**
     * Durations by size.
     *
     * @param buckets in rising order; the last has no bound
     * @param sumMs of all durations
     */
    public record Latency(List<Bucket> buckets, long sumMs) {
        /**
         * @param upToMs its largest duration; {@code Long.MAX_VALUE} for the last
         * @param count durations in this bucket alone
         */
        public record Bucket(long upToMs, long count) {}

        public long count() {
            return buckets.stream().mapToLong(Bucket::count).sum();
        }
    }

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

    /** Age of the oldest record that is not yet acknowledged, of those partitions where it is known. */
    public OptionalLong lagMs() {
        return partitions.stream()
                .flatMapToLong(p -> p.measures().lagMs().stream())
                .max();
    }

    /** Records behind over all partitions whose lag is known. */
    public long lag() {
        return partitions.stream().mapToLong(p -> p.lag().orElse(0)).sum();
    }
}
