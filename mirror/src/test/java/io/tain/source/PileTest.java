package io.tain.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.MirrorBatch;
import io.tain.batch.SourceRange;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class PileTest extends ReaderScenario {
    private static final int LARGE = 3 * 1024;

    private static MemoryRecords batch(long offset, int records, int valueBytes) {
        SimpleRecord[] content = new SimpleRecord[records];
        for (int i = 0; i < records; i++) {
            content[i] = new SimpleRecord(1_700_000_000_000L + offset + i, new byte[] {1}, new byte[valueBytes]);
        }
        return MemoryRecords.withRecords((byte) 2, offset, Compression.NONE, content);
    }

    private static ByteBuffer concat(MemoryRecords... parts) {
        ByteBuffer all = ByteBuffer.allocate(
                List.of(parts).stream().mapToInt(MemoryRecords::sizeInBytes).sum());
        for (MemoryRecords part : parts) {
            all.put(part.buffer().duplicate());
        }
        return all.flip();
    }

    /** Has the records read from offset 100 on. */
    private void read(ByteBuffer records, long end) {
        add(t0, 100);
        poll();
        brokers.answerFetch(T0, Errors.NONE, MemoryRecords.readableRecords(records), end);
        poll();
    }

    private List<Integer> counts() {
        return ranges.stream()
                .flatMap(range -> range.batches().stream())
                .map(MirrorBatch::count)
                .toList();
    }

    private List<Long> starts() {
        return ranges.stream().map(SourceRange::firstOffset).toList();
    }

    @Test
    void shouldJoinTinyBatchesWhileTheyPileUpBeforeTheTarget() {
        t0.crowd(Long.MAX_VALUE);

        read(concat(batch(101, 1, 10), batch(102, 1, 10), batch(105, 2, 10)), 107);

        assertThat(starts()).containsExactly(100L);
        assertThat(ranges.get(0).nextOffset()).isEqualTo(107);
        assertThat(counts()).containsExactly(4);
        MirrorBatch joined = ranges.get(0).batches().get(0);
        assertThat(IntStream.range(0, 4).mapToObj(joined.encoded().source()::ofRecord))
                .containsExactly(101L, 102L, 105L, 106L);
        assertThat(counters.transcoded()).containsEntry("coalesced", 3L);
        assertThat(counters.forwarded()).isZero();
        assertThat(ranges.get(0).maxTimestamp()).isEqualTo(1_700_000_000_106L);
    }

    @Test
    void shouldForwardEachWhileTheTargetKeepsUp() {
        t0.crowd(now); // over by the time of the answer

        read(concat(batch(100, 1, 10), batch(101, 1, 10)), 102);

        assertThat(starts()).containsExactly(100L, 101L);
        assertThat(counters.forwarded()).isEqualTo(2);
    }

    @Test
    void shouldKeepTheOrderAroundWhatIsNotTiny() {
        t0.crowd(Long.MAX_VALUE);

        read(
                concat(
                        batch(100, 1, 10),
                        batch(101, 1, 10),
                        batch(102, 1, LARGE),
                        MemoryRecords.withEndTransactionMarker(
                                103, 0, 0, 9, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 0)),
                        batch(104, 1, 10),
                        batch(105, 1, LARGE)),
                106);

        assertThat(starts()).containsExactly(100L, 102L, 103L, 104L, 105L);
        assertThat(counts()).containsExactly(2, 1, 1, 1);
        assertThat(counters.forwarded()).isEqualTo(3);
    }

    @Test
    void shouldHandOverEachByItselfWhenOneIsCorrupt() {
        t0.crowd(Long.MAX_VALUE);
        ByteBuffer records = concat(batch(100, 1, 10), batch(101, 1, 10), batch(102, 1, 10));
        int inTheSecond = records.limit() / 3 + records.limit() / 3 - 2;
        records.put(inTheSecond, (byte) (records.get(inTheSecond) ^ 1));

        read(records, 103);

        assertThat(starts()).containsExactly(100L, 101L, 102L);
        assertThat(counts()).containsExactly(1, 1, 1);
    }

    @Test
    void shouldHandOverWhatWasReadBeforeABatchThatCanNotBe() {
        t0.crowd(Long.MAX_VALUE);
        ByteBuffer records = concat(batch(100, 1, 10), batch(101, 1, 10), batch(102, 1, 10), batch(99, 1, 10));

        read(records, 103);

        assertThat(ranges.get(ranges.size() - 1).nextOffset()).isLessThanOrEqualTo(102);
        assertThat(counts()).containsExactly(2);
    }
}
