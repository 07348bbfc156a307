package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.config.Codec;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TranscoderTest {
    private static final int LARGE = 10 << 20;
    private static final TranscodeRule AS_IT_IS = new TranscodeRule(0, Optional.empty(), LARGE);

    private final Random random = new Random(4);
    private final Transcoder transcoder = new Transcoder(64 << 20);

    static Stream<Arguments> codecPairs() {
        return Stream.of(Codec.values())
                .flatMap(from -> Stream.of(Codec.values()).map(to -> Arguments.of(from, to)));
    }

    private static void assertCovers(List<EncodedBatch> batches, long first, long next) {
        long position = first;
        for (EncodedBatch batch : batches) {
            assertThat(batch.firstOffset()).isEqualTo(position);
            assertThat(batch.nextOffset()).isGreaterThan(position);
            position = batch.nextOffset();
            Broker.assertTakesUnchanged(batch);
        }
        assertThat(position).isEqualTo(next);
    }

    @ParameterizedTest
    @MethodSource("codecPairs")
    void shouldKeepRecordsFromAnyCodecToAny(Codec from, Codec to) {
        for (int count : new int[] {1, 2, 100, 1_000}) {
            List<SeenRecord> records = BatchSpec.dense(random, 500, count);
            RecordBatch source =
                    BatchSpec.of(from, 500).producer(3, 4, 5).transactional().records(records);

            List<EncodedBatch> out = transcoder.transcode(source, new TranscodeRule(0, Optional.of(to), LARGE));

            assertThat(SeenRecord.allIn(out)).isEqualTo(records);
            assertCovers(out, 500, 500 + count);
            RecordBatch batch = RecordBatch.of(out.get(0).bytes());
            assertThat(batch.codec()).isEqualTo(to);
            assertThat(batch.isTransactional()).isFalse();
            assertThat(batch.producerId()).isEqualTo(-1);
            assertThat(batch.baseSequence()).isEqualTo(-1);
            assertThat(batch.maxTimestamp()).isEqualTo(source.maxTimestamp());
            assertThat(batch.baseTimestamp()).isEqualTo(records.get(0).timestamp());
            assertThat(out.get(0).source().isDense()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldCloseTheHolesAndRememberThem(Codec codec) {
        List<SeenRecord> records = BatchSpec.withHoles(random, 20, 60);
        RecordBatch source = BatchSpec.of(codec, 20).lastOffset(500).records(records);

        List<EncodedBatch> out = transcoder.transcode(source, AS_IT_IS);

        assertThat(SeenRecord.allIn(out)).isEqualTo(records);
        assertCovers(out, 20, 501);
        assertThat(RecordBatch.of(out.get(0).bytes()).codec()).isEqualTo(codec);
        assertThat(out.get(0).source().isDense()).isFalse();
    }

    @Test
    void shouldNoticeAHoleThatIsOnlyAtTheEnd() {
        RecordBatch source = BatchSpec.of(Codec.NONE, 20).lastOffset(25).records(BatchSpec.dense(random, 20, 3));

        EncodedBatch out = transcoder.transcode(source, AS_IT_IS).get(0);

        assertThat(out.source().isDense()).isFalse();
        assertThat(out.nextOffset()).isEqualTo(26);
        assertThat(out.source().ofRecord(2)).isEqualTo(22);
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldLeaveOutWhatComesBeforeThePosition(Codec codec) {
        List<SeenRecord> records = BatchSpec.dense(random, 20, 60);
        RecordBatch source = BatchSpec.of(codec, 20).records(records);

        List<EncodedBatch> out = transcoder.transcode(source, new TranscodeRule(33, Optional.empty(), LARGE));

        assertThat(SeenRecord.allIn(out)).isEqualTo(records.subList(13, 60));
        assertCovers(out, 33, 80);
        assertThat(out.get(0).source().isDense()).isTrue();
    }

    @Test
    void shouldReturnNothingIfEverythingComesBeforeThePosition() {
        RecordBatch source = BatchSpec.of(Codec.LZ4, 20).lastOffset(100).records(BatchSpec.dense(random, 20, 10));

        assertThat(transcoder.transcode(source, new TranscodeRule(50, Optional.empty(), LARGE)))
                .isEmpty();
        assertThat(transcoder.transcode(source, new TranscodeRule(500, Optional.empty(), LARGE)))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldWriteTheLogAppendTimeThatConsumersSee(Codec codec) {
        List<SeenRecord> records = BatchSpec.dense(random, 0, 10);
        RecordBatch source = BatchSpec.of(codec, 0).logAppendTime(123_456).records(records);

        List<EncodedBatch> out = transcoder.transcode(source, AS_IT_IS);

        assertThat(SeenRecord.allIn(out))
                .isEqualTo(records.stream().map(r -> r.withTimestamp(123_456)).toList())
                .isEqualTo(SeenRecord.allIn(source.buffer()));
        assertThat(RecordBatch.of(out.get(0).bytes()).isLogAppendTime()).isFalse();
        assertThat(RecordBatch.of(out.get(0).bytes()).maxTimestamp()).isEqualTo(123_456);
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldReadTimestampsRelativeToTheDeleteHorizon(Codec codec) {
        List<SeenRecord> records = BatchSpec.withHoles(random, 10, 30);
        RecordBatch source =
                BatchSpec.of(codec, 10).deleteHorizon(1_800_000_000_000L).records(records);

        List<EncodedBatch> out = transcoder.transcode(source, AS_IT_IS);

        assertThat(SeenRecord.allIn(out)).isEqualTo(records);
        RecordBatch batch = RecordBatch.of(out.get(0).bytes());
        assertThat(batch.hasDeleteHorizon()).isFalse();
        assertThat(batch.baseTimestamp()).isEqualTo(records.get(0).timestamp());
        Broker.assertTakesUnchanged(out.get(0));
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldSplitToTheSizeAllowed(Codec codec) {
        for (int run = 0; run < 10; run++) {
            List<SeenRecord> records = BatchSpec.withHoles(random, 1_000, 400);
            long last = records.get(399).offset() + 3;
            RecordBatch source = BatchSpec.of(codec, 1_000).lastOffset(last).records(records);
            int limit = 700 + random.nextInt(5_000);
            TranscodeRule rule = new TranscodeRule(1_100, Optional.empty(), limit);

            List<EncodedBatch> out = transcoder.transcode(source, rule);

            assertThat(out).hasSizeGreaterThan(1).allMatch(b -> b.sizeInBytes() <= limit || b.count() == 1);
            assertThat(SeenRecord.allIn(out))
                    .isEqualTo(records.stream().filter(r -> r.offset() >= 1_100).toList());
            assertCovers(out, 1_100, last + 1);
            double size =
                    out.stream().mapToInt(EncodedBatch::sizeInBytes).average().orElseThrow();
            assertThat(size).as("pieces should be reasonably full").isGreaterThan(limit / 3.0);
        }
    }

    @Test
    void shouldLetARecordThatIsTooLargeComeOutAlone() {
        List<SeenRecord> records = List.of(
                SeenRecord.of(0, "a", "small"),
                SeenRecord.of(1, "b", "x".repeat(5_000)),
                SeenRecord.of(2, "c", "small"),
                SeenRecord.of(3, "d", "small"),
                SeenRecord.of(4, "e", "y".repeat(9_000)));
        RecordBatch source = BatchSpec.of(Codec.NONE, 0).records(records);

        List<EncodedBatch> out = transcoder.transcode(source, new TranscodeRule(0, Optional.empty(), 300));

        assertThat(SeenRecord.allIn(out)).isEqualTo(records);
        assertThat(out).allMatch(batch -> batch.sizeInBytes() <= 300 || batch.count() == 1);
        assertCovers(out, 0, 5);
    }

    @Test
    void shouldRefuseABatchWithAWrongChecksum() {
        RecordBatch source = BatchSpec.of(Codec.LZ4, 77).records(BatchSpec.dense(random, 77, 10));
        source.buffer().put(source.sizeInBytes() - 1, (byte) 99);

        assertThatThrownBy(() -> transcoder.transcode(source, AS_IT_IS))
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("hecksum")
                .hasMessageContaining("offsets=[77, 86]");
    }

    @Test
    void shouldKeepWorkingAfterAnInvalidBatch() {
        RecordBatch broken = BatchSpec.of(Codec.LZ4, 77).records(BatchSpec.dense(random, 77, 10));
        broken.buffer().put(broken.sizeInBytes() - 1, (byte) 99);
        List<SeenRecord> records = BatchSpec.dense(random, 0, 10);
        assertThatThrownBy(() -> transcoder.transcode(broken, AS_IT_IS)).isInstanceOf(InvalidBatchException.class);

        List<EncodedBatch> out =
                transcoder.transcode(BatchSpec.of(Codec.ZSTD, 0).records(records), AS_IT_IS);

        assertThat(SeenRecord.allIn(out)).isEqualTo(records);
    }
}
