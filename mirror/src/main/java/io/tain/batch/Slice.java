package io.tain.batch;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;

/** Some bytes of an array, which the slice does not own. */
final class Slice {
    private final byte[] array;
    private final int start;
    private final int end;

    Slice(byte[] array, int start, int end) {
        this.array = array;
        this.start = start;
        this.end = end;
    }

    /** The bytes of the buffer from one index to another; copied only if the buffer has no array. */
    static Slice of(ByteBuffer buffer, int from, int to) {
        if (buffer.hasArray()) {
            return new Slice(buffer.array(), buffer.arrayOffset() + from, buffer.arrayOffset() + to);
        }
        byte[] copy = new byte[to - from];
        buffer.get(from, copy);
        return new Slice(copy, 0, copy.length);
    }

    byte[] array() {
        return array;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    int length() {
        return end - start;
    }

    ByteArrayInputStream stream() {
        return new ByteArrayInputStream(array, start, length());
    }

    ByteReader reader() {
        return new ByteReader(array, start, end);
    }
}
