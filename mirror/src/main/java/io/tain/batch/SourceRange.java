package io.tain.batch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A run of source offsets of one assignment, and the batches that carry its records to the target: none for what is
 * dropped, one for a forwarded batch, several after a split or a handler's fan-out. The range is done when all are
 * acknowledged.
 *
 * <p>Built by the reader, then owned by the writer it is handed to.
 */
public final class SourceRange {
    private final Assignment assignment;
    private final long firstOffset;
    private long nextOffset;
    private int leaderEpoch;
    private final List<MirrorBatch> batches = new ArrayList<>(1);
    private List<Copy> copies = List.of();
    private int outstanding;
    private long maxTimestamp = -1;

    /** @param leaderEpoch of the last source batch, -1 if unknown */
    public SourceRange(Assignment assignment, long firstOffset, long nextOffset, int leaderEpoch) {
        this.assignment = assignment;
        this.firstOffset = firstOffset;
        this.nextOffset = nextOffset;
        this.leaderEpoch = leaderEpoch;
    }

    public Assignment assignment() {
        return assignment;
    }

    public long firstOffset() {
        return firstOffset;
    }

    /** Offset after the range's last. */
    public long nextOffset() {
        return nextOffset;
    }

    public int leaderEpoch() {
        return leaderEpoch;
    }

    public List<MirrorBatch> batches() {
        return batches;
    }

    /** Reader: notes the largest timestamp of its source batch, in milliseconds since the epoch. */
    public void stamp(long timestamp) {
        maxTimestamp = timestamp;
    }

    /** Largest timestamp of its source batch, in milliseconds since the epoch; -1 if it has none. */
    public long maxTimestamp() {
        return maxTimestamp;
    }

    /** Reader: lengthens a range that carries nothing, so that a run of dropped batches is one range. */
    public void extendTo(long offset, int epoch) {
        nextOffset = offset;
        leaderEpoch = epoch;
    }

    /** Reader: adds a batch that must be acknowledged. */
    void add(MirrorBatch batch) {
        batches.add(batch);
        outstanding++;
    }

    /** Writer: one more batch must be acknowledged, because one was split. */
    public void onSplit(int pieces) {
        outstanding += pieces - 1;
    }

    /**
     * What of the range is on the target, in the partition of the source's name.
     *
     * @param source the source offset of each record
     * @param count the number of records
     * @param targetOffset of the first; -1 if the target did not tell
     */
    public record Copy(SourceOffsets source, int count, long targetOffset) {}

    /** Writer: notes where a batch of the range is, before it counts as done. */
    public void onCopied(MirrorBatch batch, long targetOffset) {
        Copy copy = new Copy(batch.encoded().source(), batch.count(), targetOffset);
        if (copies.isEmpty()) {
            copies = List.of(copy); // nearly always the only one
            return;
        }
        copies = new ArrayList<>(copies);
        copies.add(copy);
        copies.sort(Comparator.comparingLong(one -> one.source().first()));
    }

    /** Writer: what of the range is on the target, in the order of the source. */
    public List<Copy> copies() {
        return copies;
    }

    /** Writer: one batch is acknowledged, or left out for good. */
    public void onDone() {
        outstanding--;
        if (outstanding < 0) {
            throw new IllegalStateException("more acknowledgements than batches for " + assignment + "@" + firstOffset);
        }
    }

    public boolean isDone() {
        return outstanding == 0;
    }
}
