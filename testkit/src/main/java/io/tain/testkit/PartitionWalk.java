package io.tain.testkit;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * Follows a target partition record by record, and finds each one's place in the source. Pure; not thread-safe.
 *
 * <p>The next expected source record is the usual one. Else the record may repeat a former one; or lie further on, and
 * those between are skipped: if they come later they were out of order, if not they are missing; or it isn't in the
 * source. Records that are equal in every compared field are told apart only by their place.
 *
 * <p>A window of repeats begins where a writer goes back to something that is there already, and lasts while that writer
 * goes on in the source's order. What another one writes in between neither ends nor opens it: while two write beside
 * each other, each of them copies all records in order.
 */
final class PartitionWalk {
    private final SourceIndex source;
    private final Compaction compaction;
    private final BitSet skipped = new BitSet();
    /** For each writer the source record after the one that it wrote last. */
    private final Map<Long, Integer> nextOf = new HashMap<>();

    private int next;

    private long targetRecords;
    private long outOfOrder;
    private long invented;
    private long duplicates;
    private int duplicateWindows;
    private long superseded;
    private Suspicion firstSkipped;
    private Suspicion firstInvented;

    /** A target record that isn't the expected one, and the index of that. */
    private record Suspicion(int sourceIndex, long targetOffset) {}

    PartitionWalk(SourceIndex source, Compaction compaction) {
        this.source = source;
        this.compaction = compaction;
    }

    /** Takes the next target record, and who wrote it. */
    void onTarget(long hash, long keyHash, long targetOffset, long writer) {
        targetRecords++;
        int expected = nextOf.getOrDefault(writer, SourceIndex.NONE);
        int found;
        if (expected != SourceIndex.NONE && expected < next && source.hash(expected) == hash) {
            duplicates++;
            found = expected;
        } else if (next < source.size() && source.hash(next) == hash) {
            found = next;
            next++;
        } else {
            found = former(hash);
            if (found == SourceIndex.NONE) {
                found = later(hash, targetOffset);
            }
        }
        if (found == SourceIndex.NONE) {
            onUnknown(keyHash, targetOffset);
        } else {
            nextOf.put(writer, found + 1);
        }
    }

    private int former(long hash) {
        int former = source.lastBefore(next, hash);
        if (former == SourceIndex.NONE) {
            return former;
        }
        if (skipped.get(former)) {
            skipped.clear(former);
            outOfOrder++;
        } else {
            duplicates++;
            duplicateWindows++;
        }
        return former;
    }

    private int later(long hash, long targetOffset) {
        int later = source.firstFrom(next, hash);
        if (later != SourceIndex.NONE) {
            firstSkipped = firstSkipped == null ? new Suspicion(next, targetOffset) : firstSkipped;
            skipped.set(next, later);
            next = later + 1;
        }
        return later;
    }

    private void onUnknown(long keyHash, long targetOffset) {
        if (compaction.excusesTarget(keyHash, targetOffset)) {
            superseded++;
        } else {
            invented++;
            firstInvented = firstInvented == null ? new Suspicion(next, targetOffset) : firstInvented;
        }
    }

    /** Ends the walk. Source records from the given offset on need not have arrived yet. */
    PartitionAudit finish(TopicPartition partition, long targetEnd, long requiredBelow) {
        int last = next;
        skipped.set(next, source.size());
        long missing = 0;
        int firstMissing = SourceIndex.NONE;
        for (int index = skipped.nextSetBit(0); index >= 0; index = skipped.nextSetBit(index + 1)) {
            if (source.offset(index) >= requiredBelow) {
                continue;
            }
            if (compaction.excusesSource(source.offset(index))) {
                superseded++;
            } else {
                missing++;
                firstMissing = firstMissing == SourceIndex.NONE ? index : firstMissing;
            }
        }
        return new PartitionAudit(
                partition,
                source.size(),
                targetRecords,
                new PartitionAudit.Damage(missing, outOfOrder, invented, superseded),
                new PartitionAudit.Repeats(duplicates, duplicateWindows),
                firstDifference(last, firstMissing, targetEnd));
    }

    private Optional<Difference> firstDifference(int last, int firstMissing, long targetEnd) {
        boolean gap = firstMissing != SourceIndex.NONE && firstMissing < last;
        boolean skippedIsWrong = firstSkipped != null && (gap || outOfOrder > 0);
        if (firstInvented != null && !(skippedIsWrong && firstSkipped.targetOffset() < firstInvented.targetOffset())) {
            int expected = firstInvented.sourceIndex();
            return Optional.of(new Difference(
                    Difference.Kind.NOT_IN_SOURCE,
                    expected < source.size() ? source.offset(expected) : -1,
                    firstInvented.targetOffset(),
                    "the source has no such record"));
        }
        if (gap) {
            return Optional.of(new Difference(
                    Difference.Kind.MISSING,
                    source.offset(firstMissing),
                    firstSkipped.targetOffset(),
                    "the target goes on after it"));
        }
        if (skippedIsWrong) {
            return Optional.of(new Difference(
                    Difference.Kind.OUT_OF_ORDER,
                    source.offset(firstSkipped.sourceIndex()),
                    firstSkipped.targetOffset(),
                    "the record comes later in the target"));
        }
        if (firstMissing != SourceIndex.NONE) {
            return Optional.of(new Difference(
                    Difference.Kind.MISSING, source.offset(firstMissing), targetEnd, "the target ends before it"));
        }
        return Optional.empty();
    }
}
