package io.tain.link;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * What one link is doing at a moment: an immutable snapshot that any thread may read.
 *
 * @param link the link's name
 * @param clusters which it joins; empty until it has asked them
 * @param partitions the partitions this process owns
 * @param totals counters since the start
 * @param events how often each kind of event has happened since the start; without those that have not
 * @param load what is under way, and what holds it back
 * @param retries how often something was tried again since the start
 * @param upkeep what is kept on the target beside records
 */
public record LinkStatus(
        String link,
        Optional<Clusters> clusters,
        List<PartitionStatus> partitions,
        Totals totals,
        Map<Event.Kind, Long> events,
        Load load,
        Retries retries,
        Upkeep upkeep) {
    /**
     * @param source id of the source cluster
     * @param target id of the target cluster
     */
    public record Clusters(String source, String target) {}

    /**
     * @param groups the consumer groups whose offsets are carried to the target, by name
     * @param checkpointAgeMs for how long checkpoints have failed to be written to the state topic; empty without one
     */
    public record Upkeep(List<GroupStatus> groups, OptionalLong checkpointAgeMs) {
        public static final Upkeep NONE = new Upkeep(List.of(), OptionalLong.empty());
    }

    /**
     * @param records of batches
     * @param bytes of batches, as they are on the wire
     */
    public record Traffic(long records, long bytes) {
        public static final Traffic NONE = new Traffic(0, 0);
    }

    /**
     * What was tried again, by why; without the reasons that never came up.
     *
     * @param source fetches of a partition
     * @param target writes of a partition's batches, those in another form included
     * @param resentRecords records sent again because the answer to their last request was lost, or did not tell whether they
     *     had been written
     */
    public record Retries(Map<String, Long> source, Map<String, Long> target, long resentRecords) {
        public static final Retries NONE = new Retries(Map.of(), Map.of(), 0);
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
     * @param clientId of the group member that has it, as the source's brokers see it; empty until the link says
     */
    public record PartitionStatus(
            TopicPartition partition,
            State state,
            Optional<String> reason,
            long position,
            long committable,
            OptionalLong lag,
            Measures measures,
            Optional<String> clientId) {
        PartitionStatus in(State newState, Optional<String> newReason) {
            return new PartitionStatus(partition, newState, newReason, position, committable, lag, measures, clientId);
        }

        PartitionStatus of(String member) {
            return new PartitionStatus(
                    partition, state, reason, position, committable, lag, measures, Optional.of(member));
        }
    }

    /**
     * How it goes with a partition.
     *
     * @param committed the position that the group has, -1 until known
     * @param end end of what the isolation level shows; empty until known
     * @param lagMs age of the oldest record that is not yet acknowledged, by its batch's largest timestamp; 0 when
     *     there is none, empty when unknown
     * @param untilLossMs when the source's retention will have reached what is not acknowledged yet, if that stays where it is
     *     and retention goes on as it has since the process watches; empty when nothing is behind, or that is not known
     * @param uncommittedMs for how long something acknowledged has been waiting to be committed; 0 if nothing is
     * @param batches read since the assignment
     * @param copied acknowledged by the target since the assignment
     */
    public record Measures(
            long committed,
            OptionalLong end,
            OptionalLong lagMs,
            OptionalLong untilLossMs,
            long uncommittedMs,
            Batches batches,
            Traffic copied) {
        /** Of a partition that is not read yet. */
        public static final Measures NONE = new Measures(
                -1, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), 0, Batches.NONE, Traffic.NONE);
    }

    /**
     * @param forwarded to be sent on as they were
     * @param transcoded rewritten, by reason
     * @param dropped control, aborted and empty ones
     */
    public record Batches(long forwarded, Map<String, Long> transcoded, long dropped) {
        public static final Batches NONE = new Batches(0, Map.of(), 0);
    }

    /**
     * @param read from the source since the start, what was read again included: the bytes of all batches, and the records that
     *     are to be written
     * @param usedBytes of the memory budget just now
     * @param budgetBytes the link's share of the memory budget
     * @param sourceThrottledMs how long the source's brokers have told us to wait, in all
     * @param targetThrottledMs how long the target's brokers have told us to wait, in all
     * @param bottleneck what keeps the link from copying faster
     * @param delays of batches since the start
     * @param joined whether all streams are members of the group
     */
    public record Load(
            Traffic read,
            long usedBytes,
            long budgetBytes,
            long sourceThrottledMs,
            long targetThrottledMs,
            Bottleneck bottleneck,
            Delays delays,
            boolean joined) {}

    /**
     * @param replication from a batch's largest timestamp to its acknowledgement by the target
     * @param acknowledgement from sending a batch, for the last time, to its acknowledgement
     */
    public record Delays(Latency replication, Latency acknowledgement) {}

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

    /** The same link with some of its partitions. */
    public LinkStatus of(List<PartitionStatus> some) {
        return new LinkStatus(link, clusters, some, totals, events, load, retries, upkeep);
    }

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

    /**
     * About how many bytes a partition is behind: its lag times the mean size of the records copied of it or, if there are none,
     * of the link's; empty while nothing was copied, or the lag is unknown.
     */
    public OptionalLong lagBytes(PartitionStatus partition) {
        OptionalLong lag = partition.lag();
        return Stream.of(partition.measures().copied(), new Traffic(totals.records(), totals.bytes()))
                .filter(copied -> copied.records() > 0 && lag.isPresent())
                .mapToLong(copied -> Math.round((double) lag.getAsLong() * copied.bytes() / copied.records()))
                .findFirst();
    }

    /** About how many bytes all partitions are behind for which that is known; empty if it is of none. */
    public OptionalLong lagBytes() {
        long[] known = partitions.stream()
                .flatMapToLong(partition -> lagBytes(partition).stream())
                .toArray();
        return known.length == 0
                ? OptionalLong.empty()
                : OptionalLong.of(Arrays.stream(known).sum());
    }

    /** When retention on the source will have overtaken the first of the partitions that are behind. */
    public OptionalLong untilLossMs() {
        return partitions.stream()
                .flatMapToLong(p -> p.measures().untilLossMs().stream())
                .min();
    }

    /** For how long something acknowledged has been waiting to be committed, in the partition where it is longest. */
    public long uncommittedMs() {
        return partitions.stream()
                .mapToLong(p -> p.measures().uncommittedMs())
                .max()
                .orElse(0);
    }
}
