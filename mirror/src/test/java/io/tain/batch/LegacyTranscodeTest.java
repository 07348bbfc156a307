package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.config.Codec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LegacyTranscodeTest {
    private static final TranscodeRule AS_IT_IS = new TranscodeRule(0, Optional.empty(), 10 << 20);

    private final Random random = new Random(5);
    private final Transcoder transcoder = new Transcoder(64 << 20);

    static Stream<Arguments> wrappers() {
        return Stream.of(0, 1)
                .flatMap(magic ->
                        Stream.of(Codec.GZIP, Codec.SNAPPY, Codec.LZ4).map(codec -> Arguments.of(magic, codec)));
    }

    private static void sealWithNewChecksum(RecordBatch batch) {
        CRC32 checksum = new CRC32();
        checksum.update(batch.buffer().duplicate().position(BatchLayout.MAGIC));
        batch.buffer().putInt(BatchLayout.LEGACY_CRC, (int) checksum.getValue());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldTranscodeASingleMessage(int magic) {
        for (int i = 0; i < 50; i++) {
            RecordBatch source =
                    BatchSpec.of(Codec.NONE, 5 + i).magic(magic).records(BatchSpec.dense(random, 5 + i, 1));

            EncodedBatch out = transcoder.transcode(source, AS_IT_IS).get(0);

            assertThat(SeenRecord.allIn(out)).isEqualTo(SeenRecord.allIn(source.buffer()));
            assertThat(out.firstOffset()).isEqualTo(5 + i);
            assertThat(out.nextOffset()).isEqualTo(6 + i);
            Broker.assertTakesUnchanged(out);
        }
    }

    @ParameterizedTest
    @MethodSource("wrappers")
    void shouldTranscodeAWrapper(int magic, Codec codec) {
        for (int count : new int[] {1, 2, 50, 3_000}) {
            List<SeenRecord> records = BatchSpec.dense(random, 700, count);
            RecordBatch source = BatchSpec.of(codec, 700).magic(magic).records(records);

            List<EncodedBatch> out = transcoder.transcode(source, AS_IT_IS);

            assertThat(SeenRecord.allIn(out))
                    .isEqualTo(records.stream()
                            .map(SeenRecord::withoutHeaders)
                            .map(record -> magic == 0 ? record.withTimestamp(-1) : record)
                            .toList());
            assertThat(out).hasSize(1);
            assertThat(out.get(0).firstOffset()).isEqualTo(700);
            assertThat(out.get(0).nextOffset()).isEqualTo(700 + count);
            assertThat(RecordBatch.of(out.get(0).bytes()).codec()).isEqualTo(codec);
            Broker.assertTakesUnchanged(out.get(0));
        }
    }

    @ParameterizedTest
    @MethodSource("wrappers")
    void shouldKeepInnerOffsetsWithHolesAndStartInside(int magic, Codec codec) {
        List<SeenRecord> records = BatchSpec.withHoles(random, 1_000, 40);
        RecordBatch source = BatchSpec.of(codec, 1_000).magic(magic).records(records);
        long from = records.get(17).offset();

        List<EncodedBatch> out = transcoder.transcode(source, new TranscodeRule(from, Optional.of(Codec.ZSTD), 900));

        assertThat(SeenRecord.allIn(out))
                .isEqualTo(SeenRecord.allIn(source.buffer()).subList(17, 40));
        assertThat(out).hasSizeGreaterThan(1);
        assertThat(out.get(0).firstOffset()).isEqualTo(from);
        assertThat(out.get(out.size() - 1).nextOffset()).isEqualTo(source.nextOffset());
    }

    @ParameterizedTest
    @EnumSource(
            value = Codec.class,
            names = {"NONE", "GZIP", "SNAPPY", "LZ4"})
    void shouldTakeTheWrappersLogAppendTime(Codec codec) {
        List<SeenRecord> records = BatchSpec.dense(random, 0, codec == Codec.NONE ? 1 : 9);
        RecordBatch source =
                BatchSpec.of(codec, 0).magic(1).logAppendTime(4_711).records(records);

        List<EncodedBatch> out = transcoder.transcode(source, AS_IT_IS);

        assertThat(SeenRecord.allIn(out)).hasSize(records.size()).allMatch(record -> record.timestamp() == 4_711);
    }

    @Test
    void shouldReturnNothingIfEverythingComesBeforeThePosition() {
        RecordBatch source = BatchSpec.of(Codec.GZIP, 0).magic(1).records(BatchSpec.dense(random, 0, 9));

        assertThat(transcoder.transcode(source, new TranscodeRule(9, Optional.empty(), 1_000)))
                .isEmpty();
    }

    @Test
    void shouldTreatEveryNegativeLengthAsNull() {
        RecordBatch source = BatchSpec.of(Codec.NONE, 0).magic(1).records(List.of(SeenRecord.of(0, null, null)));
        source.buffer().putInt(BatchLayout.LEGACY_V1_KEY, -7);
        sealWithNewChecksum(source);

        SeenRecord record =
                SeenRecord.allIn(transcoder.transcode(source, AS_IT_IS)).get(0);

        assertThat(record.key()).isNull();
        assertThat(record.value()).isNull();
    }

    @Test
    void shouldRefuseAWrapperWhoseOffsetIsBelowItsMessages() {
        RecordBatch source = BatchSpec.of(Codec.GZIP, 0).magic(1).records(BatchSpec.dense(random, 0, 9));
        source.buffer().putLong(BatchLayout.BASE_OFFSET, 4);
        RecordBatch wrong = RecordBatch.of(source.buffer());

        assertThatThrownBy(() -> transcoder.transcode(wrong, AS_IT_IS))
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("offset");
    }

    @Test
    void shouldRefuseAMessageInWhichSomethingIsLeftOver() {
        ByteBuffer bytes = BatchSpec.of(Codec.NONE, 0)
                .magic(1)
                .records(List.of(SeenRecord.of(0, "key", "value")))
                .buffer();
        ByteBuffer longer =
                ByteBuffer.allocate(bytes.limit() + 1).put(bytes.duplicate()).rewind();
        longer.putInt(BatchLayout.LENGTH, longer.limit() - BatchLayout.LOG_OVERHEAD);
        RecordBatch source = RecordBatch.of(longer);
        sealWithNewChecksum(source);

        assertThatThrownBy(() -> transcoder.transcode(source, AS_IT_IS))
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("1 bytes follow");
    }

    @Test
    void shouldRefuseZstdWhichOldFormatsDoNotHave() {
        RecordBatch source = BatchSpec.of(Codec.GZIP, 0).magic(1).records(BatchSpec.dense(random, 0, 9));
        source.buffer().put(BatchLayout.LEGACY_ATTRIBUTES, (byte) Codec.ZSTD.id());
        sealWithNewChecksum(source);
        RecordBatch wrong = RecordBatch.of(source.buffer());

        assertThatThrownBy(() -> transcoder.transcode(wrong, AS_IT_IS))
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("zstd");
    }
}
