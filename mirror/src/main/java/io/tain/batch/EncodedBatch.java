package io.tain.batch;

import java.nio.ByteBuffer;

/**
 * A batch of magic 2 for the target, and which source offsets it carries there.
 *
 * @param bytes the batch, from position 0 to the limit; needs only the producer's fields ({@link BatchPatch})
 * @param count the number of records, never 0
 * @param source the offsets on the source
 */
public record EncodedBatch(ByteBuffer bytes, int count, SourceOffsets source) {

    /** A batch that is to be forwarded, before it is patched; it shares the bytes. Its offsets must be dense. */
    public static EncodedBatch forwarded(RecordBatch batch) {
        if (batch.isOldFormat() || batch.lastOffsetDelta() + 1L != batch.count()) {
            throw new IllegalArgumentException("Not a batch that can be forwarded: " + batch);
        }
        return new EncodedBatch(batch.buffer(), batch.count(), SourceOffsets.dense(batch.baseOffset(), batch.count()));
    }

    public long firstOffset() {
        return source.first();
    }

    public long nextOffset() {
        return source.next();
    }

    public int sizeInBytes() {
        return bytes.remaining();
    }
}
