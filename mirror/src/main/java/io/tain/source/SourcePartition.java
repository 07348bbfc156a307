package io.tain.source;

import io.tain.batch.AdmissionPolicy;
import io.tain.batch.Assignment;
import io.tain.batch.TargetTraits;
import io.tain.batch.Verdict;
import io.tain.batch.Verdict.Action;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * A partition being read. Made by the control thread, then owned by the reader's; the volatile fields are written by the
 * reader alone and read by status.
 */
public final class SourcePartition {
    /** A nearer replica is used this long before the leader is asked again (KIP-392). */
    private static final long REPLICA_LEASE_MS = 300_000;

    private static final Verdict[] VERDICTS = Verdict.values();

    private final Assignment assignment;
    private final TargetTraits traits;
    private final AdmissionPolicy policy;
    private final Map<Verdict, AtomicLong> verdicts = new EnumMap<>(Verdict.class);
    private volatile long position;
    private volatile long endOffset = -1;
    private volatile Optional<OpenTransaction> open = Optional.empty();
    private volatile long lastTimestamp = -1;
    private volatile Optional<String> problem = Optional.empty();
    private volatile Uuid topicId;
    private Optional<Integer> lastEpoch;
    private OptionalInt replica = OptionalInt.empty();
    private long replicaUntilMs;
    private long retryAtMs;
    private int corruptReads;
    private OptionalInt otherTopicSince = OptionalInt.empty();
    private int broker = -1;
    private boolean second;
    private int channel = -1;

    /**
     * @param position offset of the first record to read
     * @param lastEpoch leader epoch of the record before it, if the commit told one
     * @param topicId the topic that the position is in, if the commit told it, else zero
     */
    public SourcePartition(
            Assignment assignment, TargetTraits traits, long position, Optional<Integer> lastEpoch, Uuid topicId) {
        this.assignment = assignment;
        this.traits = traits;
        this.policy = new AdmissionPolicy(traits);
        this.position = position;
        this.lastEpoch = lastEpoch;
        this.topicId = topicId;
        for (Verdict verdict : VERDICTS) {
            verdicts.put(verdict, new AtomicLong());
        }
    }

    public Assignment assignment() {
        return assignment;
    }

    TopicPartition partition() {
        return assignment.partition();
    }

    TargetTraits traits() {
        return traits;
    }

    AdmissionPolicy policy() {
        return policy;
    }

    /** Offset of the next record to read; from any thread. */
    public long position() {
        return position;
    }

    /** End of what the isolation level shows, empty until told; from any thread. */
    public OptionalLong endOffset() {
        return endOffset < 0 ? OptionalLong.empty() : OptionalLong.of(endOffset);
    }

    /**
     * The oldest transaction on the source that is open, at the end of what read-committed shows.
     *
     * @param offset of its first record
     * @param behind offsets from there on, which wait for it
     * @param sinceMs when it was first seen there, by the reader's clock
     */
    public record OpenTransaction(long offset, long behind, long sinceMs) {}

    /** What nothing is read past before it ends, once all before it has been read; from any thread. */
    public Optional<OpenTransaction> openTransaction() {
        return open.filter(one -> position >= one.offset());
    }

    /** Largest timestamp of the batch read last, in milliseconds since the epoch; -1 if unknown; from any thread. */
    public long lastTimestamp() {
        return lastTimestamp;
    }

    /** Batches read since the assignment that were dropped or forwarded; from any thread. */
    public long batches(Action action) {
        long batches = 0; // in plain loops, as status asks this of thousands of partitions
        for (Verdict verdict : VERDICTS) {
            batches += verdict.action() == action ? verdicts.get(verdict).get() : 0;
        }
        return batches;
    }

    /** Batches transcoded since the assignment by reason, without the reasons that never came up; from any thread. */
    public Map<String, Long> transcoded() {
        if (batches(Action.TRANSCODE) == 0) {
            return Map.of();
        }
        Map<String, Long> byReason = new TreeMap<>();
        verdicts.forEach((verdict, count) -> {
            if (verdict.action() == Action.TRANSCODE && count.get() > 0) {
                byReason.put(verdict.reason(), count.get());
            }
        });
        return byReason;
    }

