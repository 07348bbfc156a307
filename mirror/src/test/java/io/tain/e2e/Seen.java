package io.tain.e2e;

import io.tain.testkit.Cluster;
import io.tain.testkit.Isolation;
import io.tain.testkit.TopicReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** What a consumer sees of a record but for its offset, in a form that is compared and printed well. */
record Seen(String key, String value, List<String> headers, long timestamp) {
    static Seen of(ConsumerRecord<byte[], byte[]> record) {
        List<String> headers = Arrays.stream(record.headers().toArray())
                .map(header -> header.key() + "=" + text(header.value()))
                .toList();
        return new Seen(text(record.key()), text(record.value()), headers, record.timestamp());
    }

    /** All of a partition, under read_committed. */
    static List<Seen> in(Cluster cluster, TopicPartition partition) {
        return in(cluster, partition, Isolation.READ_COMMITTED);
    }

    static List<Seen> in(Cluster cluster, TopicPartition partition, Isolation isolation) {
        return TopicReader.read(cluster.directProperties(), partition, isolation).stream()
                .map(Seen::of)
                .toList();
    }

    /** The values of a partition. */
    static List<String> values(Cluster cluster, TopicPartition partition) {
        return in(cluster, partition).stream().map(Seen::value).toList();
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}
