package io.tain.bench;

import io.tain.testkit.Cluster;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Produces 5,000 records a second, each of which begins with the {@link System#nanoTime} at which it is due: one that is
 * produced late counts as late. Has a thread of its own until closed.
 */
final class Pulse implements AutoCloseable {
    private static final long PERIOD_NANOS = 200_000;

    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final long startNanos;
    private final Thread thread;
    private volatile boolean stopping;

    private Pulse(Cluster cluster, String topic) {
        Map<String, Object> settings = new HashMap<>(cluster.directProperties());
        settings.put("acks", "all");
        this.topic = topic;
        this.producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        this.startNanos = System.nanoTime();
        this.thread = new Thread(this::produce, "pulse");
    }

    static Pulse start(Cluster cluster, String topic) {
        Pulse pulse = new Pulse(cluster, topic);
        pulse.thread.start();
        return pulse;
    }

    /** How many records are due from one time, included, to another. */
    long count(long fromNanos, long toNanos) {
        return recordsBefore(toNanos - startNanos) - recordsBefore(fromNanos - startNanos);
    }

    private static long recordsBefore(long nanos) {
        return (nanos + PERIOD_NANOS - 1) / PERIOD_NANOS;
    }

    private void produce() {
        byte[] filler = new byte[Work.VALUE_BYTES];
        Arrays.fill(filler, (byte) 'x');
        for (long i = 0; !stopping; i++) {
            long due = startNanos + i * PERIOD_NANOS;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            byte[] value = filler.clone();
            ByteBuffer.wrap(value).putLong(due);
            // A record that fails is missed by the consumer.
            var unused = producer.send(new ProducerRecord<>(topic, (int) (i % Work.PARTITIONS), null, value));
        }
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
    }
}
