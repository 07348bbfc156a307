package io.tain.batch;

import static io.tain.batch.BatchLayout.ATTRIBUTES;
import static io.tain.batch.BatchLayout.LEGACY_ATTRIBUTES;

import io.tain.config.Codec;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * One batch (magic 2) or message (magic 0 and 1) as it lies in the bytes of a fetch answer. A view: it copies nothing and
 * decompresses nothing. What is asked for again and again is read once, when it is made; every other getter is one absolute
 * read. It does not own the bytes, and like them it belongs to one thread at a time. Only the size and the magic are known to
 * be sane; the rest is as trustworthy as {@link #isChecksumValid()}.
 */
public final class RecordBatch {
    private final ByteBuffer buffer;
    private final byte magic;
    private final long baseOffset;
    private final int lastOffsetDelta;
    private final int attributes;

    private RecordBatch(ByteBuffer buffer) {
        this.buffer = buffer;
        this.magic = buffer.get(BatchLayout.MAGIC);
        this.baseOffset = buffer.getLong(BatchLayout.BASE_OFFSET);
        this.lastOffsetDelta = isOldFormat() ? 0 : buffer.getInt(BatchLayout.LAST_OFFSET_DELTA);
        this.attributes = isOldFormat() ? buffer.get(LEGACY_ATTRIBUTES) : buffer.getShort(ATTRIBUTES);
    }

    /** The batch that starts at the position of these bytes, which must hold all of it. Neither position nor limit moves. */
    public static RecordBatch of(ByteBuffer bytes) {
        int start = bytes.position();
        int size = sizeAt(bytes, start);
        if (size < 0 || size > bytes.remaining()) {
            throw new InvalidBatchException("Batch is cut off: only " + bytes.remaining() + " bytes are there");
        }
        return at(bytes, start, size);
    }

    /** The batch that starts there, of a size that {@link #sizeAt} has told, and which must be there whole. */
    static RecordBatch at(ByteBuffer bytes, int start, int size) {
        return new RecordBatch(bytes.slice(start, size));
    }

    /**
     * The size of the batch at {@code start}, or -1 if too few bytes are there to tell.
     *
     * @throws InvalidBatchException if the length or the magic is impossible
     */
    static int sizeAt(ByteBuffer bytes, int start) {
        int available = bytes.limit() - start;
        if (available < BatchLayout.LOG_OVERHEAD) {
            return -1;
        }
        int length = bytes.getInt(start + BatchLayout.LENGTH);
        if (length < BatchLayout.LEGACY_V0_MIN_SIZE - BatchLayout.LOG_OVERHEAD
                || length > Integer.MAX_VALUE - BatchLayout.LOG_OVERHEAD) {
            throw new InvalidBatchException("Impossible batch length " + length);
        }
        if (available < BatchLayout.HEADER_UP_TO_MAGIC) {
            return -1;
        }
        byte magic = bytes.get(start + BatchLayout.MAGIC);
        int size = length + BatchLayout.LOG_OVERHEAD;
        int minimum = BatchLayout.minimumSize(magic);
        if (size < minimum) {
            throw new InvalidBatchException("Batch of " + size + " bytes is smaller than the " + minimum
                    + " bytes of its header (magic " + magic + ")");
        }
        return size;
    }

    /** The bytes of this batch, from position 0 to the limit. Shared, not copied. */
    public ByteBuffer buffer() {
        return buffer;
    }

    public int sizeInBytes() {
        return buffer.limit();
    }

    public byte magic() {
        return magic;
    }

    /** Whether this is magic 0 or 1, which have neither producer, count nor headers. */
    public boolean isOldFormat() {
        return magic < 2;
    }

    /**
     * The offset of the first record that was ever in this batch. For a compressed message of magic 0 or 1 only the last
     * offset can be told without decompressing; this is then that.
     */
    public long baseOffset() {
        return baseOffset;
    }

    public long lastOffset() {
        return baseOffset + lastOffsetDelta;
    }

    /** The offset that a reader goes on from after this batch. */
    public long nextOffset() {
        return lastOffset() + 1;
    }

    public int lastOffsetDelta() {
        return lastOffsetDelta;
    }

    /** @throws InvalidBatchException if no Kafka release has given the id a meaning */
    public Codec codec() {
        int id = codecId();
        return Codec.ofId(id)
                .orElseThrow(() -> new InvalidBatchException("Unknown compression codec id " + id
                        + " in the batch at offset " + baseOffset() + ", known are 0 to 4"));
    }

    int codecId() {
        return attributes & BatchLayout.CODEC_MASK;
    }

    public boolean isLogAppendTime() {
        return magic > 0 && has(BatchLayout.LOG_APPEND_TIME_BIT);
    }

    public boolean isTransactional() {
        return !isOldFormat() && has(BatchLayout.TRANSACTIONAL_BIT);
    }

    public boolean isControl() {
        return !isOldFormat() && has(BatchLayout.CONTROL_BIT);
    }

    /** If so, {@link #baseTimestamp()} is the time from which tombstones may go, and no record's timestamp. */
    public boolean hasDeleteHorizon() {
        return !isOldFormat() && has(BatchLayout.DELETE_HORIZON_BIT);
    }

    /** What the timestamps of the records are relative to: always this field, delete horizon or not. */
    public long baseTimestamp() {
        return isOldFormat() ? maxTimestamp() : buffer.getLong(BatchLayout.BASE_TIMESTAMP);
    }

    /** The largest timestamp, or under log append time the timestamp of every record; -1 in magic 0. */
    public long maxTimestamp() {
        return switch (magic) {
            case 0 -> BatchLayout.NO_TIMESTAMP;
            case 1 -> buffer.getLong(BatchLayout.LEGACY_V1_TIMESTAMP);
            default -> buffer.getLong(BatchLayout.MAX_TIMESTAMP);
        };
    }

    public int leaderEpoch() {
        return isOldFormat() ? BatchLayout.NO_LEADER_EPOCH : buffer.getInt(BatchLayout.LEADER_EPOCH);
    }

    /** The id of the producer, or -1 if it had none. */
    public long producerId() {
        return isOldFormat() ? BatchLayout.NO_PRODUCER_ID : buffer.getLong(BatchLayout.PRODUCER_ID);
    }

    public short producerEpoch() {
        return isOldFormat() ? BatchLayout.NO_PRODUCER_EPOCH : buffer.getShort(BatchLayout.PRODUCER_EPOCH);
    }

    public int baseSequence() {
        return isOldFormat() ? BatchLayout.NO_SEQUENCE : buffer.getInt(BatchLayout.BASE_SEQUENCE);
    }

    /** The number of records, or -1 in magic 0 and 1, where only decompressing could tell. */
    public int count() {
        return isOldFormat() ? -1 : buffer.getInt(BatchLayout.COUNT);
    }

    /** Reads the whole batch, the only getter that does. */
    public boolean isChecksumValid() {
        if (isOldFormat()) {
            return checksum(new CRC32(), BatchLayout.MAGIC) == buffer.getInt(BatchLayout.LEGACY_CRC);
        }
        return checksum(new CRC32C(), ATTRIBUTES) == buffer.getInt(BatchLayout.CRC);
    }

    /**
     * Whether the records lie in this batch in the same bytes as in another one of magic 2, compressed as they are: then keys, values,
     * headers and their order are the same. Timestamps are too if the base timestamps are. Decompresses nothing.
     */
    public boolean hasPayloadOf(RecordBatch other) {
        return !isOldFormat()
                && !other.isOldFormat()
                && sizeInBytes() == other.sizeInBytes()
                && count() == other.count()
                && codecId() == other.codecId()
                && payload().equals(other.payload());
    }

    private ByteBuffer payload() {
        return buffer.slice(BatchLayout.RECORDS, sizeInBytes() - BatchLayout.RECORDS);
    }

    void requireValidChecksum() {
        if (!isChecksumValid()) {
            throw new InvalidBatchException(
                    "Checksum of the batch at offset " + baseOffset() + " (" + sizeInBytes() + " bytes) is wrong");
        }
    }

    /**
     * Whether this control batch ends a transaction by aborting it.
     *
     * @throws InvalidBatchException if its one record is malformed
     */
    public boolean isAbortMarker() {
        return isControl() && count() > 0 && ControlRecord.typeIn(this) == ControlRecord.ABORT;
    }

    private int checksum(Checksum checksum, int from) {
        if (buffer.hasArray()) {
            checksum.update(buffer.array(), buffer.arrayOffset() + from, sizeInBytes() - from);
        } else {
            checksum.update(buffer.duplicate().position(from));
        }
        return (int) checksum.getValue();
    }

    private boolean has(int bit) {
        return (attributes & bit) != 0;
    }

    @Override
    public String toString() {
        return "RecordBatch(magic=" + magic + ", offsets=[" + baseOffset() + ", " + lastOffset() + "], bytes="
                + sizeInBytes()
                + ", count=" + count() + ", attributes=0x" + Integer.toHexString(attributes & 0xffff)
                + ", producerId="
                + producerId() + ")";
    }
}
