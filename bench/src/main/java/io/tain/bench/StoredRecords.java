package io.tain.bench;

import io.tain.bench.Work.Load;
import io.tain.testkit.ProcessCluster;
import io.tain.testkit.SequencedValue;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Fills a topic with batches of one record by writing its segment files while the broker is down. A broker takes some ten
 * thousand of such batches a second, so that producing a gigabyte of them would take minutes before every work.
 */
final class StoredRecords {
    private static final int FIRST_LEADER_EPOCH = 0;

    /** Without it the broker recovers the segments: checks each batch, and makes their indexes anew. */
    private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";

    private StoredRecords() {}

    /** Stops the only broker of the cluster, writes the records to the empty topic's partitions in equal parts, and starts it. */
    static void write(ProcessCluster cluster, String topic, Load load) {
        int node = cluster.nodeIds().get(0);
        Path logs = cluster.logDirectory(node);
        cluster.stop(node);
        try {
            Files.deleteIfExists(logs.resolve(CLEAN_SHUTDOWN));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        IntStream.range(0, Work.PARTITIONS)
                .parallel()
                .forEach(partition -> write(
                        logs.resolve(topic + "-" + partition).resolve("00000000000000000000.log"), partition, load));
        cluster.start(node);
    }

    private static void write(Path segment, int partition, Load load) {
        SequencedValue.Factory values = new SequencedValue.Factory(Work.VALUE_BYTES, 0);
        Compression compression =
                Compression.of(CompressionType.forId(load.codec().id())).build();
        long now = System.currentTimeMillis();
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(segment), 1 << 20)) {
            for (long offset = 0; offset < load.records() / Work.PARTITIONS; offset++) {
                ByteBuffer batch = MemoryRecords.withRecords(
                                offset,
                                compression,
                                FIRST_LEADER_EPOCH,
                                new SimpleRecord(now, null, values.value(partition, offset)))
                        .buffer();
                out.write(batch.array(), batch.arrayOffset() + batch.position(), batch.remaining());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + segment + ".", e);
        }
    }
}
