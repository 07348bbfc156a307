package io.tain.batch;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.Inflater;

/**
 * The gzip format (RFC 1952). What Kafka's clients write, one member with a bare header, is decompressed with an inflater that
 * is kept from batch to batch: to make one, as a {@link GZIPInputStream} does, takes longer than to inflate a batch of one
 * record. Anything else is left to that stream.
 *
 * <p>Owns the inflater's native memory, freed by {@link #close}. Used by one thread.
 */
final class Gzip implements AutoCloseable {
    private static final int BUFFER = 8 << 10;

    /** Magic number, method, flags, time (4 bytes), extra flags, operating system. */
    private static final int HEADER = 10;

    private static final int MAGIC_1 = 0x1f;
    private static final int MAGIC_2 = 0x8b;
    private static final int METHOD = 2;
    private static final int DEFLATE = 8;
    private static final int FLAGS = 3;

    /** Checksum and length of what was compressed, little endian. */
    private static final int TRAILER = 8;

    /**
     * Half the default level's time on JSON, for an eighth more bytes. What is compressed here has mostly been joined from small
     * batches: from those of 16 KiB it comes out as large as they were, from those of one record less than half as large.
     */
    private static final int LEVEL = 4;

    private final Inflater inflater = new Inflater(true);

    /** Appends the compressed bytes to {@code out}. */
    static void compress(Slice in, GrowingBytes out) throws IOException {
        try (OutputStream gzip = new LevelledStream(out)) {
            gzip.write(in.array(), in.start(), in.length());
        }
    }

    /**
     * Appends the decompressed bytes to {@code out}.
     *
     * @throws EOFException if the data is cut off
     * @throws IOException if it is not what gzip makes
     */
    void decompress(Slice in, GrowingBytes out) throws IOException {
        if (!hasBareHeader(in) || !inflate(in, out)) {
            try (GZIPInputStream stream = new GZIPInputStream(in.stream(), BUFFER)) {
                out.drain(stream);
            }
        }
    }

    private static boolean hasBareHeader(Slice in) {
        byte[] array = in.array();
        int start = in.start();
        return in.length() >= HEADER + TRAILER
                && (array[start] & 0xff) == MAGIC_1
                && (array[start + 1] & 0xff) == MAGIC_2
                && array[start + METHOD] == DEFLATE
                && array[start + FLAGS] == 0;
    }

    /** Returns false, and has appended nothing, if more follows than the end of one member. */
    private boolean inflate(Slice in, GrowingBytes out) throws IOException {
        inflater.reset();
        inflater.setInput(in.array(), in.start() + HEADER, in.length() - HEADER);
        int length = 0;
        try {
            while (!inflater.finished()) {
                out.reserve(length + GrowingBytes.CHUNK);
                int more = inflater.inflate(out.array(), out.size() + length, GrowingBytes.CHUNK);
                if (more == 0 && !inflater.finished()) {
                    throw new EOFException();
                }
                length += more;
                out.requireRoom(length);
            }
        } catch (DataFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
        int left = inflater.getRemaining();
        if (left < TRAILER) {
            throw new EOFException();
        }
        if (left > TRAILER) {
            return false;
        }
        CRC32 checksum = new CRC32();
        checksum.update(out.array(), out.size(), length);
        int trailer = in.end() - TRAILER;
        if (littleEndian(in, trailer) != (int) checksum.getValue()
                || littleEndian(in, trailer + Integer.BYTES) != length) {
            throw new IOException("wrong checksum or length");
        }
        out.advance(length);
        return true;
    }

    private static int littleEndian(Slice in, int at) {
        byte[] array = in.array();
        return (array[at] & 0xff)
                | (array[at + 1] & 0xff) << 8
                | (array[at + 2] & 0xff) << 16
                | (array[at + 3] & 0xff) << 24;
    }

    @Override
    public void close() {
        inflater.end();
    }

    /** The JDK's stream has a default level only, but lets a subclass choose. */
    private static final class LevelledStream extends GZIPOutputStream {
        LevelledStream(OutputStream out) throws IOException {
            super(out, BUFFER);
            def.setLevel(LEVEL);
        }
    }
}
