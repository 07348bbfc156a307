package io.tain.offset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.batch.Assignment;
import io.tain.batch.BufferLease;
import io.tain.batch.EncodedBatch;
import io.tain.batch.MemoryBudget;
import io.tain.batch.MirrorBatch;
import io.tain.batch.RecordBatch;
import io.tain.batch.SourceOffsets;
import io.tain.batch.SourceRange;
import io.tain.offset.OffsetTracker.Position;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class OffsetTrackerTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    private final Assignment assignment = new Assignment(PARTITION, new AtomicLong());
    private final MemoryBudget budget = new MemoryBudget(1 << 20, () -> {});
    private final OffsetTracker tracker = new OffsetTracker(new Position(10, -1));

    private SourceRange range(long first, long next, int batches) {
        SourceRange range = new SourceRange(assignment, first, next, 3);
        for (int i = 0; i < batches; i++) {
            MemoryRecords records =
                    MemoryRecords.withRecords((byte) 2, first, Compression.NONE, new SimpleRecord(new byte[] {1}));
            new MirrorBatch(
                    range,
                    PARTITION,
                    EncodedBatch.forwarded(RecordBatch.of(records.buffer())),
                    BufferLease.reserve(budget, records.sizeInBytes()));
        }
        return range;
    }

    @Test
    void shouldCommitNothingBeforeTheFirstAcknowledgement() {
        tracker.begin(range(10, 20, 1));

        assertThat(tracker.committable()).isEqualTo(new Position(10, -1));
        assertThat(tracker.isIdle()).isFalse();
    }

    @Test
    void shouldNotPassARangeThatIsNotDone() {
        SourceRange first = range(10, 20, 1);
        SourceRange second = range(20, 30, 1);
        tracker.begin(first);
        tracker.begin(second);

        second.onDone();
        tracker.advance();
        assertThat(tracker.committable().offset()).isEqualTo(10);
        first.onDone();
        tracker.advance();

        assertThat(tracker.committable()).isEqualTo(new Position(30, 3));
        assertThat(tracker.isIdle()).isTrue();
    }

    @Test
    void shouldPassWhatCarriesNothingSoThatACaughtUpMirrorShowsNoLag() {
        SourceRange data = range(10, 20, 1);
        tracker.begin(data);
        tracker.begin(range(20, 25, 0));

        assertThat(tracker.committable().offset()).isEqualTo(10);
        data.onDone();
        tracker.advance();

        assertThat(tracker.committable().offset()).isEqualTo(25);
    }

    @Test
    void shouldWaitForEveryBatchOfARangeAndForThePiecesOfASplitOne() {
        SourceRange fanOut = range(10, 20, 2);
        tracker.begin(fanOut);
        fanOut.onSplit(3);

        for (int i = 0; i < 3; i++) {
            fanOut.onDone();
            tracker.advance();
            assertThat(tracker.committable().offset()).isEqualTo(10);
        }
        fanOut.onDone();
        tracker.advance();

        assertThat(tracker.committable().offset()).isEqualTo(20);
    }

    @Test
    void shouldRefuseAGap() {
        tracker.begin(range(10, 20, 1));

        assertThatThrownBy(() -> tracker.begin(range(21, 30, 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("t-0")
                .hasMessageContaining("21")
                .hasMessageContaining("20");
    }

    @Test
    void shouldNeverGoBackNorPassTheLowestOpenRangeInAnyOrderOfAcknowledgements() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            OffsetTracker any = new OffsetTracker(new Position(0, -1));
            List<SourceRange> open = new ArrayList<>();
            long next = 0;
            for (int i = 0; i < 20; i++) {
                SourceRange range = range(next, next + 1 + random.nextInt(5), random.nextInt(3));
                next = range.nextOffset();
                any.begin(range);
                open.add(range);
            }
            List<SourceRange> acks = new ArrayList<>();
            open.forEach(range -> range.batches().forEach(batch -> acks.add(range)));
            Collections.shuffle(acks, random);
            long before = any.committable().offset();
            for (SourceRange ack : acks) {
                ack.onDone();
                any.advance();
                long lowestOpen = open.stream()
                        .filter(range -> !range.isDone())
                        .mapToLong(SourceRange::firstOffset)
                        .min()
                        .orElse(next);
                assertThat(any.committable().offset())
                        .as("seed %s", seed)
                        .isEqualTo(lowestOpen)
                        .isGreaterThanOrEqualTo(before);
                before = any.committable().offset();
            }
        }
    }

    @Test
    void shouldTellWhereRecordsAreInTheOrderOfTheSource() {
        List<String> told = new ArrayList<>();
        OffsetTracker telling = new OffsetTracker(new Position(10, -1, 100), new CopyListener() {
            @Override
            public void onCopied(SourceOffsets source, long targetOffset) {
                told.add(source + " at " + targetOffset);
            }

            @Override
            public void onPassed(Position position) {
                told.add(position.offset() + " to " + position.targetOffset());
            }
        });
        SourceRange first = range(10, 11, 1);
        SourceRange dropped = range(11, 20, 0);
        SourceRange second = range(20, 21, 1);
        List.of(first, dropped, second).forEach(telling::begin);

        second.onCopied(second.batches().get(0), 107);
        second.onDone();
        telling.advance();
        first.onCopied(first.batches().get(0), 105);
        first.onDone();
        telling.advance();

        assertThat(told).containsExactly("[10, 11) at 105", "[20, 21) at 107", "21 to 108");
        assertThat(telling.committable()).isEqualTo(new Position(21, 3, 108));
    }
}
