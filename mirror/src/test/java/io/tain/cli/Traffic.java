package io.tain.cli;

import io.tain.testkit.Await;
import io.tain.testkit.Cluster;
import io.tain.testkit.Isolation;
import io.tain.testkit.TopicReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** An application's producers and consumers, which move from cluster to cluster. Values tell where and as which they were written. */
final class Traffic {
    static final String DENSE = "dense";
    static final String COMPRESSED = "compressed";
    static final String TRANSACTIONAL = "transactional";
    static final List<String> TOPICS = List.of(DENSE, COMPRESSED, TRANSACTIONAL);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final String GROUP = "application";
    private static final int QUIET_POLLS = 8;

    private final Map<String, List<String>> written = new HashMap<>();
    private final Map<String, List<String>> seen = new HashMap<>();

    static void createTopics(Cluster cluster) {
        TOPICS.forEach(topic -> cluster.createTopic(topic, 1));
    }

    /** Writes so many records to each topic; in the transactional one every third transaction is aborted. */
    void write(Cluster cluster, String stage, int count) throws Exception {
        send(cluster, DENSE, stage, count, Map.of());
        send(cluster, COMPRESSED, stage, count, Map.of("compression.type", "zstd", "linger.ms", 20));
        Map<String, Object> settings = new HashMap<>(cluster.clientProperties());
        settings.put("transactional.id", "application-" + stage);
        try (KafkaProducer<byte[], byte[]> producer = producer(settings)) {
            producer.initTransactions();
            for (int i = 0; i < count; i += 5) {
                producer.beginTransaction();
                boolean aborts = i % 15 == 10;
                for (int j = i; j < i + 5; j++) {
                    String value = (aborts ? "aborted-" : "") + stage + j;
                    var unused = producer.send(record(TRANSACTIONAL, value));
                    if (!aborts) {
                        note(written, TRANSACTIONAL, value);
                    }
                }
                producer.flush();
                if (aborts) {
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
        }
    }

    private void send(Cluster cluster, String topic, String stage, int count, Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(cluster.clientProperties());
        settings.putAll(more);
        try (KafkaProducer<byte[], byte[]> producer = producer(settings)) {
            for (int i = 0; i < count; i++) {
                var unused = producer.send(record(topic, stage + i));
                note(written, topic, stage + i);
            }
            producer.flush();
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    static ProducerRecord<byte[], byte[]> record(String topic, String value) {
        return new ProducerRecord<>(topic, 0, null, value.getBytes(StandardCharsets.UTF_8));
    }

    private static void note(Map<String, List<String>> where, String topic, String value) {
        where.computeIfAbsent(topic, any -> new ArrayList<>()).add(value);
    }

    /** The application's consumers take so many records of each topic, or all there are, commit, and stop. */
    void consume(Cluster cluster, int most) {
        TOPICS.forEach(topic -> consume(cluster, topic, most, true));
    }

    /** The same of one topic; who does not commit sees these again. */
    void consume(Cluster cluster, String topic, int most, boolean commits) {
        Map<String, Object> settings = new HashMap<>(cluster.clientProperties());
        settings.put("group.id", GROUP + "-of-" + topic);
        settings.put("enable.auto.commit", "false");
        settings.put("auto.offset.reset", "none"); // to begin anywhere by chance would be a mistake
        settings.put("isolation.level", "read_committed");
        settings.put("max.poll.records", "20");
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            int count = 0;
            for (int quiet = 0; count < most && quiet < QUIET_POLLS; quiet++) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    quiet = 0;
                    if (count == most) {
                        consumer.seek(partition, record.offset());
                        break;
                    }
                    note(seen, topic, new String(record.value(), StandardCharsets.UTF_8));
                    count++;
                }
            }
            if (commits) {
                consumer.commitSync();
            }
        }
    }

    /** Has the groups begin at the first record. */
    static void begin(Cluster cluster) throws Exception {
        for (String topic : TOPICS) {
            cluster.admin()
                    .alterConsumerGroupOffsets(
                            GROUP + "-of-" + topic,
                            Map.of(
                                    new TopicPartition(topic, 0),
                                    new org.apache.kafka.clients.consumer.OffsetAndMetadata(0)))
                    .all()
                    .get();
        }
    }

    List<String> written(String topic) {
        return written.getOrDefault(topic, List.of());
    }

    List<String> seen(String topic) {
        return seen.getOrDefault(topic, List.of());
    }

    /** What a reader of a cluster sees of a topic. */
    static List<String> values(Cluster cluster, String topic) {
        return TopicReader.read(cluster.directProperties(), new TopicPartition(topic, 0), Isolation.READ_COMMITTED)
                .stream()
                .map(record -> new String(record.value(), StandardCharsets.UTF_8))
                .toList();
    }

    /** Waits until a reader of a cluster sees so many records of a topic at least. */
    static void await(Cluster cluster, String topic, int count) {
        Await.until(
                count + " records of " + topic,
                PATIENCE,
                () -> cluster.admin().listTopics().names().get().contains(topic)
                        && values(cluster, topic).size() >= count);
    }
}
