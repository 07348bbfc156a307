package io.tain.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads partitions from their beginning to their present end with a plain consumer that belongs to no group. Not
 * thread-safe.
 */
public final class TopicReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration STALLED = Duration.ofSeconds(60);

    private final KafkaConsumer<byte[], byte[]> consumer;

    private TopicReader(Map<String, Object> clientProperties, Isolation isolation) {
        Map<String, Object> properties = new HashMap<>(clientProperties);
        properties.put("isolation.level", isolation.property());
        properties.put("auto.offset.reset", "none");
        properties.put("enable.auto.commit", false);
        properties.put("fetch.max.wait.ms", 100);
        properties.putIfAbsent("client.id", "testkit-reader");
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Connects to the cluster that the client properties tell of. */
    public static TopicReader open(Map<String, Object> clientProperties, Isolation isolation) {
        return new TopicReader(clientProperties, isolation);
    }

    /** All records of a partition that a read_committed consumer sees now. */
    public static List<ConsumerRecord<byte[], byte[]>> read(
            Map<String, Object> clientProperties, TopicPartition partition) {
        return read(clientProperties, partition, Isolation.READ_COMMITTED);
    }

    /** All records of a partition that a consumer of the given isolation sees now. */
    public static List<ConsumerRecord<byte[], byte[]>> read(
            Map<String, Object> clientProperties, TopicPartition partition, Isolation isolation) {
        try (TopicReader reader = open(clientProperties, isolation)) {
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            reader.forEach(partition, reader.endOffset(partition), records::add);
            return records;
        }
    }

    /** The partitions of a topic, in order; none if it doesn't exist. */
    public List<TopicPartition> partitions(String topic) {
        int count = Optional.ofNullable(consumer.listTopics().get(topic))
                .map(Collection::size)
                .orElse(0);
        return IntStream.range(0, count)
                .mapToObj(number -> new TopicPartition(topic, number))
                .toList();
    }

    /** Where the partition ends now for this reader: the last stable offset under read_committed. */
    public long endOffset(TopicPartition partition) {
        return consumer.endOffsets(List.of(partition)).get(partition);
    }

    /** Passes on each record from the beginning of the partition up to, not including, the end offset. */
    public void forEach(TopicPartition partition, long endOffset, Consumer<ConsumerRecord<byte[], byte[]>> action) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, consumer.beginningOffsets(List.of(partition)).get(partition));
        long movedNanos = System.nanoTime();
        for (long position = consumer.position(partition); position < endOffset; ) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
                if (record.offset() < endOffset) {
                    action.accept(record);
                }
            }
            long reached = consumer.position(partition);
            if (reached > position) {
                movedNanos = System.nanoTime();
            } else if (System.nanoTime() - movedNanos > STALLED.toNanos()) {
                throw new IllegalStateException("Reading " + partition + " stands at offset " + position + " of "
                        + endOffset + " for " + STALLED + ".");
            }
            position = reached;
        }
    }

    /** The record at the offset, or the next one after it; absent if there is none. */
    public Optional<ConsumerRecord<byte[], byte[]>> recordAt(TopicPartition partition, long offset) {
        long endOffset = endOffset(partition);
        consumer.assign(List.of(partition));
        consumer.seek(partition, offset);
        while (consumer.position(partition) < endOffset) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
                return Optional.of(record);
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
