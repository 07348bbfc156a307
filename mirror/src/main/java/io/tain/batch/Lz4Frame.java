package io.tain.batch;

import java.io.EOFException;
import java.io.IOException;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * The LZ4 frame format as Kafka's clients and brokers use it: independent blocks, no dictionary. Own code rather than
 * lz4-java's streams because frames of magic 0 have a header checksum that is wrong in a well-known way, which those refuse,
 * and because blocks can so be (de)compressed without a copy. Stateless.
 */
final class Lz4Frame {
    private static final int MAGIC = 0x184D2204;
    private static final int UNCOMPRESSED_BIT = 0x80000000;
    private static final int END_MARK = 0;

    private static final int FLAG_VERSION_MASK = 0xC0;
    private static final int FLAG_VERSION_1 = 0x40;
    private static final int FLAG_INDEPENDENT_BLOCKS = 0x20;
    private static final int FLAG_BLOCK_CHECKSUM = 0x10;
    private static final int FLAG_CONTENT_SIZE = 0x08;
    private static final int FLAG_CONTENT_CHECKSUM = 0x04;
    private static final int FLAG_RESERVED_MASK = 0x03;
    private static final int CONTENT_SIZE_LENGTH = 8;
    private static final int CHECKSUM_LENGTH = 4;

    private static final int BLOCK_SIZE_64_KIB = 4;
    private static final int BLOCK_SIZE_4_MIB = 7;
    private static final int WRITTEN_BLOCK_SIZE = 64 << 10;
    private static final int WRITTEN_FLAGS = FLAG_VERSION_1 | FLAG_INDEPENDENT_BLOCKS;
    private static final int WRITTEN_DESCRIPTOR = BLOCK_SIZE_64_KIB << 4;

    private static final LZ4SafeDecompressor DECOMPRESSOR =
            LZ4Factory.fastestInstance().safeDecompressor();
    private static final LZ4Compressor COMPRESSOR = LZ4Factory.fastestInstance().fastCompressor();
    private static final XXHash32 HASH = XXHashFactory.fastestInstance().hash32();

    private static final int WRITTEN_HEADER_CHECKSUM =
            headerChecksum(new byte[] {(byte) WRITTEN_FLAGS, (byte) WRITTEN_DESCRIPTOR}, 0, 2);

    private Lz4Frame() {}

    static void compress(Slice in, GrowingBytes out) {
        out.writeIntLittleEndian(MAGIC);
        out.write(WRITTEN_FLAGS);
        out.write(WRITTEN_DESCRIPTOR);
        out.write(WRITTEN_HEADER_CHECKSUM);
        for (int position = in.start(); position < in.end(); position += WRITTEN_BLOCK_SIZE) {
            compressBlock(in.array(), position, Math.min(WRITTEN_BLOCK_SIZE, in.end() - position), out);
        }
        out.writeIntLittleEndian(END_MARK);
    }

    private static void compressBlock(byte[] source, int start, int length, GrowingBytes out) {
        int bound = COMPRESSOR.maxCompressedLength(length);
        out.reserve(Integer.BYTES + bound);
        int header = out.size();
        out.writeIntLittleEndian(length | UNCOMPRESSED_BIT);
        int compressed = COMPRESSOR.compress(source, start, length, out.array(), out.size(), bound);
        if (compressed >= length) {
            out.write(source, start, length);
            return;
        }
        out.advance(compressed);
        for (int i = 0; i < Integer.BYTES; i++) {
            out.array()[header + i] = (byte) (compressed >>> (i * Byte.SIZE));
        }
    }

    static void decompress(Slice in, int magic, GrowingBytes out) throws IOException {
        int position = in.start();
        if (readInt(in, position) != MAGIC) {
            throw new IOException("no LZ4 frame");
        }
        position += Integer.BYTES;
        need(in, position, 2);
        int flags = in.array()[position] & 0xff;
        int maxBlockSize = maxBlockSize(flags, in.array()[position + 1] & 0xff);
        int descriptorLength = 2 + ((flags & FLAG_CONTENT_SIZE) == 0 ? 0 : CONTENT_SIZE_LENGTH);
        need(in, position, descriptorLength + 1);
        // Clients of magic 0 hashed the frame's magic number too; the brokers never minded.
        if (magic > 0
                && (byte) headerChecksum(in.array(), position, descriptorLength)
                        != in.array()[position + descriptorLength]) {
            throw new IOException("LZ4 frame header has a wrong checksum");
        }
        position += descriptorLength + 1;
        while (true) {
            int block = readInt(in, position);
            position += Integer.BYTES;
            int length = block & ~UNCOMPRESSED_BIT;
            if (length == END_MARK) {
                need(in, position, (flags & FLAG_CONTENT_CHECKSUM) == 0 ? 0 : CHECKSUM_LENGTH);
                return;
            }
            if (length > maxBlockSize) {
                throw new IOException(
                        "LZ4 block of " + length + " bytes in a frame of " + maxBlockSize + " byte blocks");
            }
            need(in, position, length);
            if ((block & UNCOMPRESSED_BIT) != 0) {
                out.write(in.array(), position, length);
            } else {
                decompressBlock(in.array(), position, length, maxBlockSize, out);
            }
            if ((flags & FLAG_BLOCK_CHECKSUM) != 0) {
                if (HASH.hash(in.array(), position, length, 0) != readInt(in, position + length)) {
                    throw new IOException("LZ4 block has a wrong checksum");
                }
                position += CHECKSUM_LENGTH;
            }
            position += length;
        }
    }

    private static void decompressBlock(byte[] source, int start, int length, int maxBlockSize, GrowingBytes out)
            throws IOException {
        out.reserve(maxBlockSize);
        try {
            out.advance(DECOMPRESSOR.decompress(source, start, length, out.array(), out.size(), maxBlockSize));
        } catch (LZ4Exception e) {
            throw new IOException("LZ4 block is malformed", e);
        }
    }

    private static int maxBlockSize(int flags, int descriptor) throws IOException {
        if ((flags & FLAG_VERSION_MASK) != FLAG_VERSION_1
                || (flags & FLAG_INDEPENDENT_BLOCKS) == 0
                || (flags & FLAG_RESERVED_MASK) != 0) {
            throw new IOException("LZ4 frame flags 0x" + Integer.toHexString(flags) + " are not supported");
        }
        int code = descriptor >>> 4;
        if ((descriptor & 0x0f) != 0 || code < BLOCK_SIZE_64_KIB || code > BLOCK_SIZE_4_MIB) {
            throw new IOException("LZ4 block descriptor 0x" + Integer.toHexString(descriptor) + " is not supported");
        }
        return 1 << (2 * code + 8);
    }

    private static int headerChecksum(byte[] bytes, int start, int length) {
        return (HASH.hash(bytes, start, length, 0) >> 8) & 0xff;
    }

    private static int readInt(Slice in, int position) throws IOException {
        need(in, position, Integer.BYTES);
        byte[] bytes = in.array();
        return (bytes[position] & 0xff)
                | (bytes[position + 1] & 0xff) << 8
                | (bytes[position + 2] & 0xff) << 16
                | (bytes[position + 3] & 0xff) << 24;
    }

    private static void need(Slice in, int position, int length) throws IOException {
        if (length > in.end() - position) {
            throw new EOFException("LZ4 frame is cut off");
        }
    }
}
