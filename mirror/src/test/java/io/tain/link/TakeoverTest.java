package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.OpenBatch;
import io.tain.batch.TargetTraits;
import io.tain.batch.TargetTraits.Handling;
import io.tain.offset.OffsetTracker.Position;
import io.tain.source.EchoGuard;
import io.tain.wire.FetchOutcome;
import io.tain.wire.FetchedPartition;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Logs as fetches show them, record by record; a record is known by its number. */
class TakeoverTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final long OWNER = 9;
    private static final short EPOCH = 4;
    private static final long PATIENCE_MS = 31_000;

    private final OpenBatch open = new OpenBatch(1 << 20);
    private final Takeover takeover = new Takeover(
            T0,
            new Position(100, 2, 10),
            new TargetTraits(TimestampType.CREATE_TIME, 1 << 20, Optional.empty(), Handling.NONE),
            false,
            open,
            EchoGuard.none());

    @AfterEach
    void close() {
        open.close();
    }

    @Test
    void shouldGoOnBehindTheLastCopy() {
        walkTarget(14, at(10, 1), at(11, 2), at(12, 3));
        Takeover.OfSource source = takeover.new OfSource();
        source.take(fetched(100, at(100, 1), at(101, 2), at(102, 3), at(103, 4)), 0);

        assertThat(source.isDone()).isTrue();
        assertThat(takeover.place(14).offset()).isEqualTo(103);
        assertThat(takeover.copies()).isEqualTo(3);
    }

    @Test
    void shouldTakeTheEndOfTheSourceForItsEndOnlyAfterAWhile() {
        walkTarget(12, at(10, 1), at(11, 2));
        Takeover.OfSource source = takeover.new OfSource();
        source.take(fetched(100, at(100, 1)), 0);
        source.onAnswer(1); // and from now on there is nothing new, so the answers have nothing of it
        source.onAnswer(PATIENCE_MS - 1_000);
        assertThat(source.isDone()).isFalse();
        source.onAnswer(PATIENCE_MS);

        assertThat(takeover.problem().orElseThrow()).contains("source ends at offset 101");
    }

    @Test
    void shouldReadTheSourceAgainWhereBothSidesAreCompacted() {
        walkTarget(15, at(13, 4), at(14, 5)); // of 1 to 5, whose originals stood at 100 to 104
        Takeover.OfSource source = takeover.new OfSource();
        source.take(fetched(100, at(102, 3), at(107, 8)), 0); // the one record left from before is still there
        source.onAnswer(1);
        source.onAnswer(PATIENCE_MS);
        assertThat(source.isDone()).isFalse();
        assertThat(source.position()).isEqualTo(100);
        for (int walk = 0; walk < 2; walk++) {
            source.take(fetched(100, at(107, 8)), PATIENCE_MS);
            source.onAnswer(PATIENCE_MS);
        }

        assertThat(source.isDone()).isTrue();
        assertThat(takeover.problem()).isEmpty();
        assertThat(takeover.place(15).offset()).isEqualTo(107);
    }

    private void walkTarget(long marker, ByteBuffer... copies) {
        Takeover.OfTarget target = takeover.new OfTarget(OWNER, EPOCH, Set.of(OWNER));
        target.take(fetched(10, copies), 0);
        assertThat(target.isDone()).isFalse();
        target.take(
                fetched(
                        marker,
                        MemoryRecords.withEndTransactionMarker(
                                        marker,
                                        5,
                                        7,
                                        OWNER,
                                        EPOCH,
                                        new EndTransactionMarker(ControlRecordType.ABORT, 0))
                                .buffer()),
                0);
        assertThat(target.isDone()).isTrue();
        assertThat(target.position()).isEqualTo(marker + 1);
    }

    private static ByteBuffer at(long offset, int number) {
        return MemoryRecords.withIdempotentRecords(
                        offset, Compression.NONE, OWNER, EPOCH, 0, 7, new SimpleRecord(5, new byte[] {7}, new byte[] {
                            (byte) number
                        }))
                .buffer();
    }

    private static FetchedPartition fetched(long offset, ByteBuffer... batches) {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(batches).mapToInt(ByteBuffer::remaining).sum());
        Arrays.stream(batches).forEach(batch -> all.put(batch.duplicate()));
        long end = offset;
        for (ByteBuffer batch : batches) {
            end = batch.getLong(batch.position()) + 1;
        }
        return new FetchedPartition(
                T0,
                offset,
                FetchOutcome.OK,
                "",
                all.flip(),
                new FetchedPartition.LogMarks(0, end, end, -1),
                List.of(),
                OptionalInt.empty());
    }
}
