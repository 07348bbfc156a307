package io.tain.e2e;

import io.tain.testkit.Cluster;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes records of a test's choice to a cluster, in batches of a test's choice. */
final class RecordSender implements AutoCloseable {
    private final KafkaProducer<byte[], byte[]> producer;

    private RecordSender(Map<String, Object> settings) {
        producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Batches end only where the test says so. */
    static RecordSender to(Cluster cluster) {
        return to(cluster, Map.of());
    }

    static RecordSender to(Cluster cluster, Map<String, Object> overrides) {
        Map<String, Object> settings = new HashMap<>(cluster.directProperties());
        settings.put("linger.ms", 60_000);
        settings.put("batch.size", 900_000);
        settings.put("delivery.timeout.ms", 120_000);
        settings.putAll(overrides);
        return new RecordSender(settings);
    }

    static ProducerRecord<byte[], byte[]> record(TopicPartition to, String key, String value) {
        return new ProducerRecord<>(to.topic(), to.partition(), bytes(key), bytes(value));
    }

    static ProducerRecord<byte[], byte[]> record(TopicPartition to, String key, String value, long timestamp) {
        return new ProducerRecord<>(to.topic(), to.partition(), timestamp, bytes(key), bytes(value));
    }

    /** So many records with keys and values that tell their number, counted from {@code first}. */
    static List<ProducerRecord<byte[], byte[]>> numbered(TopicPartition to, int first, int count) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            records.add(record(to, "key-" + i, "value-" + i));
        }
        return records;
    }

    KafkaProducer<byte[], byte[]> producer() {
        return producer;
    }

    /** Writes the records, those of one partition as one batch, and waits; gives their offsets. */
    List<Long> batch(List<ProducerRecord<byte[], byte[]>> records) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        records.forEach(record -> sent.add(producer.send(record)));
        producer.flush();
        List<Long> offsets = new ArrayList<>();
        for (Future<RecordMetadata> future : sent) {
            try {
                offsets.add(future.get().offset());
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        return offsets;
    }

    /** Writes one record as a batch of its own, and gives its offset. */
    long one(ProducerRecord<byte[], byte[]> record) {
        return batch(List.of(record)).get(0);
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close();
    }
}
