package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.config.Codec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchCursorTest {
    private final Random random = new Random(2);
    private final List<RecordBatch> batches = List.of(
            BatchSpec.of(Codec.NONE, 0).records(BatchSpec.dense(random, 0, 3)),
            BatchSpec.of(Codec.ZSTD, 3).records(BatchSpec.dense(random, 3, 30)),
            BatchSpec.of(Codec.GZIP, 33).magic(1).records(BatchSpec.dense(random, 33, 5)),
            BatchSpec.of(Codec.NONE, 38).magic(0).records(BatchSpec.dense(random, 38, 1)));

    private ByteBuffer concatenated() {
        int size = batches.stream().mapToInt(RecordBatch::sizeInBytes).sum();
        ByteBuffer bytes = ByteBuffer.allocate(size + 5);
        bytes.position(5);
        batches.forEach(batch -> bytes.put(batch.buffer().duplicate()));
        return bytes.position(5);
    }

    private static List<RecordBatch> walk(ByteBuffer bytes) {
        List<RecordBatch> found = new ArrayList<>();
        new BatchCursor(bytes).forEachRemaining(found::add);
        return found;
    }

    @Test
    void shouldWalkAllBatches() {
        ByteBuffer bytes = concatenated();

        List<RecordBatch> found = walk(bytes);

        assertThat(found).extracting(RecordBatch::nextOffset).containsExactly(3L, 33L, 38L, 39L);
        assertThat(found).allMatch(RecordBatch::isChecksumValid);
        assertThat(bytes.position()).isEqualTo(5);
    }

    @Test
    void shouldStopBeforeABatchThatIsCutOffAnywhere() {
        ByteBuffer bytes = concatenated();
        int whole = bytes.limit() - batches.get(3).sizeInBytes();

        for (int limit = whole; limit < bytes.limit(); limit++) {
            BatchCursor cursor = new BatchCursor(bytes.duplicate().limit(limit));
            int found = 0;
            while (cursor.hasNext()) {
                cursor.next();
                found++;
            }
            assertThat(found).isEqualTo(3);
            assertThat(cursor.trailingBytes()).isEqualTo(limit - whole);
            assertThatThrownBy(cursor::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void shouldFindNothingInNothing() {
        assertThat(walk(ByteBuffer.allocate(0))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 13, 48, Integer.MAX_VALUE})
    void shouldRejectAnImpossibleLength(int length) {
        ByteBuffer bytes = concatenated();
        bytes.putInt(bytes.position() + BatchLayout.LENGTH, length);

        assertThatThrownBy(() -> walk(bytes)).isInstanceOf(InvalidBatchException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 3, 127})
    void shouldRejectAnUnknownMagic(int magic) {
        ByteBuffer bytes = concatenated();
        bytes.put(bytes.position() + BatchLayout.MAGIC, (byte) magic);

        assertThatThrownBy(() -> walk(bytes))
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("magic " + magic);
    }

    @ParameterizedTest
    @CsvSource({"0, 4", "0, 33", "1, 2", "1, 40", "2, 2", "2, 38", "3, 0", "3, 37"})
    void shouldNotGiveOutABatchBesideAWrongOffset(int index, long offset) {
        batches.get(index).buffer().putLong(BatchLayout.BASE_OFFSET, offset);

        BatchCursor cursor = new BatchCursor(concatenated());

        assertThatThrownBy(() -> cursor.forEachRemaining(batch -> {}))
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("Offsets do not rise");
    }

    @ParameterizedTest
    @CsvSource({"-1, 2", "0, -1", "9223372036854775807, 0", "9223372036854775807, 2"})
    void shouldRejectImpossibleOffsets(long base, int lastDelta) {
        ByteBuffer bytes = batches.get(0).buffer();
        bytes.putLong(BatchLayout.BASE_OFFSET, base).putInt(BatchLayout.LAST_OFFSET_DELTA, lastDelta);

        assertThatThrownBy(() -> walk(bytes))
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("Impossible offsets");
    }
}
