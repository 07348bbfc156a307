package io.tain.batch;

import java.util.Arrays;

/**
 * The records of one batch of any format, decompressed, to be looked at. Keeps its memory for the next batch, bounded by the
 * limit given; owns a little native memory. Used by one thread.
 */
public final class OpenBatch implements AutoCloseable {
    private final BatchReader reader = new BatchReader();
    private final RecordTable table;

    /** @param maxDecompressedBytes how much memory the records of one batch may take, index included */
    public OpenBatch(int maxDecompressedBytes) {
        this.table = new RecordTable(maxDecompressedBytes);
    }

    /**
     * Puts the records of this batch from an offset on in the place of those before.
     *
     * @throws InvalidBatchException if its checksum is wrong or its bytes make no sense
     */
    public void open(RecordBatch next, long fromOffset) {
        table.clear();
        reader.read(next, fromOffset, table);
    }

    public int count() {
        return table.count();
    }

    public long offset(int row) {
        return table.offset(row);
    }

    /** The timestamp that a consumer sees. */
    public long timestamp(int row) {
        return table.timestamp(row);
    }

    /** A digest of a record's key, value and headers: equal for equal ones, and else hardly ever. */
    public long contentDigest(int row) {
        byte[] data = table.data().array();
        long digest = 0xcbf29ce484222325L;
        for (int i = table.start(row); i < table.start(row) + table.restLength(row); i++) {
            digest = (digest ^ data[i]) * 0x100000001b3L;
        }
        digest ^= digest >>> 32;
        return digest * 0x9e3779b97f4a7c15L;
    }

    /** Whether key, value and headers of a record are those of another one. */
    public boolean hasContentOf(int row, OpenBatch other, int otherRow) {
        RecordTable theirs = other.table;
        return Arrays.equals(
                table.data().array(),
                table.start(row),
                table.start(row) + table.restLength(row),
                theirs.data().array(),
                theirs.start(otherRow),
                theirs.start(otherRow) + theirs.restLength(otherRow));
    }

    @Override
    public void close() {
        reader.close();
    }
}
