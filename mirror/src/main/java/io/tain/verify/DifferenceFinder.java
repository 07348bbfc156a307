package io.tain.verify;

import io.tain.verify.Difference.Kind;
import io.tain.verify.WindowReader.Stretch;
import io.tain.verify.WindowReader.Window;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Looks closely at where two logs are not alike: says what is wrong, and where they are alike again. Used by one thread. */
final class DifferenceFinder {
    /** How many records to look at: few first, as most differences are small. */
    private static final int[] REACHES = {200, 5_000, 100_000};

    private static final int FIRST_LOOK = 50;

    private final WindowReader source;
    private final WindowReader target;

    DifferenceFinder(WindowReader source, WindowReader target) {
        this.source = source;
        this.target = target;
    }

    /** Where two stretches are alike again: so many records on from their beginnings. */
    private record Resumption(int source, int target) {}

    /**
     * Where both sides begin to be alike, if they begin with different records; empty if one begins where the other does, or nothing
     * can be found.
     */
    Optional<Finding> begin(TopicPartition partition, Cut cut) {
        Digest.Maker maker = new Digest.Maker(cut.timestamps());
        Stretch ours = source.read(new Window(partition, cut.sourceFrom(), cut.sourceTo(), FIRST_LOOK), maker);
        Stretch theirs = target.read(new Window(partition, cut.targetFrom(), cut.targetTo(), FIRST_LOOK), maker);
        if (ours.size() == 0 || theirs.size() == 0 || alikeAt(ours, 0, theirs, 0, Next.ALIKE_OR_NONE)) {
            return Optional.empty();
        }
        OptionalLong near = target.offsetOf(partition, ours.first().timestamp());
        if (near.isPresent() && near.getAsLong() >= cut.targetFrom()) {
            Stretch there = target.read(new Window(partition, near.getAsLong(), cut.targetTo(), REACHES[1]), maker);
            for (int j = 0; j < there.size(); j++) {
                if (alikeAt(ours, 0, there, j, next(ours))) {
                    return Optional.of(
                            targetBeginsEarlier(partition, cut, there.offsets().get(j)));
                }
            }
        }
        near = source.offsetOf(partition, theirs.first().timestamp());
        if (near.isPresent() && near.getAsLong() >= cut.sourceFrom()) {
            Stretch there = source.read(new Window(partition, near.getAsLong(), cut.sourceTo(), REACHES[1]), maker);
            for (int i = 0; i < there.size(); i++) {
                if (alikeAt(there, i, theirs, 0, next(theirs))) {
                    return Optional.of(
                            sourceBeginsEarlier(partition, cut, there.offsets().get(i)));
                }
            }
        }
        return Optional.empty();
    }

    /** A side with one record has no next one to ask about. */
    private static Next next(Stretch stretch) {
        return stretch.size() == 1 && stretch.isWhole() ? Next.ALIKE_OR_NONE : Next.ALIKE;
    }

    /** That is as it should be when retention deleted records on the source, and wrong when the source has them all. */
    private static Finding targetBeginsEarlier(TopicPartition partition, Cut cut, long offset) {
        long more = offset - cut.targetFrom();
        List<Difference> wrong = cut.sourceFrom() > 0
                ? List.of()
                : List.of(new Difference(partition, Kind.EXTRA, cut.sourceFrom(), cut.targetFrom(), more, ""));
        return new Finding(wrong, cut.sourceFrom(), offset, true);
    }

    /** That is as it should be when retention deleted records on the target, or the mirror was told to begin later. */
    private static Finding sourceBeginsEarlier(TopicPartition partition, Cut cut, long offset) {
        long more = offset - cut.sourceFrom();
        List<Difference> wrong = cut.targetFrom() > 0 || cut.mayBeginLater()
                ? List.of()
                : List.of(new Difference(partition, Kind.MISSING, cut.sourceFrom(), cut.targetFrom(), more, ""));
        return new Finding(wrong, offset, cut.targetFrom(), true);
    }

    /** What is wrong at these offsets, whose records are not alike, or one of which is at its side's end. */
    Finding explain(TopicPartition partition, Cut cut, long sourceOffset, long targetOffset) {
        Digest.Maker maker = new Digest.Maker(cut.timestamps());
        for (int reach : REACHES) {
            Stretch ours = source.read(new Window(partition, sourceOffset, cut.sourceTo(), reach), maker);
            Stretch theirs = target.read(new Window(partition, targetOffset, cut.targetTo(), reach), maker);
            Optional<Resumption> resumption = resumption(ours, theirs, cut);
            boolean last = reach == REACHES[REACHES.length - 1] || (ours.isWhole() && theirs.isWhole());
            if (resumption.isPresent() || last) {
                return finding(partition, cut, new Pair(ours, theirs, sourceOffset, targetOffset), resumption);
            }
        }
        throw new IllegalStateException("no reach is the last");
    }

    /** What both sides have from two offsets on. */
    private record Pair(Stretch ours, Stretch theirs, long sourceOffset, long targetOffset) {}

    /** The nearest records that both sides have, and that go on alike. */
    private static Optional<Resumption> resumption(Stretch ours, Stretch theirs, Cut cut) {
        Map<Digest, Integer> firstOfTheirs = new HashMap<>();
        for (int j = 0; j < theirs.size(); j++) {
            firstOfTheirs.putIfAbsent(theirs.digests().get(j), j);
        }
        Optional<Resumption> sure = nearest(ours, theirs, firstOfTheirs, Next.ALIKE);
        if (sure.isPresent()) {
            return sure;
        }
        int size = ours.size();
        boolean comparable = ours.isWhole() && theirs.size() >= size && (theirs.size() == size || !cut.drained());
        if (comparable && sameRecords(ours.digests(), theirs.digests().subList(0, size))) {
            return Optional.of(new Resumption(size, size));
        }
        Optional<Resumption> likely = nearest(ours, theirs, firstOfTheirs, Next.ALIKE_OR_NONE);
        if (likely.isPresent()) {
            return likely;
        }
        if (ours.isWhole() && !cut.drained()) {
            return Optional.of(new Resumption(size, Math.min(size, theirs.size())));
        }
        boolean oneEnded = size == 0 || theirs.size() == 0 || size == theirs.size();
        return ours.isWhole() && theirs.isWhole() && oneEnded
                ? Optional.of(new Resumption(size, theirs.size()))
                : Optional.empty();
    }

