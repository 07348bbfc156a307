package io.tain.bench.micro;

import io.tain.batch.Assignment;
import io.tain.batch.BufferLease;
import io.tain.batch.EncodedBatch;
import io.tain.batch.MemoryBudget;
import io.tain.batch.MirrorBatch;
import io.tain.batch.RecordBatch;
import io.tain.batch.SourceRange;
import io.tain.config.Codec;
import io.tain.offset.OffsetTracker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs to keep account of one batch, from its hand-over to its acknowledgement, with five in flight. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Tracking {
    private static final int IN_FLIGHT = 5;

    private final TopicPartition partition = new TopicPartition("orders", 0);
    private final Assignment assignment = new Assignment(partition, new AtomicLong());
    private final MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE, () -> {});
    private final OffsetTracker tracker = new OffsetTracker(new OffsetTracker.Position(0, 0));
    private final Deque<MirrorBatch> inFlight = new ArrayDeque<>();
    private EncodedBatch encoded;
    private long next;

    @Setup
    public void fill() {
        encoded = EncodedBatch.forwarded(RecordBatch.of(SampleBatches.json(Codec.LZ4, 64 << 10)));
        while (inFlight.size() < IN_FLIGHT) {
            begin();
        }
    }

    @Benchmark
    public long beginAndAcknowledge() {
        begin();
        MirrorBatch acknowledged = inFlight.removeFirst();
        acknowledged.range().onDone();
        acknowledged.release();
        tracker.advance();
        return tracker.committable().offset();
    }

    private void begin() {
        SourceRange range = new SourceRange(assignment, next, next + encoded.count(), 0);
        next = range.nextOffset();
        BufferLease lease = BufferLease.reserve(budget, encoded.sizeInBytes());
        inFlight.add(new MirrorBatch(range, partition, encoded, lease));
        tracker.begin(range);
    }
}
