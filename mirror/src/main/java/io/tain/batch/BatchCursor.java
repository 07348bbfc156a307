package io.tain.batch;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Walks the batches of one partition's part of a fetch answer. A batch that the broker cut off at the end is not returned;
 * {@link #trailingBytes()} then tells that something is there. Throws {@link InvalidBatchException} where the bytes can't be
 * batches. Does not move the position of the given buffer. Used by one thread.
 */
public final class BatchCursor implements Iterator<RecordBatch> {
    private final ByteBuffer bytes;
    private int position;

    public BatchCursor(ByteBuffer bytes) {
        // A duplicate, for its own byte order and limit.
        this.bytes = bytes.duplicate();
        this.position = bytes.position();
    }

    @Override
    public boolean hasNext() {
        int size = RecordBatch.sizeAt(bytes, position);
        return size >= 0 && size <= trailingBytes();
    }

    @Override
    public RecordBatch next() {
        int size = RecordBatch.sizeAt(bytes, position);
        if (size < 0 || size > trailingBytes()) {
            throw new NoSuchElementException("No whole batch is left in " + trailingBytes() + " bytes");
        }
        RecordBatch batch = RecordBatch.of(bytes.slice(position, size));
        position += size;
        return batch;
    }

    /** How many bytes come after the last batch returned; at the end of the walk, the size of the cut-off piece. */
    public int trailingBytes() {
        return bytes.limit() - position;
    }
}
