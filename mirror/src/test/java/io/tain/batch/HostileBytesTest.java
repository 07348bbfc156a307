package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.config.Codec;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the bytes say, with a right checksum on top, the answer is batches that a broker takes or a clear refusal. */
class HostileBytesTest {
    private static final long SEED = 11;
    private static final TranscodeRule RULE = new TranscodeRule(0, Optional.empty(), 1 << 20);

    private final Random random = new Random(SEED);
    private final Transcoder transcoder = new Transcoder(1 << 20);

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
            Hostile.seal(damaged);
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
        Hostile.seal(bytes);

        assertThatThrownBy(() -> transcoder.transcode(RecordBatch.of(bytes), RULE))
                .isInstanceOf(InvalidBatchException.class);
    }

    @ParameterizedTest
    @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldRefuseABombWithoutBlowingUp(Codec codec) {
        ByteBuffer bytes = Hostile.batchAround(Hostile.bomb(codec, 30_000_000), codec, 1);

        long allocated = allocatedUntilRefused(bytes, "limit of 1048576 bytes");

        // what doubles from 64 KiB up to the limit and, for LZ4, one block of it beyond
        assertThat(allocated).isLessThan(12 << 20);
    }

    static Stream<Arguments> claims() {
        byte[] lz4 = Hostile.bomb(Codec.LZ4, 100);
        byte[] snappy = Hostile.bomb(Codec.SNAPPY, 100);
        ByteBuffer.wrap(snappy).putInt(16, Integer.MAX_VALUE);
        ByteBuffer.wrap(lz4).putInt(7, 0xffffff7f); // little endian: a block of 2 GiB
        byte[] zstd =
                HexFormat.of().parseHex("28b52ffd" + "e0" + "ffffff7f00000000" + "010000"); // holds 2 GiB, it says
        return Stream.of(
                claim("a record of 2 GiB", Codec.NONE, 1, "feffffff0f" + "0000000000"),
                claim("a key of 2 GiB", Codec.NONE, 1, "14" + "000000" + "feffffff0f" + "01010101"),
                claim("2^31 headers", Codec.NONE, 1, "14" + "000000" + "0101" + "feffffff0f" + "0101"),
                claim("2^31 records", Codec.NONE, Integer.MAX_VALUE, "0c" + "000000" + "010100"),
                claim("a Snappy block that unpacks to 2 GiB", Codec.SNAPPY, 1, "ffffffff07" + "00"),
                Arguments.of("a framed Snappy block of 2 GiB", Hostile.batchAround(snappy, Codec.SNAPPY, 1)),
                Arguments.of("an LZ4 block of 2 GiB", Hostile.batchAround(lz4, Codec.LZ4, 1)),
                Arguments.of("a zstd frame of 2 GiB", Hostile.batchAround(zstd, Codec.ZSTD, 1)),
                Arguments.of("an old key of 2 GiB", oldMessage(Integer.MAX_VALUE, 0)),
                Arguments.of("an old value of 2 GiB", oldMessage(-1, Integer.MAX_VALUE)));
    }

    private static Arguments claim(String name, Codec codec, int count, String payload) {
        return Arguments.of(name, Hostile.batchAround(HexFormat.of().parseHex(payload), codec, count));
    }

    private static ByteBuffer oldMessage(int keyLength, int valueLength) {
        ByteBuffer message = ByteBuffer.allocate(50);
        message.putInt(BatchLayout.LENGTH, 50 - BatchLayout.LOG_OVERHEAD).put(BatchLayout.MAGIC, (byte) 1);
        message.putInt(BatchLayout.LEGACY_V1_KEY, keyLength).putInt(BatchLayout.LEGACY_V1_KEY + 4, valueLength);
        Hostile.seal(message);
        return message;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("claims")
    void shouldGiveNoMemoryForAClaim(String name, ByteBuffer bytes) {
        long allocated = allocatedUntilRefused(bytes, "");

        assertThat(allocated).as(name).isLessThan(8 << 20);
    }

    private long allocatedUntilRefused(ByteBuffer bytes, String words) {
        RecordBatch batch = RecordBatch.of(bytes);
        long before = Hostile.allocated();
        try {
            transcoder.transcode(batch, RULE);
        } catch (InvalidBatchException e) {
            long allocated = Hostile.allocated() - before;
            assertThat(e).hasMessageContaining(words);
            return allocated;
        }
        throw new AssertionError("taken: " + batch);
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
