package io.tain.batch;

import java.util.Arrays;

/**
 * Which source offsets a batch for the target covers, and which of them each of its records has. Nearly always the offsets
 * are dense and two numbers say it all; only where compaction, coalescing over a gap or a record handler made them
 * otherwise is there one number per record. Immutable.
 */
public final class SourceOffsets {
    private static final long[] DENSE = {};

    private final long first;
    private final long next;
    private final long[] ofRecords;

    private SourceOffsets(long first, long next, long[] ofRecords) {
        this.first = first;
        this.next = next;
        this.ofRecords = ofRecords;
    }

    static SourceOffsets dense(long first, int count) {
        return new SourceOffsets(first, first + count, DENSE);
    }

    /** Of some rows of a table. What the rows cover may begin before the first of them and end after the last. */
    static SourceOffsets of(RecordTable table, Rows rows) {
        int count = rows.to() - rows.from();
        boolean isDense = rows.nextOffset() - rows.firstOffset() == count;
        for (int i = 0; i < count && isDense; i++) {
            isDense = table.offset(rows.from() + i) == rows.firstOffset() + i;
        }
        long[] ofRecords = DENSE;
        if (!isDense) {
            ofRecords = new long[count];
            Arrays.setAll(ofRecords, i -> table.offset(rows.from() + i));
        }
        return new SourceOffsets(rows.firstOffset(), rows.nextOffset(), ofRecords);
    }

    /** The first offset covered: where to start reading to get this batch again. */
    public long first() {
        return first;
    }

    /** The first offset no longer covered: where to go on once this batch is acknowledged. */
    public long next() {
        return next;
    }

    /** How many records there are. */
    public int count() {
        return isDense() ? (int) (next - first) : ofRecords.length;
    }

    /** The source offset of a record, by its index in the batch. */
    public long ofRecord(int index) {
        return isDense() ? first + index : ofRecords[index];
    }

    /** Whether record i has offset first + i, and nothing else is covered. */
    public boolean isDense() {
        return ofRecords.length == 0;
    }

    @Override
    public String toString() {
        return "[" + first + ", " + next + (isDense() ? ")" : ") with holes");
    }
}
