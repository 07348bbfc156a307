package io.tain.batch;

import java.util.Arrays;

/**
 * The records of one or more batches, decompressed, as columns: source offset, timestamp, and where the rest is. The rest,
 * key, value and headers in the encoding of magic 2, is never taken apart: it goes from batch to batch as it is.
 *
 * <p>Owns its arrays and keeps them from batch to batch, so nothing is allocated per record. What one batch may add is
 * limited, bytes and columns together, so that no batch can take more memory than that. Used by one thread.
 */
final class RecordTable {
    private static final int BYTES_PER_ROW = 2 * Long.BYTES + 2 * Integer.BYTES;
    private static final int FIRST_ROWS = 256;
    private static final int KEPT_ROWS = 64 << 10;

    private final int limitPerBatch;
    private final GrowingBytes data = new GrowingBytes();
    private long[] offsets = new long[FIRST_ROWS];
    private long[] timestamps = new long[FIRST_ROWS];
    private int[] starts = new int[FIRST_ROWS];
    private int[] ends = new int[FIRST_ROWS];
    private int count;
    private int countAtOpen;
    private int dataAtOpen;

    RecordTable(int limitPerBatch) {
        if (limitPerBatch <= 0 || limitPerBatch > GrowingBytes.NO_LIMIT / 2) {
            throw new IllegalArgumentException("Limit for the records of one batch is " + limitPerBatch
                    + " bytes, expected 1 to " + GrowingBytes.NO_LIMIT / 2);
        }
        this.limitPerBatch = limitPerBatch;
    }

    void clear() {
        data.clear();
        count = 0;
        if (offsets.length > KEPT_ROWS) {
            resize(FIRST_ROWS);
        }
    }

    /** To be called before each batch: it may add as much as the limit allows, however much is there. */
    void openBatch() {
        countAtOpen = count;
        dataAtOpen = data.size();
        data.allow(limitPerBatch);
    }

    GrowingBytes data() {
        return data;
    }

    void add(long offset, long timestamp, int start, int end) {
        long rows = (long) count - countAtOpen + 1;
        if (rows * BYTES_PER_ROW + data.size() - dataAtOpen > limitPerBatch) {
            throw new InvalidBatchException(
                    "The records of a batch take more than the limit of " + limitPerBatch + " bytes");
        }
        if (count == offsets.length) {
            resize(2 * count);
        }
        offsets[count] = offset;
        timestamps[count] = timestamp;
        starts[count] = start;
        ends[count] = end;
        count++;
    }

    int count() {
        return count;
    }

    long offset(int row) {
        return offsets[row];
    }

    void setOffset(int row, long offset) {
        offsets[row] = offset;
    }

    long timestamp(int row) {
        return timestamps[row];
    }

    int start(int row) {
        return starts[row];
    }

    int restLength(int row) {
        return ends[row] - starts[row];
    }

    ByteReader rest(int row) {
        return new ByteReader(data.array(), starts[row], ends[row]);
    }

    private void resize(int rows) {
        offsets = Arrays.copyOf(offsets, rows);
        timestamps = Arrays.copyOf(timestamps, rows);
        starts = Arrays.copyOf(starts, rows);
        ends = Arrays.copyOf(ends, rows);
    }
}
