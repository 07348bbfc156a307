package io.tain.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/** Reads the batches of a partition from the leader's segment files, past all protocol and all conversion. */
public final class RawLog {
    /** How often compaction may replace a segment file between seeing and reading it. */
    private static final int CLEANED_MEANWHILE = 5;

    private RawLog() {}

    /** All batches that are in the log files now, control batches among them. Meant for small partitions. */
    public static List<RawBatch> batches(Cluster cluster, TopicPartition partition) {
        Path directory = cluster.logDirectory(cluster.leader(partition)).resolve(partition.toString());
        for (int attempt = 1; ; attempt++) {
            try {
                return batches(directory);
            } catch (NoSuchFileException e) {
                if (attempt == CLEANED_MEANWHILE) {
                    throw new UncheckedIOException("The log of " + partition + " in " + directory + " changes.", e);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read the log of " + partition + " in " + directory + ".", e);
            }
        }
    }

    private static List<RawBatch> batches(Path directory) throws IOException {
        List<RawBatch> batches = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> segments = files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
            for (Path segment : segments) {
                split(ByteBuffer.wrap(Files.readAllBytes(segment)), batches);
            }
        }
        return batches;
    }

    private static void split(ByteBuffer segment, List<RawBatch> batches) {
        int start = 0;
        while (start + RawBatch.HEADER_BYTES <= segment.limit()) {
            int size = RawBatch.LOG_OVERHEAD + segment.getInt(start + RawBatch.LENGTH_OFFSET);
            if (size <= RawBatch.LOG_OVERHEAD || start + size > segment.limit()) {
                return;
            }
            batches.add(new RawBatch(segment.slice(start, size).asReadOnlyBuffer()));
            start += size;
        }
    }
}
