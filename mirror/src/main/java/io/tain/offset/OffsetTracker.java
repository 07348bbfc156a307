package io.tain.offset;

import io.tain.batch.SourceRange;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Knows the contiguous acknowledged prefix of one assignment: the only offset that may be committed.
 *
 * <p>Written by the writer's thread alone; {@link #committable} may be read by any.
 *
 * <p>Invariants:
 * <ol>
 *   <li>Ranges begin where the one before ended. Offsets that hold no record (compaction, transaction markers, aborted
 *       batches) are inside a range, so that a caught-up mirror shows no lag.
 *   <li>{@code committable} never goes back, and never passes a range that is not done.
 * </ol>
 */
public final class OffsetTracker {
    private final Deque<SourceRange> open = new ArrayDeque<>();
    private final CopyListener copies;
    private long expected;
    private volatile Position committable;
    private volatile int openRanges;
    private volatile long oldestTimestamp = -1;

    /**
     * An offset that may be committed.
     *
     * @param offset of the first record that is not known to be on the target
     * @param leaderEpoch of the record before it, -1 if unknown; committed along, so that truncation is noticed (KIP-320)
     * @param targetOffset in the target partition of the same name: the records copied from below {@code offset} are below
     *     it, and no others; -1 if unknown
     */
    public record Position(long offset, int leaderEpoch, long targetOffset) {
        /** One whose place on the target is not known. */
        public Position(long offset, int leaderEpoch) {
            this(offset, leaderEpoch, -1);
        }
    }

    public OffsetTracker(Position start) {
        this(start, CopyListener.NONE);
    }

    /** @param copies told where the records of the prefix are on the target, as it grows */
    public OffsetTracker(Position start, CopyListener copies) {
        this.expected = start.offset();
        this.committable = start;
        this.copies = copies;
    }

    /** A range was handed over. */
    public void begin(SourceRange range) {
        if (range.firstOffset() != expected) {
            throw new IllegalStateException("range of " + range.assignment() + " begins at " + range.firstOffset()
                    + ", but the one before ended at " + expected);
        }
        expected = range.nextOffset();
        open.add(range);
        openRanges = open.size();
        advance();
    }

    /** Something of the assignment was acknowledged or left out: takes the finished ranges off the front. */
    public void advance() {
        SourceRange last = null;
        long targetOffset = committable.targetOffset();
        while (!open.isEmpty() && open.peekFirst().isDone()) {
            last = open.removeFirst();
            targetOffset = tellCopies(last, targetOffset);
        }
        if (last != null) {
            int epoch = last.leaderEpoch() >= 0 ? last.leaderEpoch() : committable.leaderEpoch();
            committable = new Position(last.nextOffset(), epoch, targetOffset);
            openRanges = open.size();
            copies.onPassed(committable);
        }
        SourceRange first = open.peekFirst();
        oldestTimestamp = first == null ? -1 : first.maxTimestamp();
    }

    /** Returns where the target goes on behind the range; where it went on before, if nothing of it was copied there. */
    private long tellCopies(SourceRange range, long before) {
        long next = before;
        for (SourceRange.Copy copy : range.copies()) {
            copies.onCopied(copy.source(), copy.targetOffset());
            next = copy.targetOffset() < 0 ? -1 : copy.targetOffset() + copy.count();
        }
        return next;
    }

    /**
     * Nothing more of the assignment will be written, and all of the range below this offset is: if nothing before the range
     * is open, the prefix reaches into it.
     */
    public void endInside(SourceRange range, long offset) {
        if (open.peekFirst() == range && offset > range.firstOffset()) {
            long targetOffset = tellCopies(range, committable.targetOffset());
            committable = new Position(offset, range.leaderEpoch(), targetOffset);
            copies.onPassed(committable);
        }
    }

    /** From any thread. */
    public Position committable() {
        return committable;
    }

    /** Timestamp of the oldest batch that is not done, in milliseconds since the epoch; -1 if unknown; from any thread. */
    public long oldestTimestamp() {
        return oldestTimestamp;
    }

    /** Whether everything handed over so far is done; from any thread. */
    public boolean isIdle() {
        return openRanges == 0;
    }
}
