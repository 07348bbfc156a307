package io.tain.verify;

import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** What is kept of a partition between rounds: how far both sides are alike, and what was found. Used by one thread. */
final class PartitionState {
    private static final int MOST_DIFFERENCES = 100;

    private final TopicPartition partition;
    private boolean begun;
    private boolean isKeyed;
    private long sourceOffset;
    private long targetOffset;
    private long wanted;
    private long records;
    private long differences;
    private Optional<Difference> first = Optional.empty();
    private Optional<String> problem = Optional.empty();

    PartitionState(TopicPartition partition) {
        this.partition = partition;
    }

    TopicPartition partition() {
        return partition;
    }

    /** What is to be compared in this round: the whole cut, or the rest of it. */
    Cut begin(Cut cut) {
        if (!begun) {
            moveTo(cut.sourceFrom(), cut.targetFrom());
        }
        wanted = cut.sourceTo();
        return isKeyed ? cut : cut.from(sourceOffset, targetOffset);
    }

    /** Whether only the last record of each key is compared, from the beginning at each round. */
    boolean isKeyed() {
        return isKeyed;
    }

    /** Takes note of what was found by keys, in the place of what was found before. */
    void setKeyed(Cut cut, KeyedLook.Result result) {
        begun = true;
        isKeyed = true;
        records = result.keys();
        differences = result.differences();
        moveTo(cut.sourceTo(), cut.targetTo());
    }

    /** Whether nothing was compared yet, so that both sides may begin with different records. */
    boolean isAtStart() {
        return !begun;
    }

    void moveTo(long source, long target) {
        sourceOffset = source;
        targetOffset = target;
    }

    long sourceOffset() {
        return sourceOffset;
    }

    long targetOffset() {
        return targetOffset;
    }

    void add(long compared) {
        begun = true;
        records += compared;
    }

    /** Takes note of a difference; tells whether it is the first. */
    boolean add(Difference difference) {
        begun = true;
        differences++;
        if (differences > MOST_DIFFERENCES) {
            fail("more than " + MOST_DIFFERENCES + " differences; the rest was not compared");
        }
        return addFirst(difference);
    }

    boolean addFirst(Difference difference) {
        if (first.isEmpty()) {
            first = Optional.of(difference);
            return true;
        }
        return false;
    }

    void fail(String why) {
        problem = Optional.of(why);
    }

    /** Whether it will not be compared any further. */
    boolean isGivenUp() {
        return problem.isPresent();
    }

    PartitionResult result() {
        return new PartitionResult(
                partition, records, sourceOffset, Math.max(wanted, sourceOffset), differences, first, problem);
    }
}