    private static Optional<Resumption> nearest(
            Stretch ours, Stretch theirs, Map<Digest, Integer> firstOfTheirs, Next next) {
        Optional<Resumption> best = Optional.empty();
        int cost = Integer.MAX_VALUE;
        for (int i = 0; i < ours.size() && i < cost; i++) {
            Integer j = firstOfTheirs.get(ours.digests().get(i));
            if (j != null && i + j < cost && alikeAt(ours, i, theirs, j, next)) {
                best = Optional.of(new Resumption(i, j));
                cost = i + j;
            }
        }
        return best;
    }

    /** What is asked of the records behind two that are alike, as one alone may be so by chance. */
    private enum Next {
        /** Alike, too, or at the end of both sides. */
        ALIKE,
        /** Or at the end of one side. */
        ALIKE_OR_NONE
    }

    private static boolean alikeAt(Stretch ours, int i, Stretch theirs, int j, Next next) {
        if (!ours.digests().get(i).equals(theirs.digests().get(j))) {
            return false;
        }
        boolean oursLast = i + 1 == ours.size();
        boolean theirsLast = j + 1 == theirs.size();
        if (oursLast || theirsLast) {
            return (oursLast && theirsLast) || next == Next.ALIKE_OR_NONE;
        }
        return ours.digests().get(i + 1).equals(theirs.digests().get(j + 1));
    }

    /** Whether these are the same records, in whatever order. */
    private static boolean sameRecords(List<Digest> ours, List<Digest> theirs) {
        Map<Digest, Integer> counts = new HashMap<>();
        ours.forEach(digest -> counts.merge(digest, 1, Integer::sum));
        theirs.forEach(digest -> counts.merge(digest, -1, Integer::sum));
        return !ours.isEmpty() && counts.values().stream().allMatch(count -> count == 0);
    }

    private Finding finding(TopicPartition partition, Cut cut, Pair pair, Optional<Resumption> found) {
        if (found.isEmpty()) {
            long left = pair.ours().size();
            Difference unalike = new Difference(
                    partition,
                    Kind.UNALIKE,
                    pair.sourceOffset(),
                    pair.targetOffset(),
                    left,
                    "no later record was recognised");
            return new Finding(List.of(unalike), pair.sourceOffset(), pair.targetOffset(), false);
        }
        int i = found.get().source();
        int j = found.get().target();
        List<Digest> ours = pair.ours().digests().subList(0, i);
        List<Digest> theirs = pair.theirs().digests().subList(0, j);
        Kind kind = kind(partition, cut, pair, ours, theirs);
        String what =
                kind == Kind.ALTERED ? what(pair.ours().first(), pair.theirs().first(), cut) : "";
        long sourceOffset = i > 0 || pair.ours().size() == 0
                ? pair.sourceOffset()
                : pair.ours().offsets().get(0);
        Difference difference =
                new Difference(partition, kind, sourceOffset, pair.targetOffset(), Math.max(i, j), what);
        return new Finding(
                List.of(difference),
                i < pair.ours().size() ? pair.ours().offsets().get(i) : cut.sourceTo(),
                j < pair.theirs().size() ? pair.theirs().offsets().get(j) : cut.targetTo(),
                true);
    }

    private Kind kind(TopicPartition partition, Cut cut, Pair pair, List<Digest> ours, List<Digest> theirs) {
        if (ours.isEmpty()) {
            return isRepeated(partition, cut, pair.targetOffset(), theirs) ? Kind.REPEATED : Kind.EXTRA;
        }
        if (ours.size() == theirs.size()) {
            return sameRecords(ours, theirs) ? Kind.REORDERED : Kind.ALTERED;
        }
        return ours.size() > theirs.size() ? Kind.MISSING : Kind.EXTRA;
    }

    /** Whether all of these are among the target's records before the offset. */
    private boolean isRepeated(TopicPartition partition, Cut cut, long targetOffset, List<Digest> theirs) {
        Set<Digest> missing = new HashSet<>(theirs);
        long start = target.start(partition);
        for (int reach : REACHES) {
            long from = Math.max(start, targetOffset - reach);
            Window before = new Window(partition, from, targetOffset, reach);
            target.read(before, new Digest.Maker(cut.timestamps())).digests().forEach(missing::remove);
            if (missing.isEmpty() || from == start) {
                break;
            }
        }
        return missing.isEmpty();
    }

    private static String what(ConsumerRecord<byte[], byte[]> ours, ConsumerRecord<byte[], byte[]> theirs, Cut cut) {
        StringBuilder parts = new StringBuilder();
        add(parts, "key", !Arrays.equals(ours.key(), theirs.key()));
        add(parts, "value", !Arrays.equals(ours.value(), theirs.value()));
        add(
                parts,
                "headers",
                !Arrays.equals(ours.headers().toArray(), theirs.headers().toArray()));
        add(parts, "timestamp", cut.timestamps() && ours.timestamp() != theirs.timestamp());
        return parts.toString();
    }

    private static void add(StringBuilder parts, String part, boolean differs) {
        if (differs) {
            parts.append(parts.isEmpty() ? "" : ", ").append(part);
        }
    }
}
