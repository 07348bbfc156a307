package io.tain.verify;

import io.tain.config.LinkConfig;
import io.tain.inspect.ClusterFailure;
import io.tain.inspect.ClusterView;
import io.tain.verify.WindowReader.Stretch;
import io.tain.verify.WindowReader.Window;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * Looks at where a copy ends: whether records are on the target where an offset map has them, and what there is behind that. Used by
 * one thread.
 */
public final class TailCheck implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(15);

    /** What is read of a place at most. */
    private static final int MOST_RECORDS = 100_000;

    private final WindowReader source;
    private final WindowReader target;
    private final Set<String> compacted = new HashSet<>();
    private final Map<String, String> timestamps;

    /**
     * @param topics whose settings count
     * @param clockMs the time in milliseconds since 1970, as Kafka's clients count it
     */
    public TailCheck(LinkConfig link, Collection<String> topics, LongSupplier clockMs)
            throws ClusterFailure, InterruptedException {
        try (ClusterView ours = ClusterView.open("source", link.source().client(), "tain-verify", LIMIT);
                ClusterView theirs = ClusterView.open("target", link.target().client(), "tain-verify", LIMIT)) {
            Cuts.addCompacted(ours.setting(topics, "cleanup.policy"), compacted);
            Cuts.addCompacted(theirs.setting(topics, "cleanup.policy"), compacted);
            timestamps = theirs.setting(topics, "message.timestamp.type");
        }
        IsolationLevel shown =
                link.source().readCommitted() ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED;
        source = new WindowReader("source", link.source().client(), shown, clockMs);
        // By their offsets the mirror's records are found whatever else is among them.
        target = new WindowReader("target", link.target().client(), IsolationLevel.READ_UNCOMMITTED, clockMs);
    }

    /**
     * Records that were copied in a row.
     *
     * @param source offset of the first
     * @param target its offset on the target
     * @param count how many
     */
    public record Copied(long source, long target, long count) {}

    /**
     * @param records how many are the same on both sides
     * @param gone how many are no longer there on a side, by retention or compaction
     * @param difference the first that is not as it should be
     */
    public record Result(long records, long gone, Optional<String> difference) {}

    private Digest.Maker maker(TopicPartition partition) {
        return new Digest.Maker(!"LogAppendTime".equals(timestamps.get(partition.topic())));
    }

    /** Compares these records on both sides. */
    public Result check(TopicPartition partition, List<Copied> tail) {
        if (tail.isEmpty()) {
            return new Result(0, 0, Optional.empty());
        }
        long from = tail.stream().mapToLong(Copied::source).min().orElseThrow();
        long to =
                tail.stream().mapToLong(run -> run.source() + run.count()).max().orElseThrow();
        Copied last = tail.get(tail.size() - 1);
        long start = Math.max(from, source.start(partition));
        long targetStart = Math.max(tail.get(0).target(), target.start(partition));
        Map<Long, Digest> ours = byOffset(source, new Window(partition, start, to, MOST_RECORDS));
        Map<Long, Digest> theirs =
                byOffset(target, new Window(partition, targetStart, last.target() + last.count(), MOST_RECORDS));
        long same = 0;
        long gone = 0;
        for (Copied run : tail) {
            for (long i = 0; i < run.count(); i++) {
                Digest one = ours.get(run.source() + i);
                Digest other = theirs.get(run.target() + i);
                boolean mayBeGone = compacted.contains(partition.topic())
                        || run.source() + i < start
                        || run.target() + i < targetStart;
                if (one != null && one.equals(other)) {
                    same++;
                } else if ((one == null || other == null) && mayBeGone) {
                    gone++;
                } else {
                    String what = one == null ? "is not on the source" : other == null ? "is missing" : "is another";
                    return new Result(
                            same,
                            gone,
                            Optional.of(partition + ": the record of source offset " + (run.source() + i)
                                    + ", target offset " + (run.target() + i) + ", " + what));
                }
            }
        }
        return new Result(same, gone, Optional.empty());
    }

    private Map<Long, Digest> byOffset(WindowReader side, Window window) {
        Stretch read = side.read(window, maker(window.partition()));
        Map<Long, Digest> digests = new HashMap<>();
        for (int i = 0; i < read.size(); i++) {
            digests.put(read.offsets().get(i), read.digests().get(i));
        }
        return digests;
    }

    /** Where a copy ends on both sides. */
    public record End(long source, long target) {}

    /**
     * Where the copy ends that stood somewhere once and may have gone on: as far as records are alike on both sides.
     *
     * @param from where it stood
     * @param to the ends of both logs
     */
    public End further(TopicPartition partition, End from, End to) {
        Stretch ours = source.read(new Window(partition, from.source(), to.source(), MOST_RECORDS), maker(partition));
        Stretch theirs = target.read(new Window(partition, from.target(), to.target(), MOST_RECORDS), maker(partition));
        int alike = 0;
        while (alike < ours.size()
                && alike < theirs.size()
                && ours.digests().get(alike).equals(theirs.digests().get(alike))) {
            alike++;
        }
        if (alike == 0) {
            return from;
        }
        boolean all = alike == ours.size() && ours.isWhole();
        return new End(
                all ? to.source() : ours.offsets().get(alike - 1) + 1,
                theirs.offsets().get(alike - 1) + 1);
    }

    /** The number of records that the source has between two offsets; empty if these are too many to be counted. */
    public OptionalLong records(TopicPartition partition, long from, long to) {
        long start = Math.max(from, source.start(partition));
        Stretch read = source.read(new Window(partition, start, to, MOST_RECORDS), maker(partition));
        return read.isWhole() ? OptionalLong.of(read.size()) : OptionalLong.empty();
    }

    @Override
    public void close() {
        source.close();
        target.close();
    }
}
