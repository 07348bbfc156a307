package io.tain.batch;

import io.tain.config.Codec;
import java.util.zip.CRC32;

/**
 * Reads messages of magic 0 and 1: plain ones, and compressed wrappers whose value is a sequence of messages. In a wrapper
 * of magic 1 the inner offsets are relative and the wrapper has the offset of the last; in one of magic 0 they are absolute.
 * The inner messages are re-encoded as the rest of a magic 2 record, without headers.
 */
final class LegacyRecordReader {
    private static final int LOG_OVERHEAD = BatchLayout.LOG_OVERHEAD;
    private static final int NO_HEADERS = 0;

    /** How the messages inside a wrapper are to be read: the base offset is what is to be added to theirs. */
    private record Wrapper(RecordBatch batch, Codec codec, long baseOffset) {}

    private LegacyRecordReader() {}

    static void read(RecordBatch batch, Decompressor decompressor, long fromOffset, RecordTable into) {
        Slice bytes = Slice.of(batch.buffer(), 0, batch.sizeInBytes());
        if (batch.codec() == Codec.NONE) {
            if (batch.baseOffset() >= fromOffset) {
                add(bytes, batch.baseOffset(), batch.maxTimestamp(), into);
            }
            return;
        }
        if (batch.codec() == Codec.ZSTD) {
            throw new InvalidBatchException("zstd does not exist in magic " + batch.magic());
        }
        Slice value = valueOf(bytes);
        int start = into.data().size();
        decompressor.decompress(batch.codec(), batch.magic(), value, into.data());
        Slice inner = new Slice(into.data().array(), start, into.data().size());
        long base = batch.magic() == 0 ? 0 : batch.lastOffset() - lastInnerOffset(inner);
        addInner(new Wrapper(batch, batch.codec(), base), inner, fromOffset, into);
    }

    /** What comes out of {@code inner} is appended behind it; should the array grow meanwhile, the old one stays intact. */
    private static void addInner(Wrapper wrapper, Slice inner, long fromOffset, RecordTable into) {
        ByteReader reader = inner.reader();
        long previous = -1;
        while (reader.remaining() > 0) {
            int start = reader.position();
            long offset = wrapper.baseOffset() + reader.readLong();
            reader.skip(innerLength(reader));
            if (offset <= previous || offset > wrapper.batch().lastOffset()) {
                throw new InvalidBatchException("inner message has offset " + offset + " after " + previous
                        + ", the last should be " + wrapper.batch().lastOffset());
            }
            previous = offset;
            Slice message = new Slice(inner.array(), start, reader.position());
            int magic = requireSound(message);
            if (offset >= fromOffset) {
                add(message, offset, timestampOf(wrapper.batch(), message, magic), into);
            }
        }
        if (previous < 0) {
            throw new InvalidBatchException("compressed with " + wrapper.codec() + ", but there is no message inside");
        }
    }

    private static long lastInnerOffset(Slice inner) {
        ByteReader reader = inner.reader();
        long last = 0;
        while (reader.remaining() > 0) {
            last = reader.readLong();
            reader.skip(innerLength(reader));
        }
        return last;
    }

    private static int innerLength(ByteReader reader) {
        int length = reader.readInt();
        if (length < BatchLayout.LEGACY_V0_MIN_SIZE - LOG_OVERHEAD) {
            throw new InvalidBatchException("inner message has impossible length " + length);
        }
        return length;
    }

    /** Checks what the outer message was checked for already: magic, size, checksum; and that it isn't a wrapper. */
    private static int requireSound(Slice message) {
        byte[] bytes = message.array();
        int magic = bytes[message.start() + BatchLayout.MAGIC];
        if (magic < 0 || magic > 1 || message.length() < BatchLayout.minimumSize(magic)) {
            throw new InvalidBatchException("inner message has magic " + magic + " and " + message.length() + " bytes");
        }
        CRC32 checksum = new CRC32();
        checksum.update(bytes, message.start() + BatchLayout.MAGIC, message.length() - BatchLayout.MAGIC);
        int expected = new ByteReader(bytes, message.start() + BatchLayout.LEGACY_CRC, message.end()).readInt();
        if ((int) checksum.getValue() != expected) {
            throw new InvalidBatchException("inner message has a wrong checksum");
        }
        if ((bytes[message.start() + BatchLayout.LEGACY_ATTRIBUTES] & BatchLayout.CODEC_MASK) != Codec.NONE.id()) {
            throw new InvalidBatchException("inner message is compressed again");
        }
        return magic;
    }

    private static long timestampOf(RecordBatch wrapper, Slice message, int magic) {
        if (magic == 0) {
            return BatchLayout.NO_TIMESTAMP;
        }
        if (wrapper.isLogAppendTime()) {
            return wrapper.maxTimestamp();
        }
        return new ByteReader(message.array(), message.start() + BatchLayout.LEGACY_V1_TIMESTAMP, message.end())
                .readLong();
    }

    private static Slice valueOf(Slice message) {
        ByteReader reader = fieldsOf(message);
        reader.skip(reader.readInt()); // key
        int length = reader.readInt();
        int start = reader.position();
        if (length < 0) {
            throw new InvalidBatchException("compressed message without a value");
        }
        reader.skip(length);
        return new Slice(message.array(), start, start + length);
    }

    private static void add(Slice message, long offset, long timestamp, RecordTable into) {
        ByteReader reader = fieldsOf(message);
        int start = into.data().size();
        copyField(reader, message.array(), into.data()); // key
        copyField(reader, message.array(), into.data()); // value
        into.data().writeVarint(NO_HEADERS);
        if (reader.remaining() > 0) {
            throw new InvalidBatchException(
                    reader.remaining() + " bytes follow the value of the message at offset " + offset);
        }
        into.add(offset, timestamp, start, into.data().size());
    }

    private static ByteReader fieldsOf(Slice message) {
        boolean magic0 = message.array()[message.start() + BatchLayout.MAGIC] == 0;
        int key = magic0 ? BatchLayout.LEGACY_V0_KEY : BatchLayout.LEGACY_V1_KEY;
        return new ByteReader(message.array(), message.start() + key, message.end());
    }

    private static void copyField(ByteReader reader, byte[] source, GrowingBytes into) {
        int length = reader.readInt();
        int start = reader.position();
        reader.skip(length);
        into.writeVarint(Math.max(length, -1));
        if (length > 0) {
            into.write(source, start, length);
        }
    }
}
