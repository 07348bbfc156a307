package io.tain.inspect;

import io.tain.config.ObserverSettings;
import io.tain.wire.CappedClients;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;

/**
 * Reads the first record at or after an offset of many partitions, one batch of each. A record has to be read for that: Kafka
 * finds an offset for a timestamp, but no timestamp for an offset. Used by one thread.
 */
final class OldestRecords implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int FETCH_BYTES = 64 << 10;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Duration limit;
    private final LongSupplier clockMs;

    OldestRecords(Map<String, Object> client, String clientId, Duration limit, LongSupplier clockMs) {
        Map<String, Object> settings = ObserverSettings.reader(client, clientId);
        // The age of a record of an open transaction counts too, whose turn has yet to come.
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        this.consumer = CappedClients.reader(settings);
        this.limit = limit;
        this.clockMs = clockMs;
    }

    /**
     * Part of a log.
     *
     * @param from its first offset
     * @param to the offset after its last
     */
    record Stretch(long from, long to) {}

    /**
     * The timestamp of the first record in each stretch; empty if there is none in it. A partition that can't be read within the
     * limit is left out.
     */
    Map<TopicPartition, OptionalLong> timestamps(Map<TopicPartition, Stretch> stretches) {
        Map<TopicPartition, OptionalLong> found = new HashMap<>();
        Set<TopicPartition> open = new HashSet<>(stretches.keySet());
        consumer.assign(open);
        open.forEach(
                partition -> consumer.seek(partition, stretches.get(partition).from()));
        long end = clockMs.getAsLong() + limit.toMillis();
        while (!open.isEmpty() && clockMs.getAsLong() < end) {
            Set<TopicPartition> done = new HashSet<>();
            try {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                    boolean within = record.offset() < stretches.get(partition).to();
                    found.put(partition, within ? OptionalLong.of(record.timestamp()) : OptionalLong.empty());
                    done.add(partition);
                }
            } catch (OffsetOutOfRangeException e) {
                done.addAll(e.partitions()); // deleted by retention, or cut off, since its ends were asked for
            } catch (AuthorizationException e) {
                break; // the records of some topic may not be read: what is known so far is told
            } catch (KafkaException e) {
                break;
            }
            for (TopicPartition partition : open) {
                if (!done.contains(partition)
                        && consumer.position(partition)
                                >= stretches.get(partition).to()) {
                    found.put(partition, OptionalLong.empty()); // nothing but markers and holes
                    done.add(partition);
                }
            }
            open.removeAll(done);
            consumer.pause(done);
        }
        consumer.unsubscribe();
        return found;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
