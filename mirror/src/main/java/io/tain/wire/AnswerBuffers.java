package io.tain.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.memory.MemoryPool;

/**
 * The buffers of large answers, used over and over: a new one for each fetch would be zeroed, moved and collected, and the
 * heap would grow to several times what is held at once. Small buffers, and very large ones, are left to the collector.
 *
 * <p>Allocates on the thread that polls; any thread may give a buffer back. A buffer that never comes back is only garbage.
 */
final class AnswerBuffers implements MemoryPool {
    private static final int LEAST_BYTES = 256 * 1024;
    private static final int STEP = 256 * 1024;

    private final long keptBytes;
    private final List<byte[]> free = new ArrayList<>();
    private long freeBytes;

    /** @param keptBytes most bytes of buffers kept while nobody needs them */
    AnswerBuffers(long keptBytes) {
        this.keptBytes = keptBytes;
    }

    @Override
    public ByteBuffer tryAllocate(int sizeBytes) {
        if (sizeBytes < LEAST_BYTES || sizeBytes > keptBytes) {
            return ByteBuffer.allocate(sizeBytes);
        }
        return ByteBuffer.wrap(take(sizeBytes), 0, sizeBytes);
    }

    private synchronized byte[] take(int sizeBytes) {
        byte[] best = null;
        for (byte[] buffer : free) {
            if (buffer.length >= sizeBytes && (best == null || buffer.length < best.length)) {
                best = buffer;
            }
        }
        if (best == null) {
            return new byte[(sizeBytes + STEP - 1) / STEP * STEP];
        }
        remove(best);
        return best;
    }

    private void remove(byte[] buffer) {
        free.removeIf(kept -> kept == buffer);
        freeBytes -= buffer.length;
    }

    /** Takes back the buffer that these bytes are part of; nobody may look at them any more. */
    @Override
    @SuppressWarnings("ByteBufferBackingArray") // wherever in it these bytes lie, the whole array comes back
    public synchronized void release(ByteBuffer bytes) {
        byte[] buffer = bytes.array();
        if (buffer.length < LEAST_BYTES || buffer.length > keptBytes || buffer.length % STEP != 0) {
            return;
        }
        for (byte[] kept : free) {
            if (kept == buffer) {
                throw new IllegalStateException("a buffer was given back twice");
            }
        }
        free.add(buffer);
        freeBytes += buffer.length;
        while (freeBytes > keptBytes) {
            remove(free.get(0)); // the one that waits longest: sizes go with the times
        }
    }

    @Override
    public long size() {
        return Long.MAX_VALUE;
    }

    @Override
    public long availableMemory() {
        return Long.MAX_VALUE;
    }

    @Override
    public boolean isOutOfMemory() {
        return false;
    }
}
