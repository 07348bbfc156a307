package io.tain.bench.micro;

import io.tain.batch.BatchPatch;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a new producer id and sequence in a batch's header cost: the checksum corrected, or computed anew. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CrcPatch {
    private static final int CRC = 17;
    private static final int ATTRIBUTES = 21;
    private static final int BASE_SEQUENCE = 53;

    @Param({"1024", "16384", "65536", "1048576"})
    private int bytes;

    private final CRC32C crc = new CRC32C();
    private ByteBuffer batch = ByteBuffer.allocate(0);
    private int sequence;

    @Setup
    public void build() {
        batch = SampleBatches.plain(bytes);
    }

    @Benchmark
    public int linear() {
        BatchPatch.patch(batch, 4_711, (short) 3, sequence++);
        return batch.getInt(CRC);
    }

    @Benchmark
    public int whole() {
        batch.putInt(BASE_SEQUENCE, sequence++);
        crc.reset();
        crc.update(batch.array(), batch.arrayOffset() + ATTRIBUTES, batch.limit() - ATTRIBUTES);
        batch.putInt(CRC, (int) crc.getValue());
        return batch.getInt(CRC);
    }
}
