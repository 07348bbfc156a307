package io.tain.batch;

import java.io.IOException;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyError;

/**
 * The framing that snappy-java's streams put around Snappy blocks, which is what Kafka means by "snappy". Own code rather
 * than those streams because they allocate whatever length a block announces. Like them it also reads a single block
 * without any framing, which some other clients wrote. Stateless.
 */
final class SnappyBlocks {
    /** Magic, then version 1 and minimum compatible version 1. */
    private static final byte[] HEADER = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1};

    private static final int MAGIC_LENGTH = 8;
    private static final int MAGIC_HEAD = 0x82534E41;
    private static final int WRITTEN_BLOCK_SIZE = 32 << 10;

    /** A Snappy element makes at most 64 bytes out of 3. */
    private static final int MAX_EXPANSION = 22;

    private SnappyBlocks() {}

    static void compress(Slice in, GrowingBytes out) throws IOException {
        out.write(HEADER, 0, HEADER.length);
        for (int position = in.start(); position < in.end(); position += WRITTEN_BLOCK_SIZE) {
            int length = Math.min(WRITTEN_BLOCK_SIZE, in.end() - position);
            out.reserve(Integer.BYTES + Snappy.maxCompressedLength(length));
            int compressed = Snappy.compress(in.array(), position, length, out.array(), out.size() + Integer.BYTES);
            out.writeInt(compressed);
            out.advance(compressed);
        }
    }

    static void decompress(Slice in, GrowingBytes out) throws IOException {
        if (!hasMagic(in)) {
            decompressBlock(in.array(), in.start(), in.length(), out);
            return;
        }
        ByteReader reader = in.reader();
        reader.skip(HEADER.length);
        while (reader.remaining() > 0) {
            int length = reader.readInt();
            if (length == MAGIC_HEAD) {
                // Streams may be concatenated: another header.
                reader.skip(HEADER.length - Integer.BYTES);
                continue;
            }
            if (length < 0) {
                throw new IOException("Snappy block of " + length + " bytes");
            }
            int start = reader.position();
            reader.skip(length);
            decompressBlock(in.array(), start, length, out);
        }
    }

    private static void decompressBlock(byte[] source, int start, int length, GrowingBytes out) throws IOException {
        try {
            int claimed = Snappy.uncompressedLength(source, start, length);
            if (claimed < 0 || claimed > (long) length * MAX_EXPANSION) {
                throw new IOException("Snappy block of " + length + " bytes claims to hold " + claimed);
            }
            out.requireRoom(claimed);
            out.reserve(claimed);
            out.advance(Snappy.uncompress(source, start, length, out.array(), out.size()));
        } catch (SnappyError e) {
            throw new IOException("Snappy block is malformed", e);
        }
    }

    private static boolean hasMagic(Slice in) {
        if (in.length() < HEADER.length) {
            return false;
        }
        for (int i = 0; i < MAGIC_LENGTH; i++) {
            if (in.array()[in.start() + i] != HEADER[i]) {
                return false;
            }
        }
        return true;
    }
}
