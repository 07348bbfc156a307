package io.tain.verify;

import io.tain.config.ObserverSettings;
import io.tain.wire.CappedClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads some records of one cluster with Kafka's own consumer, for a closer look. Used by one thread. */
final class WindowReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long PATIENCE_MS = 30_000;
    private static final int MOST_KEYS = 300_000;

    private final String side;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final LongSupplier clockMs;

    WindowReader(String side, Map<String, Object> client, IsolationLevel isolation, LongSupplier clockMs) {
        this.side = side;
        this.clockMs = clockMs;
        Map<String, Object> settings = ObserverSettings.reader(client, "tain-verify");
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation.toString());
        this.consumer = CappedClients.reader(settings);
    }

    /**
     * What is to be read.
     *
     * @param from the first offset
     * @param to the offset after the last
     * @param records at most so many, the first ones
     */
    record Window(TopicPartition partition, long from, long to, int records) {}

    /**
     * Some records in a row.
     *
     * @param digests of each
     * @param offsets of each
     * @param first the first of them, as it is; null if there is none
     * @param isWhole whether nothing follows before the window's end
     */
    record Stretch(List<Digest> digests, List<Long> offsets, ConsumerRecord<byte[], byte[]> first, boolean isWhole) {
        int size() {
            return digests.size();
        }
    }

    /** @throws KafkaException if it can't be read */
    Stretch read(Window window, Digest.Maker maker) {
        List<Digest> digests = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        List<ConsumerRecord<byte[], byte[]>> first = new ArrayList<>(1);
        boolean whole = scan(window.partition(), window.from(), window.to(), record -> {
            if (digests.size() == window.records()) {
                return false;
            }
            if (first.isEmpty()) {
                first.add(record);
            }
            digests.add(maker.of(record));
            offsets.add(record.offset());
            return true;
        });
        return new Stretch(digests, offsets, first.isEmpty() ? null : first.get(0), whole);
    }

    /**
     * The last record of each key in a part of a log.
     *
     * @throws KafkaException if it can't be read, or has too many keys
     */
    Map<Digest, KeyedLook.Last> lastByKey(TopicPartition partition, long from, long to, Digest.Maker maker) {
        Map<Digest, KeyedLook.Last> last = new HashMap<>();
        scan(partition, from, to, record -> {
            last.put(
                    maker.ofKey(record), new KeyedLook.Last(maker.of(record), record.offset(), record.value() == null));
            if (last.size() > MOST_KEYS) {
                throw new KafkaException("more than " + MOST_KEYS + " keys on the " + side + ", too many to remember");
            }
            return true;
        });
        return last;
    }

    /** Shows the records from one offset up to another, until one is not wanted; tells whether all were. */
    private boolean scan(
            TopicPartition partition, long from, long to, Predicate<ConsumerRecord<byte[], byte[]>> wants) {
        if (from >= to) {
            return true;
        }
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        long end = clockMs.getAsLong() + PATIENCE_MS;
        try {
            while (true) {
                List<ConsumerRecord<byte[], byte[]>> records =
                        consumer.poll(POLL).records(partition);
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    if (record.offset() >= to) {
                        return true;
                    }
                    if (!wants.test(record)) {
                        return false;
                    }
                }
                if (consumer.position(partition) >= to) {
                    return true;
                }
                if (!records.isEmpty()) {
                    end = clockMs.getAsLong() + PATIENCE_MS;
                } else if (clockMs.getAsLong() > end) {
                    throw new TimeoutException("the " + side + " did not give the records of " + partition + " from "
                            + from + " to " + to + " in time");
                }
            }
        } finally {
            consumer.unsubscribe();
        }
    }

    /** The first offset that is there. */
    long start(TopicPartition partition) {
        consumer.assign(List.of(partition)); // or the consumer warns that it is not
        return consumer.beginningOffsets(List.of(partition)).get(partition);
    }

    /** The offset after the last record that is shown. */
    long end(TopicPartition partition) {
        consumer.assign(List.of(partition));
        return consumer.endOffsets(List.of(partition)).get(partition);
    }

    /** The first offset with a timestamp that is not earlier; empty if there is none. */
    OptionalLong offsetOf(TopicPartition partition, long timestamp) {
        if (timestamp < 0) {
            return OptionalLong.empty();
        }
        OffsetAndTimestamp found =
                consumer.offsetsForTimes(Map.of(partition, timestamp)).get(partition);
        return found == null ? OptionalLong.empty() : OptionalLong.of(found.offset());
    }

    @Override
    public void close() {
        consumer.close();
    }
}
