package io.tain.batch;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.tain.config.Codec;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Undoes the compression of a batch. Memory grows with what really comes out, up to the limit of the output, and not with
 * what the compressed bytes announce. (A zstd frame may ask the native library for a window of at most 128 MiB, which is
 * the library's own limit; it is touched only as far as data is decompressed into it.)
 *
 * <p>Owns the native contexts of gzip and zstd, freed by {@link #close}: making one for each batch would take much longer than
 * decompressing a batch of one record. Used by one thread.
 */
final class Decompressor implements AutoCloseable {
    /** Up to this size, zstd data is tried in one call, on the chance that it fits into the room given. */
    private static final int SMALL_ZSTD = 8 << 10;

    private static final int ROOM_FOR_SMALL_ZSTD = 64 << 10;

    private final GrowingBytes compressed = new GrowingBytes();
    private final Gzip gzip = new Gzip();
    private Optional<ZstdDecompressCtx> zstdContext = Optional.empty();

    /**
     * Appends the decompressed records of a batch of magic 2 to {@code out}.
     *
     * @throws InvalidBatchException if the bytes are not what the codec makes, or too many come out
     */
    void decompressRecords(RecordBatch batch, GrowingBytes out) {
        ByteBuffer bytes = batch.buffer();
        int length = batch.sizeInBytes() - BatchLayout.RECORDS;
        if (bytes.hasArray()) {
            decompress(batch.codec(), batch.magic(), Slice.of(bytes, BatchLayout.RECORDS, batch.sizeInBytes()), out);
        } else if (batch.codec() == Codec.NONE) {
            out.write(bytes, BatchLayout.RECORDS, length);
        } else { // most codecs read from an array
            compressed.clear();
            compressed.write(bytes, BatchLayout.RECORDS, length);
            decompress(batch.codec(), batch.magic(), new Slice(compressed.array(), 0, length), out);
        }
    }

    /**
     * Appends the decompressed bytes to {@code out}.
     *
     * @param magic of the batch; LZ4 was framed wrongly in magic 0
     * @throws InvalidBatchException if the bytes are not what the codec makes, or too many come out
     */
    void decompress(Codec codec, int magic, Slice in, GrowingBytes out) {
        try {
            switch (codec) {
                case NONE -> out.write(in.array(), in.start(), in.length());
                case GZIP -> gzip.decompress(in, out);
                case SNAPPY -> SnappyBlocks.decompress(in, out);
                case LZ4 -> Lz4Frame.decompress(in, magic, out);
                case ZSTD -> zstd(in, out);
            }
        } catch (EOFException e) {
            throw new InvalidBatchException(codec + " data of " + in.length() + " bytes is cut off", e);
        } catch (IOException e) {
            throw new InvalidBatchException(
                    codec + " data of " + in.length() + " bytes can't be decompressed: " + e.getMessage(), e);
        }
    }

    private void zstd(Slice in, GrowingBytes out) throws IOException {
        if (in.length() <= SMALL_ZSTD) {
            if (zstdContext.isEmpty()) {
                zstdContext = Optional.of(new ZstdDecompressCtx());
            }
            out.reserve(ROOM_FOR_SMALL_ZSTD);
            try {
                int length = zstdContext
                        .get()
                        .decompressByteArray(
                                out.array(), out.size(), ROOM_FOR_SMALL_ZSTD, in.array(), in.start(), in.length());
                out.advance(length);
                return;
            } catch (ZstdException e) {
                if (e.getErrorCode() != Zstd.errDstSizeTooSmall()) {
                    throw new IOException(e.getMessage(), e);
                }
            }
        }
        try (InputStream stream = new ZstdInputStreamNoFinalizer(in.stream(), RecyclingBufferPool.INSTANCE)) {
            out.drain(stream);
        }
    }

    @Override
    public void close() {
        gzip.close();
        zstdContext.ifPresent(ZstdDecompressCtx::close);
        zstdContext = Optional.empty();
    }
}
