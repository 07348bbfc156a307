package io.tain.batch;

import io.tain.config.Codec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** Builds batches with Kafka's own code, as a broker could serve them. */
final class BatchSpec {
    byte magic = 2;
    Codec codec = Codec.NONE;
    long baseOffset;
    long lastOffset = -1;
    TimestampType timestampType = TimestampType.CREATE_TIME;
    long logAppendTime = -1;
    long producerId = -1;
    short producerEpoch = -1;
    int baseSequence = -1;
    boolean transactional;
    int leaderEpoch = 7;
    long deleteHorizon = -1;

    static BatchSpec of(Codec codec, long baseOffset) {
        BatchSpec spec = new BatchSpec();
        spec.codec = codec;
        spec.baseOffset = baseOffset;
        return spec;
    }

    static Compression kafkas(Codec codec) {
        return Compression.of(CompressionType.forId(codec.id())).build();
    }

    static List<SeenRecord> dense(Random random, long baseOffset, int count) {
        List<SeenRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(SeenRecord.random(random, baseOffset + i));
        }
        return records;
    }

    static List<SeenRecord> withHoles(Random random, long baseOffset, int count) {
        List<SeenRecord> records = new ArrayList<>();
        long offset = baseOffset + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            records.add(SeenRecord.random(random, offset));
            offset += 1 + random.nextInt(3);
        }
        return records;
    }

    BatchSpec magic(int value) {
        magic = (byte) value;
        if (value == 0) {
            timestampType = TimestampType.NO_TIMESTAMP_TYPE;
        }
        return this;
    }

    BatchSpec producer(long id, int epoch, int sequence) {
        producerId = id;
        producerEpoch = (short) epoch;
        baseSequence = sequence;
        return this;
    }

    BatchSpec transactional() {
        transactional = true;
        return this;
    }

    BatchSpec logAppendTime(long millis) {
        timestampType = TimestampType.LOG_APPEND_TIME;
        logAppendTime = millis;
        return this;
    }

    BatchSpec lastOffset(long offset) {
        lastOffset = offset;
        return this;
    }

    BatchSpec deleteHorizon(long millis) {
        deleteHorizon = millis;
        return this;
    }

    RecordBatch records(List<SeenRecord> records) {
        MemoryRecordsBuilder builder = builder();
        for (SeenRecord record : records) {
            builder.appendWithOffset(
                    record.offset(),
                    magic == 0 ? -1 : record.timestamp(),
                    record.key(),
                    record.value(),
                    magic < 2 ? new Header[0] : record.headers().toArray(new Header[0]));
        }
        if (lastOffset >= 0) {
            builder.overrideLastOffset(lastOffset);
        }
        return RecordBatch.of(builder.build().buffer());
    }

    /** What compaction leaves of a batch whose records are all gone. */
    static RecordBatch empty(long baseOffset, long lastOffset) {
        ByteBuffer bytes = ByteBuffer.allocate(BatchLayout.RECORDS);
        DefaultRecordBatch.writeEmptyHeader(
                bytes,
                (byte) 2,
                5,
                (short) 0,
                0,
                baseOffset,
                lastOffset,
                7,
                TimestampType.CREATE_TIME,
                99,
                false,
                false);
        return RecordBatch.of(bytes.flip());
    }

    static RecordBatch marker(long offset, long producerId, EndTransactionMarker marker) {
        return RecordBatch.of(MemoryRecords.withEndTransactionMarker(offset, 5_000, 7, producerId, (short) 3, marker)
                .buffer());
    }

    private MemoryRecordsBuilder builder() {
        return new MemoryRecordsBuilder(
                new ByteBufferOutputStream(ByteBuffer.allocate(1024)),
                magic,
                kafkas(codec),
                timestampType,
                baseOffset,
                logAppendTime,
                producerId,
                producerEpoch,
                baseSequence,
                transactional,
                false,
                leaderEpoch,
                Integer.MAX_VALUE,
                deleteHorizon);
    }
}
