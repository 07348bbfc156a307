package io.tain.bench.micro;

import io.tain.batch.AbortedTransactions;
import io.tain.batch.AdmissionPolicy;
import io.tain.batch.BatchCursor;
import io.tain.batch.TargetTraits;
import io.tain.batch.Verdict;
import io.tain.config.Codec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.record.TimestampType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs to find a batch in a fetch answer and to decide about it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Admission {
    private final AdmissionPolicy policy = new AdmissionPolicy(
            new TargetTraits(TimestampType.CREATE_TIME, 1 << 20, Optional.empty(), TargetTraits.Handling.NONE));
    private final AbortedTransactions aborted = new AbortedTransactions(List.of());
    private ByteBuffer batch = ByteBuffer.allocate(0);

    @Setup
    public void build() {
        batch = SampleBatches.json(Codec.LZ4, 64 << 10);
    }

    @Benchmark
    public Verdict parseAndDecide() {
        return policy.decide(new BatchCursor(batch).next(), 0, aborted);
    }
}
