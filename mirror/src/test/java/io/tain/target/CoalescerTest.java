package io.tain.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.Assignment;
import io.tain.batch.BufferLease;
import io.tain.batch.EncodedBatch;
import io.tain.batch.MemoryBudget;
import io.tain.batch.MirrorBatch;
import io.tain.batch.RecordBatch;
import io.tain.batch.SourceRange;
import io.tain.batch.Transcoder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoalescerTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final int BATCHES = 7;

    private final Transcoder transcoder = new Transcoder(1 << 20);
    private final Coalescer coalescer = new Coalescer(transcoder, batch -> {});
    private final MemoryBudget budget = new MemoryBudget(4 << 20, () -> {});
    private final Assignment assignment = new Assignment(T0, new AtomicLong());
    private final Deque<Outgoing> queue = new ArrayDeque<>();

    @AfterEach
    void close() {
        transcoder.close();
    }

    /** Rewriting costs less than a broker's work for each batch, or than its round trip, or it does not. */
    @ParameterizedTest
    @CsvSource({
        "none, 16, 0, 1",
        "snappy, 16, 0, 1",
        "lz4, 16, 0, 1",
        "lz4, 64, 0, 7",
        "lz4, 64, 20, 1",
        "zstd, 1, 0, 1",
        "zstd, 16, 0, 7",
        "gzip, 16, 0, 7",
        "gzip, 16, 20, 1",
        "gzip, 64, 20, 7",
    })
    void shouldJoinWhatIsSmallForItsCodecAndItsWay(String codec, int kibibytes, long roundTripMs, int left) {
        Compression compression = Compression.of(CompressionType.forName(codec)).build();
        byte[] value = new byte[kibibytes << 10];
        new Random(1).nextBytes(value);
        for (int offset = 0; offset < BATCHES; offset++) {
            queue.add(batch(offset, compression, value));
        }

        coalescer.coalesceHead(queue, 1 << 20, roundTripMs, 0);

        assertThat(queue).hasSize(left);
        assertThat(queue.stream().mapToInt(Outgoing::count).sum()).isEqualTo(BATCHES);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, BATCHES - 1})
    void shouldLeaveWhatIsCorruptToTheTarget(int corrupt) {
        for (int offset = 0; offset < BATCHES; offset++) {
            Outgoing batch = batch(offset, Compression.NONE, new byte[] {1});
            if (offset == corrupt) {
                batch.bytes().put(22, (byte) 5); // a codec that there is not
            }
            queue.add(batch);
        }

        coalescer.coalesceHead(queue, 1 << 20, 0, 0);

        assertThat(queue).hasSize(BATCHES);
    }

    private Outgoing batch(long offset, Compression compression, byte[] value) {
        MemoryRecords memory = MemoryRecords.withRecords(
                (byte) 2, offset, compression, new SimpleRecord(1_700_000_000_000L, null, value));
        EncodedBatch encoded = EncodedBatch.forwarded(RecordBatch.of(memory.buffer()));
        SourceRange range = new SourceRange(assignment, offset, offset + 1, 0);
        return new Outgoing(new MirrorBatch(range, T0, encoded, BufferLease.reserve(budget, encoded.sizeInBytes())), 0);
    }
}
