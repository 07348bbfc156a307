package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.config.Codec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordBatchTest {
    private final Random random = new Random(1);

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldReadEveryFieldOfTheHeader(Codec codec) {
        RecordBatch batch = BatchSpec.of(codec, 1L << 40)
                .producer(77, 5, 1234)
                .transactional()
                .records(BatchSpec.dense(random, 1L << 40, 20));

        DefaultRecordBatch kafkas = (DefaultRecordBatch) MemoryRecords.readableRecords(batch.buffer())
                .batches()
                .iterator()
                .next();
        assertThat(batch.baseOffset()).isEqualTo(kafkas.baseOffset()).isEqualTo(1L << 40);
        assertThat(batch.lastOffset()).isEqualTo(kafkas.lastOffset());
        assertThat(batch.nextOffset()).isEqualTo(kafkas.nextOffset());
        assertThat(batch.sizeInBytes()).isEqualTo(kafkas.sizeInBytes());
        assertThat(batch.magic()).isEqualTo((byte) 2);
        assertThat(batch.codec()).isEqualTo(codec);
        assertThat(batch.isLogAppendTime()).isFalse();
        assertThat(batch.isTransactional()).isTrue();
        assertThat(batch.isControl()).isFalse();
        assertThat(batch.hasDeleteHorizon()).isFalse();
        assertThat(batch.baseTimestamp()).isEqualTo(kafkas.baseTimestamp());
        assertThat(batch.maxTimestamp()).isEqualTo(kafkas.maxTimestamp());
        assertThat(batch.leaderEpoch()).isEqualTo(7);
        assertThat(batch.producerId()).isEqualTo(77);
        assertThat(batch.producerEpoch()).isEqualTo((short) 5);
        assertThat(batch.baseSequence()).isEqualTo(1234);
        assertThat(batch.count()).isEqualTo(20);
        assertThat(batch.lastOffsetDelta()).isEqualTo(19);
        assertThat(batch.isChecksumValid()).isTrue();
        assertThat(batch.isAbortMarker()).isFalse();
    }

    @Test
    void shouldTellLogAppendTimeAndDeleteHorizon() {
        List<SeenRecord> records = BatchSpec.dense(random, 0, 3);

        assertThat(BatchSpec.of(Codec.NONE, 0).logAppendTime(99).records(records))
                .returns(true, RecordBatch::isLogAppendTime)
                .returns(99L, RecordBatch::maxTimestamp);
        assertThat(BatchSpec.of(Codec.NONE, 0).deleteHorizon(12345).records(records))
                .returns(true, RecordBatch::hasDeleteHorizon)
                .returns(12345L, RecordBatch::baseTimestamp);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldReadOldMessages(int magic) {
        List<SeenRecord> records = BatchSpec.dense(random, 100, 10);

        RecordBatch single = BatchSpec.of(Codec.NONE, 100).magic(magic).records(records.subList(0, 1));
        RecordBatch wrapper = BatchSpec.of(Codec.GZIP, 100).magic(magic).records(records);

        assertThat(single.nextOffset()).isEqualTo(101);
        assertThat(single.codec()).isEqualTo(Codec.NONE);
        assertThat(wrapper.nextOffset()).isEqualTo(110);
        assertThat(wrapper.codec()).isEqualTo(Codec.GZIP);
        for (RecordBatch batch : List.of(single, wrapper)) {
            assertThat(batch.magic()).isEqualTo((byte) magic);
            assertThat(batch.isChecksumValid()).isTrue();
            assertThat(batch.count()).isEqualTo(-1);
            assertThat(batch.producerId()).isEqualTo(-1);
            assertThat(batch.leaderEpoch()).isEqualTo(-1);
            assertThat(batch.isControl() || batch.isTransactional() || batch.hasDeleteHorizon())
                    .isFalse();
        }
        assertThat(single.maxTimestamp())
                .isEqualTo(magic == 0 ? -1 : records.get(0).timestamp());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldNoticeEveryFlippedBitThatTheChecksumCovers(int magic) {
        RecordBatch batch = BatchSpec.of(Codec.NONE, 3).magic(magic).records(List.of(SeenRecord.of(3, "key", "value")));
        int covered = magic == 2 ? BatchLayout.ATTRIBUTES : BatchLayout.MAGIC + 1;

        for (int i = covered; i < batch.sizeInBytes(); i++) {
            byte original = batch.buffer().get(i);
            batch.buffer().put(i, (byte) (original ^ (1 << random.nextInt(8))));
            assertThat(batch.isChecksumValid()).as("byte %d", i).isFalse();
            batch.buffer().put(i, original);
        }
        assertThat(batch.isChecksumValid()).isTrue();
    }

    @Test
    void shouldTellAbortMarkersFromCommitMarkers() {
        RecordBatch abort = BatchSpec.marker(8, 5, new EndTransactionMarker(ControlRecordType.ABORT, 1));
        RecordBatch commit = BatchSpec.marker(8, 5, new EndTransactionMarker(ControlRecordType.COMMIT, 1));

        assertThat(abort.isControl()).isTrue();
        assertThat(abort.isAbortMarker()).isTrue();
        assertThat(commit.isControl()).isTrue();
        assertThat(commit.isAbortMarker()).isFalse();
    }

    @Test
    void shouldRejectAMalformedControlRecord() {
        RecordBatch marker = BatchSpec.marker(8, 5, new EndTransactionMarker(ControlRecordType.ABORT, 1));
        marker.buffer().put(BatchLayout.RECORDS + 4, (byte) 2); // a key of one byte

        assertThatThrownBy(marker::isAbortMarker)
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("offset 8");
    }

    @Test
    void shouldRejectAnUnknownCodecOnlyWhenAskedForIt() {
        ByteBuffer bytes = BatchSpec.of(Codec.NONE, 31)
                .records(List.of(SeenRecord.of(31, "k", "v")))
                .buffer();
        bytes.putShort(BatchLayout.ATTRIBUTES, (short) 6);
        RecordBatch batch = RecordBatch.of(bytes);

        assertThat(batch.nextOffset()).isEqualTo(32);
        assertThatThrownBy(batch::codec)
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("codec id 6")
                .hasMessageContaining("offset 31");
    }

    @Test
    void shouldReadFromMemoryOutsideTheHeap() {
        RecordBatch onHeap = BatchSpec.of(Codec.LZ4, 5).records(BatchSpec.dense(random, 5, 8));
        ByteBuffer direct = ByteBuffer.allocateDirect(onHeap.sizeInBytes());
        direct.put(onHeap.buffer().duplicate()).flip();

        RecordBatch batch = RecordBatch.of(direct);

        assertThat(batch.isChecksumValid()).isTrue();
        assertThat(SeenRecord.allIn(
                        new Transcoder(1 << 20).transcode(batch, new TranscodeRule(0, Optional.empty(), 1 << 20))))
                .isEqualTo(SeenRecord.allIn(onHeap.buffer()));
    }

    @Test
    void shouldRejectABatchThatIsNotWhole() {
        ByteBuffer bytes = BatchSpec.of(Codec.NONE, 5)
                .records(BatchSpec.dense(random, 5, 8))
                .buffer();

        assertThatThrownBy(() -> RecordBatch.of(bytes.slice(0, bytes.limit() - 1)))
                .isInstanceOf(InvalidBatchException.class);
    }
}
