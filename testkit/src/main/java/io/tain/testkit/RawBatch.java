package io.tain.testkit;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A record batch (magic 2) as it lies in a partition's log. The buffer starts at the batch and ends with it.
 *
 * @param bytes the whole batch
 */
public record RawBatch(ByteBuffer bytes) {
    static final int LENGTH_OFFSET = 8;
    static final int HEADER_BYTES = 61;
    /** What the length field doesn't count: the base offset and the field itself. */
    static final int LOG_OVERHEAD = 12;

    private static final int CRC_START = 21;
    private static final int CODEC_MASK = 0x07;

    public long baseOffset() {
        return bytes.getLong(0);
    }

    public int leaderEpoch() {
        return bytes.getInt(12);
    }

    public byte magic() {
        return bytes.get(16);
    }

    public int crc() {
        return bytes.getInt(17);
    }

    /** Whether the stored checksum fits the bytes. */
    public boolean isCrcValid() {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(CRC_START, bytes.limit() - CRC_START));
        return (int) crc.getValue() == crc();
    }

    public short attributes() {
        return bytes.getShort(21);
    }

    /** The id of the compression: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
    public int codec() {
        return attributes() & CODEC_MASK;
    }

    public boolean isLogAppendTime() {
        return (attributes() & 0x08) != 0;
    }

    public boolean isTransactional() {
        return (attributes() & 0x10) != 0;
    }

    public boolean isControl() {
        return (attributes() & 0x20) != 0;
    }

    public boolean hasDeleteHorizon() {
        return (attributes() & 0x40) != 0;
    }

    public int lastOffsetDelta() {
        return bytes.getInt(23);
    }

    public long baseTimestamp() {
        return bytes.getLong(27);
    }

    public long maxTimestamp() {
        return bytes.getLong(35);
    }

    public long producerId() {
        return bytes.getLong(43);
    }

    public short producerEpoch() {
        return bytes.getShort(51);
    }

    public int baseSequence() {
        return bytes.getInt(53);
    }

    public int count() {
        return bytes.getInt(57);
    }

    /** The records, compressed as they are; equal content means an equal buffer. */
    public ByteBuffer payload() {
        return bytes.slice(HEADER_BYTES, bytes.limit() - HEADER_BYTES).asReadOnlyBuffer();
    }
}
