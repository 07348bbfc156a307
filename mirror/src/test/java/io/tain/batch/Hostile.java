package io.tain.batch;

import com.sun.management.ThreadMXBean;
import io.tain.config.Codec;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** Bytes that an attacker, a broken disk or a broken client could have made, with right checksums on top. */
public final class Hostile {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Hostile() {}

    /** Gives one batch or message, from position to limit, the checksum that its bytes should have. */
    public static void seal(ByteBuffer batch) {
        int start = batch.position();
        if (batch.get(start + BatchLayout.MAGIC) == 2) {
            CRC32C checksum = new CRC32C();
            checksum.update(batch.duplicate().position(start + BatchLayout.ATTRIBUTES));
            batch.putInt(start + BatchLayout.CRC, (int) checksum.getValue());
        } else {
            CRC32 checksum = new CRC32();
            checksum.update(batch.duplicate().position(start + BatchLayout.MAGIC));
            batch.putInt(start + BatchLayout.LEGACY_CRC, (int) checksum.getValue());
        }
    }

    /** Seals every batch, as far as the bytes can be cut into batches; their offsets may be anything. */
    public static void sealAll(ByteBuffer batches) {
        try {
            int start = batches.position();
            int size = RecordBatch.sizeAt(batches, start);
            while (size >= 0 && size <= batches.limit() - start) {
                seal(batches.slice(start, size));
                start += size;
                size = RecordBatch.sizeAt(batches, start);
            }
        } catch (InvalidBatchException e) {
            return; // the rest stays as it is
        }
    }

    /** The same bytes in a direct buffer, as large fetch answers have them. */
    public static ByteBuffer outsideTheHeap(ByteBuffer bytes) {
        return ByteBuffer.allocateDirect(bytes.remaining())
                .put(bytes.duplicate())
                .flip();
    }

    /** A sealed batch of magic 2 with these bytes in place of its records, which are announced to be so many. */
    public static ByteBuffer batchAround(byte[] payload, Codec codec, int count) {
        ByteBuffer batch = ByteBuffer.allocate(BatchLayout.RECORDS + payload.length);
        batch.putInt(BatchLayout.LENGTH, batch.limit() - BatchLayout.LOG_OVERHEAD);
        batch.put(BatchLayout.MAGIC, (byte) 2).putShort(BatchLayout.ATTRIBUTES, (short) codec.id());
        batch.putInt(BatchLayout.LAST_OFFSET_DELTA, Math.max(0, count - 1)).putInt(BatchLayout.COUNT, count);
        batch.put(BatchLayout.RECORDS, payload);
        seal(batch);
        return batch;
    }

    /** A sealed message of magic 0 or 1 whose value is these messages, sealed and compressed. */
    static ByteBuffer wrapperAround(byte[] messages, int magic, Codec codec) {
        sealAll(ByteBuffer.wrap(messages));
        byte[] value = compressed(codec, messages);
        int key = magic == 0 ? BatchLayout.LEGACY_V0_KEY : BatchLayout.LEGACY_V1_KEY;
        ByteBuffer wrapper = ByteBuffer.allocate(key + 2 * Integer.BYTES + value.length);
        wrapper.putLong(BatchLayout.BASE_OFFSET, 1_000).putInt(BatchLayout.LENGTH, wrapper.limit() - 12);
        wrapper.put(BatchLayout.MAGIC, (byte) magic).put(BatchLayout.LEGACY_ATTRIBUTES, (byte) codec.id());
        wrapper.putInt(key, -1).putInt(key + Integer.BYTES, value.length).put(key + 2 * Integer.BYTES, value);
        seal(wrapper);
        return wrapper;
    }

    /** Compressed bytes that are small and become so many zeros. */
    public static byte[] bomb(Codec codec, int bytes) {
        return compressed(codec, new byte[bytes]);
    }

    private static byte[] compressed(Codec codec, byte[] bytes) {
        GrowingBytes out = new GrowingBytes();
        Compressor.compress(codec, new Slice(bytes, 0, bytes.length), out);
        return Arrays.copyOf(out.array(), out.size());
    }

    /** How many bytes of the heap this thread has asked for so far; only differences mean something. */
    public static long allocated() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
