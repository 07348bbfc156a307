package io.tain.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.Corpus;
import io.tain.batch.Assignment;
import io.tain.batch.BufferLease;
import io.tain.batch.HandlerFailedException;
import io.tain.batch.Hostile;
import io.tain.batch.MemoryBudget;
import io.tain.batch.MirrorBatch;
import io.tain.batch.SourceRange;
import io.tain.batch.TargetTraits;
import io.tain.batch.Transcoder;
import io.tain.wire.FetchOutcome;
import io.tain.wire.FetchedPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Bytes from nowhere in place of a partition's part of a fetch answer: whatever they say, the partition gets on over ranges
 * without a gap, or stands still with a reason, and never a thread dies of it.
 */
public class IntakeFuzzTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final long POSITION = 1_000;

    @TestFactory
    List<DynamicTest> shouldWithstand() throws IOException {
        return Corpus.replay(IntakeFuzzTest.class, IntakeFuzzTest::fuzzerTestOneInput);
    }

    /** Called by Jazzer, too. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        ByteBuffer answer = ByteBuffer.wrap(Arrays.copyOfRange(data, 1, data.length));
        if ((data[0] & 1) == 0) {
            Hostile.sealAll(answer);
        }
        if ((data[0] & 4) != 0) {
            answer = Hostile.outsideTheHeap(answer);
        }
        Heard heard = new Heard();
        MemoryBudget budget = new MemoryBudget(1 << 20, () -> {});
        TargetTraits traits =
                new TargetTraits(TimestampType.CREATE_TIME, 1 << 20, Optional.empty(), TargetTraits.Handling.NONE);
        Assignment assignment = new Assignment(T0, new AtomicLong());
        if ((data[0] & 2) != 0) {
            assignment.crowd(Long.MAX_VALUE);
        }
        SourcePartition partition = new SourcePartition(assignment, traits, POSITION, Optional.empty(), Uuid.ZERO_UUID);
        try (BatchIntake intake = new BatchIntake(
                heard, budget, new Transcoder(256 << 10), Optional.empty(), new IntakeCounters(), () -> 0)) {
            BufferLease lease = BufferLease.reserve(budget, answer.remaining());
            BatchIntake.Next next = intake.admit(partition, fetched(answer), lease, 1);
            intake.flush();
            lease.release();

            long end = POSITION;
            for (SourceRange range : heard.ranges) {
                assertThat(range.firstOffset()).isEqualTo(end);
                assertThat(range.nextOffset()).isGreaterThan(end);
                end = range.nextOffset();
                range.batches().forEach(MirrorBatch::release);
            }
            assertThat(partition.position()).isEqualTo(end);
            assertThat(partition.problem().isPresent()).isEqualTo(next != BatchIntake.Next.READ_ON);
            assertThat(budget.used()).isZero();
        }
    }

    private static FetchedPartition fetched(ByteBuffer answer) {
        return new FetchedPartition(
                T0,
                POSITION,
                FetchOutcome.OK,
                "",
                answer,
                new FetchedPartition.LogMarks(0, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1),
                List.of(new FetchedPartition.AbortedRun(1, 0)),
                OptionalInt.empty());
    }

    private static final class Heard implements ReaderListener {
        final List<SourceRange> ranges = new ArrayList<>();

        @Override
        public void onRanges(List<SourceRange> taken) {
            ranges.addAll(taken);
        }

        @Override
        public void onBreak(Assignment assignment, LogBreak found) {
            throw new AssertionError(found.toString());
        }

        @Override
        public void onUnreadable(Assignment assignment, long position, String reason) {
            throw new AssertionError("at the first read: " + reason);
        }

        @Override
        public void onHandlerFailed(Assignment assignment, HandlerFailedException failure) {
            throw new AssertionError(failure);
        }
    }
}
