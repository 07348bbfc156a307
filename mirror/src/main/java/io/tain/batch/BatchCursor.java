package io.tain.batch;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Walks the batches of one partition's part of a fetch answer. A batch that the broker cut off at the end is not returned;
 * {@link #trailingBytes()} then tells that something is there. Throws {@link InvalidBatchException} where the bytes can't be
 * batches, or not batches of a log, whose offsets rise. Does not move the position of the given buffer. Used by one thread.
 */
public final class BatchCursor implements Iterator<RecordBatch> {
    private final ByteBuffer bytes;
    private int position;
    private int size;

    public BatchCursor(ByteBuffer bytes) {
        // A duplicate, for its own byte order and limit.
        this.bytes = bytes.duplicate();
        this.position = bytes.position();
    }

    @Override
    public boolean hasNext() {
        size = RecordBatch.sizeAt(bytes, position);
        return size >= 0 && size <= trailingBytes();
    }

    @Override
    public RecordBatch next() {
        if (!hasNext()) {
            throw new NoSuchElementException("No whole batch is left in " + trailingBytes() + " bytes");
        }
        RecordBatch batch = RecordBatch.at(bytes, position, size);
        position += size;
        requireOrder(batch);
        return batch;
    }

    /**
     * No checksum covers a batch's base offset, and one that is wrong could hide the batches after it, or itself, among those
     * that were read before. What follows is looked at before this batch is given out: either of the two may be wrong.
     */
    private void requireOrder(RecordBatch batch) {
        if (batch.baseOffset() < 0 || batch.lastOffsetDelta() < 0 || batch.nextOffset() <= batch.baseOffset()) {
            throw new InvalidBatchException("Impossible offsets: " + batch);
        }
        if (trailingBytes() >= Long.BYTES) {
            long following = bytes.getLong(position);
            if (following < batch.nextOffset()) {
                throw new InvalidBatchException(
                        "Offsets do not rise: the batch after " + batch + " has offset " + following);
            }
        }
    }

    /** How many bytes come after the last batch returned; at the end of the walk, the size of the cut-off piece. */
    public int trailingBytes() {
        return bytes.limit() - position;
    }
}
