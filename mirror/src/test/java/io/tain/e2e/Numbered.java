package io.tain.e2e;

import io.tain.testkit.Cluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Topics of one partition whose records tell their number, and positions in them. */
final class Numbered {
    private Numbered() {}

    /** Makes a topic with so many records, counted from 0. */
    static TopicPartition topic(Cluster cluster, String name, int records) {
        cluster.createTopic(name, 1);
        TopicPartition partition = new TopicPartition(name, 0);
        write(cluster, partition, 0, records);
        return partition;
    }

    /** Writes so many more, counted from {@code first}, in one batch. */
    static void write(Cluster cluster, TopicPartition partition, int first, int count) {
        try (RecordSender sender = RecordSender.to(cluster)) {
            sender.batch(RecordSender.numbered(partition, first, count));
        }
    }

    /** The values of these records: pairs of the first number and the one after the last. */
    static List<String> values(int... ranges) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < ranges.length; i += 2) {
            IntStream.range(ranges[i], ranges[i + 1]).forEach(number -> values.add("value-" + number));
        }
        return values;
    }

    /** Has retention delete what is before an offset. */
    static void deleteBefore(Cluster cluster, TopicPartition partition, long offset)
            throws ExecutionException, InterruptedException {
        cluster.admin()
                .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset)))
                .all()
                .get();
    }

    /** Sets a group's position, as an operator does: it tells nothing of topics' ids. */
    static void commit(Cluster cluster, String group, TopicPartition partition, long offset)
            throws ExecutionException, InterruptedException {
        cluster.admin()
                .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset)))
                .all()
                .get();
    }
}
