package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.PrimitiveRef;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogValidator;
import org.apache.kafka.storage.internals.log.LogValidator.ValidationResult;

/** The broker's own check of produced batches: they have to be taken, and as they are. */
final class Broker {
    private static final long LOG_END = 1_000_000;

    private Broker() {}

    static void assertTakesUnchanged(EncodedBatch batch) {
        ByteBuffer copy = ByteBuffer.allocate(batch.sizeInBytes());
        copy.put(batch.bytes().duplicate()).flip();
        BatchPatch.patch(copy, 42, (short) 0, 17);
        MemoryRecords records = MemoryRecords.readableRecords(copy);
        MutableRecordBatch first = records.batches().iterator().next();
        first.ensureValid();
        CompressionType type = first.compressionType();
        ValidationResult result = new LogValidator(
                        records,
                        new TopicPartition("t", 0),
                        Time.SYSTEM,
                        type,
                        Compression.of(type).build(),
                        false,
                        (byte) 2,
                        TimestampType.CREATE_TIME,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        5,
                        AppendOrigin.CLIENT)
                .validateMessagesAndAssignOffsets(
                        PrimitiveRef.ofLong(LOG_END), new NoMetrics(), BufferSupplier.NO_CACHING);
        assertThat(result.messageSizeMaybeChanged()).as("rebuilt").isFalse();
        assertThat(result.recordValidationStats().numRecordsConverted()).isZero();
        assertThat(result.validatedRecords().buffer()).isEqualTo(copy);
        assertThat(RecordBatch.of(copy).count()).isEqualTo(batch.count());
    }

    private static final class NoMetrics implements LogValidator.MetricsRecorder {
        @Override
        public void recordInvalidMagic() {}

        @Override
        public void recordInvalidOffset() {}

        @Override
        public void recordInvalidSequence() {}

        @Override
        public void recordInvalidChecksums() {}

        @Override
        public void recordNoKeyCompactedTopic() {}
    }
}