    /** Why it is not being read just now; from any thread. */
    public Optional<String> problem() {
        return problem;
    }

    /** The topic that is read; zero until known; from any thread. */
    public Uuid topicId() {
        return topicId;
    }

    /**
     * Whether it is a topic of this id that is read. The id is noted when it is first seen.
     *
     * @param before ids of the topics that were read before, by name
     */
    boolean isIn(Uuid id, Map<String, Uuid> before) {
        if (id.equals(Uuid.ZERO_UUID)) {
            return true; // a broker without topic ids
        }
        if (topicId.equals(Uuid.ZERO_UUID)) {
            Uuid known = before.putIfAbsent(partition().topic(), id);
            topicId = known == null ? id : known;
        }
        if (!topicId.equals(id)) {
            return false;
        }
        otherTopicSince = OptionalInt.empty();
        return true;
    }

    /**
     * Metadata of this version has another topic under the name. It may be older than the position, and so may be the next, which
     * perhaps was on its way: tells whether it has been so for two answers more.
     */
    boolean hasSurelyOtherTopic(int metadataVersion) {
        if (otherTopicSince.isEmpty()) {
            otherTopicSince = OptionalInt.of(metadataVersion);
        }
        return metadataVersion - otherTopicSince.getAsInt() >= 2;
    }

    Optional<Integer> lastEpoch() {
        return lastEpoch;
    }

    /** The broker it was last read from; negative if none. */
    int broker() {
        return broker;
    }

    /** It is read from the broker from now on; over its second connection where there are two if {@code second}. */
    void readFrom(int nodeId, boolean overSecond) {
        broker = nodeId;
        second = overSecond;
    }

    boolean isOverSecond() {
        return second;
    }

    /** The connection over which it was last asked for; negative if none. */
    int channel() {
        return channel;
    }

    void setChannel(int connection) {
        channel = connection;
    }

    void advance(long nextOffset, int leaderEpoch) {
        position = nextOffset;
        if (leaderEpoch >= 0) {
            lastEpoch = Optional.of(leaderEpoch);
        }
        corruptReads = 0;
    }

    void count(Verdict verdict, int batches, long maxTimestamp) {
        AtomicLong count = verdicts.get(verdict);
        count.lazySet(count.get() + batches); // the reader is the only writer
        lastTimestamp = maxTimestamp;
    }

    void setEndOffset(long offset) {
        endOffset = offset;
    }

    /** A transaction is open where what is shown ends before what is replicated. */
    void setOpen(long lastStable, long highWatermark, long nowMs) {
        if (highWatermark <= lastStable || lastStable < 0) {
            if (open.isPresent()) {
                open = Optional.empty();
            }
        } else {
            long sinceMs = open.filter(known -> known.offset() == lastStable)
                    .map(OpenTransaction::sinceMs)
                    .orElse(nowMs);
            open = Optional.of(new OpenTransaction(lastStable, highWatermark - lastStable, sinceMs));
        }
    }

    void clearProblem() {
        if (problem.isPresent()) {
            problem = Optional.empty();
        }
    }

    void setProblem(String text) {
        problem = Optional.of(text);
    }

    void retryAt(long whenMs) {
        retryAtMs = whenMs;
    }

    boolean isWaiting(long nowMs) {
        return nowMs < retryAtMs;
    }

    long retryAtMs() {
        return retryAtMs;
    }

    /** Counts another read of a corrupt batch at the position. */
    int countCorruptRead() {
        return ++corruptReads;
    }

    void preferReplica(int nodeId, long nowMs) {
        replica = OptionalInt.of(nodeId);
        replicaUntilMs = nowMs + REPLICA_LEASE_MS;
    }

    /** Goes back to the leader; tells whether it was not the leader that was read from. */
    boolean forgetReplica() {
        boolean had = replica.isPresent();
        replica = OptionalInt.empty();
        return had;
    }

    OptionalInt replica(long nowMs) {
        if (nowMs >= replicaUntilMs) {
            replica = OptionalInt.empty();
        }
        return replica;
    }
}
