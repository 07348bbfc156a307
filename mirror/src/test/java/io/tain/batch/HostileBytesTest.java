package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.config.Codec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the bytes say, with a right checksum on top, the answer is batches that a broker takes or a clear refusal. */
class HostileBytesTest {
    private static final long SEED = 11;
    private static final TranscodeRule RULE = new TranscodeRule(0, Optional.empty(), 1 << 20);

    private final Random random = new Random(SEED);
    private final Transcoder transcoder = new Transcoder(1 << 20);

    private static void seal(ByteBuffer batch) {
        if (batch.get(BatchLayout.MAGIC) == 2) {
            CRC32C checksum = new CRC32C();
            checksum.update(batch.duplicate().position(BatchLayout.ATTRIBUTES));
            batch.putInt(BatchLayout.CRC, (int) checksum.getValue());
        } else {
            CRC32 checksum = new CRC32();
            checksum.update(batch.duplicate().position(BatchLayout.MAGIC));
            batch.putInt(BatchLayout.LEGACY_CRC, (int) checksum.getValue());
        }
    }

    private static ByteBuffer copyOf(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.limit()).put(bytes.duplicate()).flip();
    }

    private void mutate(ByteBuffer batch, int from) {
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            int at = from + random.nextInt(batch.limit() - from);
            batch.put(
                    at, (byte) (random.nextInt(3) == 0 ? random.nextInt() : batch.get(at) ^ (1 << random.nextInt(8))));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2,NONE",
        "2,GZIP",
        "2,SNAPPY",
        "2,LZ4",
        "2,ZSTD",
        "1,NONE",
        "1,GZIP",
        "1,SNAPPY",
        "1,LZ4",
        "0,NONE",
        "0,GZIP",
        "0,SNAPPY",
        "0,LZ4"
    })
    void shouldSurviveAnyDamage(int magic, Codec codec) {
        int count = magic < 2 && codec == Codec.NONE ? 1 : 12;
        ByteBuffer original = BatchSpec.of(codec, 1_000)
                .magic(magic)
                .records(BatchSpec.withHoles(random, 1_000, count))
                .buffer();
        int from = magic == 2 ? BatchLayout.ATTRIBUTES : BatchLayout.LEGACY_ATTRIBUTES;
        for (int run = 0; run < 1_200; run++) {
            ByteBuffer damaged = copyOf(original);
            mutate(damaged, from);
            seal(damaged);
            try {
                List<EncodedBatch> out = transcoder.transcode(RecordBatch.of(damaged), RULE);
                out.forEach(Broker::assertTakesUnchanged);
                assertThat(SeenRecord.allIn(out)).isEqualTo(whatKafkaSees(damaged));
            } catch (InvalidBatchException expected) {
                assertThat(expected).hasMessageContaining("1");
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + SEED + ", run " + run + ", magic " + magic + ", " + codec, e);
            }
        }
    }

    private static List<SeenRecord> whatKafkaSees(ByteBuffer batch) {
        return SeenRecord.allIn(batch).stream()
                .filter(record -> record.offset() >= 0)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"57,-1", "57,0x7fffffff", "57,11", "57,13", "23,-1", "23,0", "23,0x80000000"})
    void shouldRefuseCountsThatDoNotMatch(int position, String value) {
        ByteBuffer bytes = BatchSpec.of(Codec.LZ4, 0)
                .records(BatchSpec.dense(random, 0, 12))
                .buffer();
        bytes.putInt(position, Long.decode(value).intValue());
        seal(bytes);

        assertThatThrownBy(() -> transcoder.transcode(RecordBatch.of(bytes), RULE))
                .isInstanceOf(InvalidBatchException.class);
    }

    @ParameterizedTest
    @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldRefuseABombWithoutBlowingUp(Codec codec) {
        byte[] bomb = new byte[30_000_000];
        GrowingBytes compressed = new GrowingBytes();
        Compressor.compress(codec, new Slice(bomb, 0, bomb.length), compressed);
        ByteBuffer bytes = ByteBuffer.allocate(BatchLayout.RECORDS + compressed.size());
        bytes.putInt(BatchLayout.LENGTH, bytes.limit() - BatchLayout.LOG_OVERHEAD);
        bytes.put(BatchLayout.MAGIC, (byte) 2).putShort(BatchLayout.ATTRIBUTES, (short) codec.id());
        bytes.putInt(BatchLayout.COUNT, 1).put(BatchLayout.RECORDS, compressed.array(), 0, compressed.size());
        seal(bytes);

        assertThatThrownBy(() -> transcoder.transcode(RecordBatch.of(bytes), RULE))
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("limit of 1048576 bytes");
    }

    @Test
    void shouldCountTheIndexOfTinyRecordsTowardsTheLimit() {
        int count = 60_000; // 10 bytes each; 24 more in the index
        RecordBatch batch = BatchSpec.of(Codec.GZIP, 0)
                .records(IntStream.range(0, count)
                        .mapToObj(i -> new SeenRecord(i, 0, null, null, List.of()))
                        .toList());

        assertThatThrownBy(() -> transcoder.transcode(batch, RULE))
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("limit of 1048576 bytes");
        assertThat(new Transcoder(4 << 20).transcode(batch, RULE)).hasSize(1);
    }

    @Test
    void shouldWalkRandomBytesToAnEnd() {
        assertThatNoException().isThrownBy(() -> {
            for (int run = 0; run < 5_000; run++) {
                byte[] bytes = new byte[random.nextInt(300)];
                random.nextBytes(bytes);
                if (bytes.length > 16 && random.nextBoolean()) {
                    ByteBuffer.wrap(bytes).putInt(8, random.nextInt(300)).put(16, (byte) random.nextInt(3));
                }
                try {
                    new BatchCursor(ByteBuffer.wrap(bytes)).forEachRemaining(batch -> {
                        assertThat(batch.toString()).isNotEmpty();
                        new AdmissionPolicy(new TargetTraits(
                                        TimestampType.CREATE_TIME, 1_000, Optional.empty(), TargetTraits.Handling.NONE))
                                .decide(batch, 0, new AbortedTransactions(List.of(new AbortedTransaction(1, -1))));
                    });
                } catch (InvalidBatchException expected) {
                    assertThat(expected).hasMessageMatching("(?s).+");
                }
            }
        });
    }

    @Test
    void shouldRefuseALimitThatMakesNoSense() {
        assertThatThrownBy(() -> new Transcoder(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Transcoder(Integer.MAX_VALUE)).isInstanceOf(IllegalArgumentException.class);
    }
}
