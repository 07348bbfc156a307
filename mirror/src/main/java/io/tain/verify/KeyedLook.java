package io.tain.verify;

import io.tain.verify.Difference.Kind;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * Compares the last record of each key, for compacted topics whose cleaner has removed other records on each side: order and number
 * are no longer the same then, and need not be. Used by one thread.
 */
final class KeyedLook {
    private final WindowReader source;
    private final WindowReader target;

    KeyedLook(WindowReader source, WindowReader target) {
        this.source = source;
        this.target = target;
    }

    /**
     * The last record of a key.
     *
     * @param digest of the record
     * @param offset its offset
     * @param isTombstone whether it has no value, so that the cleaner may remove it
     */
    record Last(Digest digest, long offset, boolean isTombstone) {}

    /**
     * @param keys how many were compared
     * @param differences how many of them are not the same
     * @param first one of them: the one that comes first on the source, or else on the target
     */
    record Result(long keys, long differences, Optional<Difference> first) {}

    /**
     * A tombstone may be gone on either side, and whatever retention has deleted. A key that the source has written to behind the cut may have any of those records on the
     * target, or none.
     */
    Result look(TopicPartition partition, Cut cut) {
        Digest.Maker maker = new Digest.Maker(cut.timestamps());
        Map<Digest, Last> ours = source.lastByKey(partition, cut.sourceFrom(), cut.sourceTo(), maker);
        Map<Digest, Last> theirs = target.lastByKey(partition, cut.targetFrom(), cut.targetTo(), maker);
        Map<Digest, Last> later =
                cut.drained() ? Map.of() : source.lastByKey(partition, cut.sourceTo(), source.end(partition), maker);
        Map<Digest, Difference> wrong = new HashMap<>();
        ours.forEach((key, last) -> {
            Last there = theirs.get(key);
            boolean gone = there == null && (last.isTombstone() || cut.targetFrom() > 0);
            boolean excused = later.containsKey(key) || gone;
            if (!excused && (there == null || !there.digest().equals(last.digest()))) {
                long offset = there == null ? cut.targetTo() : there.offset();
                Kind kind = there == null ? Kind.MISSING : Kind.ALTERED;
                wrong.put(key, difference(partition, kind, last.offset(), offset));
            }
        });
        theirs.forEach((key, last) -> {
            boolean gone = last.isTombstone() || cut.sourceFrom() > 0;
            boolean excused = ours.containsKey(key) || later.containsKey(key) || gone;
            if (!excused) {
                wrong.put(key, difference(partition, Kind.EXTRA, cut.sourceTo(), last.offset()));
            }
        });
        Optional<Difference> first = wrong.values().stream()
                .min(Comparator.comparingLong(Difference::sourceOffset).thenComparingLong(Difference::targetOffset));
        return new Result(ours.size(), wrong.size(), first);
    }

    private static Difference difference(TopicPartition partition, Kind kind, long source, long target) {
        return new Difference(partition, kind, source, target, 1, "the last of its key in a compacted topic");
    }
}
