package io.tain.batch;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * One assignment of a source partition to this process, from the rebalance that brings it to the one that takes it away.
 * What is still under way for an ended assignment is of no account to the next one of the same partition.
 *
 * <p>Shared by the threads of a stream: the control thread ends it, the reader adds pending bytes, the writer takes them
 * off and counts what was copied.
 */
public final class Assignment {
    private final TopicPartition partition;
    private final AtomicLong pendingBytes = new AtomicLong();
    private final AtomicLong queuedRecords;
    private final Uuid targetTopic;
    private final AtomicLong copied = new AtomicLong();
    private final AtomicLong copiedBytes = new AtomicLong();
    private final Optional<Owner> owner;
    private volatile Optional<Writer> writer = Optional.empty();
    private volatile boolean ended;
    private volatile long crowdedUntilMs = Long.MIN_VALUE;

    /** @param queuedRecords records of all assignments of a stream that were handed to a writer and not sent yet */
    public Assignment(TopicPartition partition, AtomicLong queuedRecords) {
        this(partition, queuedRecords, Uuid.ZERO_UUID, Optional.empty());
    }

    /**
     * Who writes the target partition, and nobody else: for as long as the target remembers whose the producer id is, and up to which
     * epoch it is shut out. Once it has forgotten, there is nothing that keeps a former owner from writing.
     *
     * @param producerId for its batches
     * @param epoch of the id; behind it is nobody
     * @param sinceMs when it became the owner, or shortly before, by a clock in milliseconds that never goes back
     * @param lifeMs for how long from then on the target remembers at least, in milliseconds
     */
    public record Owner(long producerId, short epoch, long sinceMs, long lifeMs) {
        /** Whether it should become the owner anew, which begins another life. */
        public boolean isDue(long nowMs) {
            return nowMs - sinceMs > lifeMs / 3;
        }

        /** Whether it may not write any more: long before the target forgets. */
        public boolean isOver(long nowMs) {
            return nowMs - sinceMs > lifeMs / 3 * 2;
        }
    }

    /** A producer that has written some of it. */
    public record Writer(long producerId, short epoch) {}

    /**
     * @param targetTopic the id of the target topic of the same name, which must not change; zero if unknown
     * @param owner under whose name it is written; empty leaves that to the writer
     */
    public Assignment(TopicPartition partition, AtomicLong queuedRecords, Uuid targetTopic, Optional<Owner> owner) {
        this.partition = partition;
        this.queuedRecords = queuedRecords;
        this.targetTopic = targetTopic;
        this.owner = owner;
    }

    public TopicPartition partition() {
        return partition;
    }

    /** The id of the target topic of the same name; zero if unknown. */
    public Uuid targetTopic() {
        return targetTopic;
    }

    /** Under whose name it is written; empty leaves that to the writer. */
    public Optional<Owner> owner() {
        return owner;
    }

    /** The writer's thread: what is sent next goes under that name; without one if the id is negative. */
    public void writtenBy(long producerId, short epoch) {
        Optional<Writer> last = writer;
        boolean same = last.isPresent()
                && last.get().producerId() == producerId
                && last.get().epoch() == epoch;
        if (!same && producerId >= 0) { // it is asked for each batch, and new hardly ever
            writer = Optional.of(new Writer(producerId, epoch));
        }
    }

    /** Under which name it was sent last, if it was. */
    public Optional<Writer> writer() {
        return writer;
    }

    /** No acknowledgement counts and no batch is sent for it from now on. */
    public void end() {
        ended = true;
    }

    public boolean hasEnded() {
        return ended;
    }

    /** Bytes handed to the writer and not yet released. */
    public long pendingBytes() {
        return pendingBytes.get();
    }

    /** The writer's thread: so much of it is on the target. */
    public void addCopied(int records, int bytes) {
        copied.lazySet(copied.get() + records);
        copiedBytes.lazySet(copiedBytes.get() + bytes);
    }

    /** Records of it that the target has acknowledged. */
    public long copied() {
        return copied.get();
    }

    /** Bytes of these, as batches. */
    public long copiedBytes() {
        return copiedBytes.get();
    }

    /** The writer's thread: small batches of it pile up before the target, and will for that long. */
    public void crowd(long untilMs) {
        crowdedUntilMs = untilMs;
    }

    /** The reader's thread: whether small batches of it pile up before the target. */
    public boolean isCrowded(long nowMs) {
        return nowMs < crowdedUntilMs;
    }

    void addPending(long bytes) {
        pendingBytes.addAndGet(bytes);
    }

    void addQueued(int records) {
        queuedRecords.addAndGet(records);
    }

    @Override
    public String toString() {
        return partition.toString();
    }
}
