package io.tain.batch;

import com.github.luben.zstd.Zstd;
import io.tain.config.Codec;
import java.io.IOException;

/** Compresses the records of a batch as every Kafka client since 0.10 can read it, at each codec's default level but for {@link Gzip}. */
final class Compressor {
    private Compressor() {}

    /** Appends the compressed bytes to {@code out}. */
    static void compress(Codec codec, Slice in, GrowingBytes out) {
        try {
            switch (codec) {
                case NONE -> out.write(in.array(), in.start(), in.length());
                case GZIP -> Gzip.compress(in, out);
                case SNAPPY -> SnappyBlocks.compress(in, out);
                case LZ4 -> Lz4Frame.compress(in, out);
                case ZSTD -> zstd(in, out);
            }
        } catch (IOException e) {
            throw new IllegalStateException(codec + " failed to compress " + in.length() + " bytes in memory", e);
        }
    }

    private static void zstd(Slice in, GrowingBytes out) throws IOException {
        int bound = Math.toIntExact(Zstd.compressBound(in.length()));
        out.reserve(bound);
        long length = Zstd.compressByteArray(
                out.array(), out.size(), bound, in.array(), in.start(), in.length(), Zstd.defaultCompressionLevel());
        if (Zstd.isError(length)) {
            throw new IOException(Zstd.getErrorName(length));
        }
        out.advance((int) length);
    }
}
