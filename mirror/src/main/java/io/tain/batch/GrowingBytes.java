package io.tain.batch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A byte array that grows as bytes are really written, never because something claims that many will come, and not beyond
 * its limit. Kept by its owner from batch to batch to spare allocations. Used by one thread.
 */
final class GrowingBytes extends OutputStream {
    /** Room up to this size is kept for the next batch; what an outsized batch needed is given back. */
    private static final int KEPT_CAPACITY = 4 << 20;

    private static final int FIRST_CAPACITY = 64 << 10;

    /** How much room is made at a time for what may be of any length. */
    static final int CHUNK = 32 << 10;

    static final int NO_LIMIT = Integer.MAX_VALUE - 64;

    /** The largest number of bytes that an int takes as a varint. */
    static final int MAX_VARINT_BYTES = 5;

    private byte[] array = new byte[FIRST_CAPACITY];
    private int size;
    private int limit = NO_LIMIT;
    private int allowance = NO_LIMIT;

    byte[] array() {
        return array;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
        allow(NO_LIMIT);
        giveBack();
    }

    /** What has been written counts no more; an outsized array is let go now and not at the next {@link #clear}. */
    void giveBack() {
        if (array.length > KEPT_CAPACITY) {
            array = new byte[FIRST_CAPACITY];
            size = 0;
        }
    }

    /** From here on, at most that many more bytes. */
    void allow(int more) {
        allowance = more;
        limit = (int) Math.min((long) size + more, NO_LIMIT);
    }

    /** Makes room in the array for a library to write to; the limit counts only what is then {@link #advance}d over. */
    void reserve(int length) {
        long needed = (long) size + length;
        if (needed > NO_LIMIT) {
            throw new InvalidBatchException("A batch needs more than " + NO_LIMIT + " bytes of memory");
        }
        if (needed > array.length) {
            // Doubled, but not past what may be written at all.
            array = Arrays.copyOf(array, (int) Math.max(needed, Math.min(limit, 2L * array.length)));
        }
    }

    void advance(int length) {
        requireRoom(length);
        size += length;
    }

    void requireRoom(int length) {
        if (length > limit - size) {
            giveBack();
            throw new InvalidBatchException(
                    "The records of a batch take more than the limit of " + allowance + " bytes");
        }
    }

    /** Appends all that the stream has left. */
    void drain(InputStream stream) throws IOException {
        while (true) {
            reserve(CHUNK);
            int read = stream.read(array, size, CHUNK);
            if (read < 0) {
                return;
            }
            advance(read);
        }
    }

    @Override
    public void write(int value) {
        requireRoom(1);
        reserve(1);
        array[size++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        requireRoom(length);
        reserve(length);
        System.arraycopy(source, offset, array, size, length);
        size += length;
    }

    /** Bytes of a buffer from an index on, whatever its position. */
    void write(ByteBuffer source, int index, int length) {
        requireRoom(length);
        reserve(length);
        source.get(index, array, size, length);
        size += length;
    }

    void writeInt(int value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            write(value >>> shift);
        }
    }

    void writeIntLittleEndian(int value) {
        for (int shift = 0; shift <= 24; shift += 8) {
            write(value >>> shift);
        }
    }

    void writeVarint(int value) {
        writeVarlong(value);
    }

    void writeVarlong(long value) {
        int length = sizeOfVarlong(value);
        requireRoom(length);
        reserve(length);
        size = putVarlong(array, size, value);
    }

    /** Writes a varlong, or a varint, whose bytes are the same; tells the index behind it. */
    static int putVarlong(byte[] into, int index, long value) {
        int at = index;
        long raw = (value << 1) ^ (value >> 63);
        while ((raw & ~0x7fL) != 0) {
            into[at++] = (byte) (raw | 0x80);
            raw >>>= 7;
        }
        into[at++] = (byte) raw;
        return at;
    }

    /** The number of bytes that {@link #writeVarlong} takes; a varint of the same value takes as many. */
    static int sizeOfVarlong(long value) {
        long raw = (value << 1) ^ (value >> 63);
        return (70 - Long.numberOfLeadingZeros(raw | 1)) / 7;
    }
}
