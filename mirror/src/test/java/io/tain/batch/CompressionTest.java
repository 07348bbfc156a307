package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.tain.config.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.apache.kafka.common.compress.Lz4BlockOutputStream;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.Snappy;

class CompressionTest {
    private static final int[] SIZES = {0, 1, 100, 32 << 10, (32 << 10) + 1, 64 << 10, (64 << 10) + 1, 1_000_000};

    private final Random random = new Random(10);

    private byte[] compressible(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (random.nextInt(20) * random.nextInt(3));
        }
        return bytes;
    }

    private byte[] incompressible(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] twice(byte[] bytes) {
        byte[] twice = Arrays.copyOf(bytes, 2 * bytes.length);
        System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
        return twice;
    }

    private static byte[] ours(Codec codec, byte[] plain) {
        GrowingBytes out = new GrowingBytes();
        Compressor.compress(codec, new Slice(plain, 0, plain.length), out);
        return Arrays.copyOf(out.array(), out.size());
    }

    private static byte[] kafkas(Codec codec, byte[] plain, int magic) throws IOException {
        ByteBufferOutputStream buffer = new ByteBufferOutputStream(1024);
        try (OutputStream out = BatchSpec.kafkas(codec).wrapForOutput(buffer, (byte) magic)) {
            out.write(plain);
        }
        return Utils.toArray(buffer.buffer().flip());
    }

    private static byte[] decompress(Codec codec, int magic, byte[] compressed, int limit) {
        GrowingBytes out = new GrowingBytes();
        out.allow(limit);
        // Somewhere inside a larger array, as in a fetch answer.
        byte[] shared = new byte[compressed.length + 20];
        System.arraycopy(compressed, 0, shared, 7, compressed.length);
        try (Decompressor decompressor = new Decompressor()) {
            decompressor.decompress(codec, magic, new Slice(shared, 7, 7 + compressed.length), out);
        }
        return Arrays.copyOf(out.array(), out.size());
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldWriteWhatKafkaReads(Codec codec) throws IOException {
        for (int size : SIZES) {
            for (byte[] plain : new byte[][] {compressible(size), incompressible(size)}) {
                try (InputStream in = BatchSpec.kafkas(codec)
                        .wrapForInput(ByteBuffer.wrap(ours(codec, plain)), (byte) 2, BufferSupplier.NO_CACHING)) {
                    assertThat(in.readAllBytes()).isEqualTo(plain);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldReadWhatKafkaWrites(Codec codec) throws IOException {
        for (int size : SIZES) {
            for (byte[] plain : new byte[][] {compressible(size), incompressible(size)}) {
                for (int magic = 0; magic <= 2; magic++) {
                    assertThat(decompress(codec, magic, kafkas(codec, plain, magic), 2_000_000))
                            .isEqualTo(plain);
                }
            }
        }
    }

    @Test
    void shouldIgnoreTheWrongHeaderChecksumOfLz4OnlyInMagic0() throws IOException {
        byte[] compressed = kafkas(Codec.LZ4, compressible(1_000), 0);

        assertThat(decompress(Codec.LZ4, 0, compressed, 1_000)).hasSize(1_000);
        assertThatThrownBy(() -> decompress(Codec.LZ4, 1, compressed, 1_000))
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("checksum");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7})
    void shouldReadLz4BlocksOfEverySizeAndTheirChecksums(int blockSize) throws IOException {
        byte[] plain = compressible(4_500_000);
        ByteBufferOutputStream buffer = new ByteBufferOutputStream(1024);
        try (OutputStream out = new Lz4BlockOutputStream(buffer, blockSize, 9, true, false)) {
            out.write(plain);
        }
        byte[] compressed = Utils.toArray(buffer.buffer().flip());

        assertThat(decompress(Codec.LZ4, 2, compressed, 4_500_000)).isEqualTo(plain);
        compressed[compressed.length - 5] ^= 1; // in the checksum of the last block
        assertThatThrownBy(() -> decompress(Codec.LZ4, 2, compressed, 4_500_000))
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("checksum");
    }

    @Test
    void shouldReadLz4FramesOfOtherClients() throws IOException {
        byte[] plain = compressible(200_000);
        ByteBufferOutputStream buffer = new ByteBufferOutputStream(1024);
        try (OutputStream out = new LZ4FrameOutputStream(
                buffer,
                LZ4FrameOutputStream.BLOCKSIZE.SIZE_256KB,
                plain.length,
                LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE,
                LZ4FrameOutputStream.FLG.Bits.CONTENT_SIZE,
                LZ4FrameOutputStream.FLG.Bits.CONTENT_CHECKSUM)) {
            out.write(plain);
        }

        assertThat(decompress(Codec.LZ4, 2, Utils.toArray(buffer.buffer().flip()), 200_000))
                .isEqualTo(plain);
    }

    @ParameterizedTest
    @EnumSource(names = {"GZIP", "ZSTD"})
    void shouldReuseNativeContextsWhateverTheyWereUsedForBefore(Codec codec) throws IOException {
        try (Decompressor decompressor = new Decompressor()) {
            for (int i = 0; i < 300; i++) {
                byte[] plain =
                        i % 3 == 0 ? incompressible(1 + random.nextInt(12_000)) : new byte[random.nextInt(200_000)];
                byte[] compressed = i % 2 == 0 ? ours(codec, plain) : kafkas(codec, plain, 2);
                GrowingBytes out = new GrowingBytes();
                if (i % 5 == 0) {
                    byte[] broken = compressed.clone();
                    broken[0] ^= 1;
                    assertThatThrownBy(
                                    () -> decompressor.decompress(codec, 2, new Slice(broken, 0, broken.length), out))
                            .isInstanceOf(InvalidBatchException.class);
                }
                decompressor.decompress(codec, 2, new Slice(compressed, 0, compressed.length), out);
                assertThat(Arrays.copyOf(out.array(), out.size())).isEqualTo(plain);
            }
        }
    }

    @Test
    void shouldReadGzipWithHeaderFieldsOfOtherClients() throws IOException {
        byte[] plain = compressible(10_000);
        byte[] bare = kafkas(Codec.GZIP, plain, 2);
        byte[] named = new byte[bare.length + 2];
        System.arraycopy(bare, 0, named, 0, 10);
        named[3] = 8; // a file name follows, "a" and a zero
        named[10] = 'a';
        System.arraycopy(bare, 10, named, 12, bare.length - 10);

        assertThat(decompress(Codec.GZIP, 2, named, 10_000)).isEqualTo(plain);
    }

    @Test
    void shouldReadConcatenatedGzipMembers() throws IOException {
        byte[] plain = compressible(50_000);
        byte[] once = kafkas(Codec.GZIP, plain, 2);

        assertThat(decompress(Codec.GZIP, 2, twice(once), 100_000)).isEqualTo(twice(plain));
    }

    @Test
    void shouldRefuseGzipWhoseChecksumLengthOrEndIsWrong() throws IOException {
        byte[] compressed = kafkas(Codec.GZIP, compressible(100_000), 2);
        for (int fromEnd = 1; fromEnd <= 8; fromEnd++) {
            byte[] broken = compressed.clone();
            broken[broken.length - fromEnd] ^= 1;
            assertThatThrownBy(() -> decompress(Codec.GZIP, 2, broken, 100_000))
                    .isInstanceOf(InvalidBatchException.class)
                    .hasMessageContaining("GZIP");
        }
        for (int length = 0; length < compressed.length; length += 1 + length / 8) {
            byte[] cutOff = Arrays.copyOf(compressed, length);
            assertThatThrownBy(() -> decompress(Codec.GZIP, 2, cutOff, 100_000))
                    .isInstanceOf(InvalidBatchException.class);
        }
    }

    @Test
    void shouldReadSnappyWithoutFraming() throws IOException {
        byte[] plain = compressible(10_000);

        assertThat(decompress(Codec.SNAPPY, 1, Snappy.compress(plain), 10_000)).isEqualTo(plain);
    }

    @Test
    void shouldReadConcatenatedSnappyStreams() throws IOException {
        byte[] plain = compressible(10_000);
        byte[] once = kafkas(Codec.SNAPPY, plain, 2);

        assertThat(decompress(Codec.SNAPPY, 2, twice(once), 20_000)).isEqualTo(twice(plain));
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldStopAtTheLimitAndNameIt(Codec codec) throws IOException {
        byte[] bomb = kafkas(codec, new byte[20_000_000], 2);

        assertThat(decompress(codec, 2, bomb, 20_000_000)).hasSize(20_000_000);
        assertThatThrownBy(() -> decompress(codec, 2, bomb, 1_234_567))
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("1234567");
    }

    @Test
    void shouldNotBelieveTheSizesThatAreAnnounced() {
        // A Snappy block that claims 2^31-1 bytes, and a zstd frame whose header claims 2^62.
        byte[] snappy = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07, 0, 'x'};
        byte[] zstd = Zstd.compress(new byte[10]);
        byte[] lying = {zstd[0], zstd[1], zstd[2], zstd[3], (byte) 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x40, 1, 0, 0};

        assertThatThrownBy(() -> decompress(Codec.SNAPPY, 2, snappy, 1 << 30))
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("claims to hold");
        assertThatThrownBy(() -> decompress(Codec.ZSTD, 2, lying, 1 << 30)).isInstanceOf(InvalidBatchException.class);
    }

    @ParameterizedTest
    @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldRejectDataThatIsCutOff(Codec codec) throws IOException {
        byte[] plain = compressible(3_000);
        byte[] compressed = kafkas(codec, plain, 2);
        for (int length = 0; length < compressed.length; length++) {
            byte[] cut = Arrays.copyOf(compressed, length);
            try {
                // Cut between two blocks, snappy's framing can't tell; the number of records will.
                assertThat(decompress(codec, 2, cut, 10_000)).hasSizeLessThan(plain.length);
            } catch (InvalidBatchException expected) {
                assertThat(expected).hasMessageContaining(codec.name().equals("SNAPPY") ? "" : codec.name());
            }
        }
    }
}
