package io.tain.batch;

import java.util.Arrays;

/**
 * Reads the fields of records out of an array, never beyond its end: whatever the bytes claim, the answer is a value or an
 * {@link InvalidBatchException}. Used by one thread.
 */
final class ByteReader {
    private static final int MAX_VARINT_SHIFT = 28;
    private static final int MAX_VARLONG_SHIFT = 63;

    private final byte[] bytes;
    private final int end;
    private int position;

    ByteReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.position = start;
        this.end = end;
    }

    int position() {
        return position;
    }

    int remaining() {
        return end - position;
    }

    byte readByte() {
        need(1);
        return bytes[position++];
    }

    int readShort() {
        need(2);
        int value = (bytes[position] << 8) | (bytes[position + 1] & 0xff);
        position += 2;
        return value;
    }

    int readInt() {
        need(4);
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = (value << 8) | (bytes[position++] & 0xff);
        }
        return value;
    }

    long readLong() {
        long high = readInt();
        return (high << 32) | (readInt() & 0xffffffffL);
    }

    int readVarint() {
        if (position < end && bytes[position] >= 0) { // most have one byte
            int only = bytes[position++];
            return (only >>> 1) ^ -(only & 1);
        }
        int raw = 0;
        for (int shift = 0; shift <= MAX_VARINT_SHIFT; shift += 7) {
            byte next = readByte();
            raw |= (next & 0x7f) << shift;
            if (next >= 0) {
                return (raw >>> 1) ^ -(raw & 1);
            }
        }
        throw new InvalidBatchException("Varint is longer than 5 bytes");
    }

    long readVarlong() {
        long raw = 0;
        for (int shift = 0; shift <= MAX_VARLONG_SHIFT; shift += 7) {
            byte next = readByte();
            raw |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return (raw >>> 1) ^ -(raw & 1);
            }
        }
        throw new InvalidBatchException("Varlong is longer than 10 bytes");
    }

    /** That many bytes as an array of their own; null if the length is negative. */
    byte[] readBytes(int length) {
        if (length < 0) {
            return null;
        }
        need(length);
        position += length;
        return Arrays.copyOfRange(bytes, position - length, position);
    }

    /** Steps over that many bytes; none if the length is negative, which stands for null. */
    void skip(int length) {
        if (length > 0) {
            need(length);
            position += length;
        }
    }

    private void need(int length) {
        if (length > end - position) {
            throw new InvalidBatchException("A field of " + length + " bytes is cut off: " + remaining() + " are left");
        }
    }
}
