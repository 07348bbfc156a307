package io.tain.offset;

import java.nio.ByteBuffer;

/** Whole numbers in as few bytes as they need: seven bits a byte, the lowest first. */
final class Varint {
    /** What the largest takes. */
    static final int MAX_BYTES = 10;

    private Varint() {}

    static void write(ByteBuffer out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.put((byte) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    /** With small negative numbers small, too. */
    static void writeSigned(ByteBuffer out, long value) {
        write(out, (value << 1) ^ (value >> 63));
    }

    static long read(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number in an offset map has more than " + MAX_BYTES + " bytes");
    }

    static long readSigned(ByteBuffer in) {
        long raw = read(in);
        return (raw >>> 1) ^ -(raw & 1);
    }
}
