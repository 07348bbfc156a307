package io.tain.wire;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.memory.MemoryPool;

/**
 * The buffers of large answers, used over and over: a new one for each fetch would be zeroed and collected, and the heap would
 * grow to several times what is held at once. Small buffers, and very large ones, are left to the collector.
 *
 * <p>They lie outside the heap. From and to an array, the JDK's sockets copy every byte once more, by way of such a buffer that
 * each thread keeps for itself, as large as the largest answer or batch it has seen. The collector learns late that such a buffer is
 * not needed any more, so they all have the size of a whole answer, or a multiple: one that fits is never missing while another waits.
 *
 * <p>The trick: whoever gives back has a part of a buffer, and no method tells of which; but {@link ByteBuffer#alignmentOffset} tells
 * the last thirty bits of its address. So buffers are only used again whose addresses differ in these.
 *
 * <p>Allocates on the thread that polls; any thread may give a buffer back. A buffer that never comes back is only garbage.
 */
final class AnswerBuffers implements MemoryPool {
    private static final int LEAST_BYTES = 256 * 1024;
    private static final int ANSWERS = 8;
    private static final int ADDRESSES = 1 << 30;

    private final int keptBytes;
    private final int step;
    private final List<Whole> free = new ArrayList<>();
    private final List<Lent> lent = new ArrayList<>();
    private long freeBytes;

    /** A buffer with the last bits of its address. */
    private record Whole(ByteBuffer bytes, int address) {
        static Whole of(ByteBuffer bytes) {
            return new Whole(bytes, addressOf(bytes));
        }
    }

    /** One that somebody has; nobody has it any more when the reference is empty. */
    private record Lent(WeakReference<ByteBuffer> bytes, int address, int size) {
        boolean contains(int other) {
            return distance(address, other) < size;
        }

        boolean overlaps(Whole other) {
            return contains(other.address())
                    || distance(other.address(), address) < other.bytes().capacity();
        }
    }

    /** @param keptBytes most bytes of buffers kept while nobody needs them; a whole answer is an eighth of that */
    AnswerBuffers(long keptBytes) {
        this.keptBytes = (int) Math.min(keptBytes, ADDRESSES / 2);
        int surroundings = LEAST_BYTES / ANSWERS;
        this.step = Math.max(LEAST_BYTES, this.keptBytes / ANSWERS + surroundings);
    }

    private static int addressOf(ByteBuffer bytes) {
        return bytes.alignmentOffset(bytes.position(), ADDRESSES);
    }

    private static int distance(int from, int to) {
        return (to - from) & (ADDRESSES - 1);
    }

    @Override
    public synchronized ByteBuffer tryAllocate(int sizeBytes) {
        if (sizeBytes < LEAST_BYTES || sizeBytes > keptBytes) {
            return ByteBuffer.allocate(sizeBytes);
        }
        lent.removeIf(one -> one.bytes().refersTo(null));
        Whole whole = take(sizeBytes);
        if (whole == null || lent.stream().anyMatch(other -> other.overlaps(whole))) {
            return ByteBuffer.allocate(sizeBytes);
        }
        lent.add(new Lent(
                new WeakReference<>(whole.bytes()),
                whole.address(),
                whole.bytes().capacity()));
        return whole.bytes().slice(0, sizeBytes);
    }

    /** The smallest that is large enough, or a new one; null if there is no room for that. */
    private Whole take(int sizeBytes) {
        Whole best = null;
        for (Whole one : free) {
            int size = one.bytes().capacity();
            if (size >= sizeBytes && (best == null || size < best.bytes().capacity())) {
                best = one;
            }
        }
        if (best != null) {
            remove(best);
            return best;
        }
        try {
            return Whole.of(ByteBuffer.allocateDirect((sizeBytes + step - 1) / step * step));
        } catch (OutOfMemoryError e) {
            return null; // the JVM's limit for such buffers; the heap may have room
        }
    }

    private void remove(Whole one) {
        free.remove(one);
        freeBytes -= one.bytes().capacity();
    }

    /** How much memory a part of a buffer keeps: that of all of it. */
    synchronized int heldBy(ByteBuffer bytes) {
        return bytes.isDirect() ? lentWith(bytes).size() : bytes.remaining();
    }

    private Lent lentWith(ByteBuffer bytes) {
        int address = addressOf(bytes);
        return lent.stream()
                .filter(one -> one.contains(address))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a buffer was given back twice"));
    }

    /** Takes back the buffer that these bytes are part of; nobody may look at them any more. */
    @Override
    public synchronized void release(ByteBuffer bytes) {
        if (!bytes.isDirect()) {
            return;
        }
        Lent found = lentWith(bytes);
        lent.remove(found);
        ByteBuffer whole = found.bytes().get(); // there, since a part of it is
        if (whole == null) {
            return;
        }
        free.add(new Whole(whole, found.address()));
        freeBytes += whole.capacity();
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
