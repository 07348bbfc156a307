package io.tain.bench.micro;

import io.tain.batch.EncodedBatch;
import io.tain.batch.RecordBatch;
import io.tain.batch.TranscodeRule;
import io.tain.batch.Transcoder;
import io.tain.config.Codec;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What it costs to write a batch of 64 KiB of JSON anew, in its own codec. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Transcoding {
    @Param({"NONE", "GZIP", "SNAPPY", "LZ4", "ZSTD"})
    private Codec codec;

    private final Transcoder transcoder = new Transcoder(16 << 20);
    private final TranscodeRule rule = new TranscodeRule(0, Optional.empty(), 1 << 20);
    private RecordBatch batch;

    @Setup
    public void build() {
        batch = RecordBatch.of(SampleBatches.json(codec, 64 << 10));
    }

    @TearDown
    public void close() {
        transcoder.close();
    }

    @Benchmark
    public List<EncodedBatch> transcode() {
        return transcoder.transcode(batch, rule);
    }
}
