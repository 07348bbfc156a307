package io.tain.bench;

import io.tain.config.Codec;
import io.tain.testkit.Cluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How long a record takes from the moment when it is due to be produced until it is consumed. This JVM produces and
 * consumes; without a contender both happen on the target.
 */
final class LatencyTrial implements Trial {
    private static final String TOPIC = "orders";
    private static final Duration START_PATIENCE = Duration.ofSeconds(90);
    private static final Duration LAST_PATIENCE = Duration.ofSeconds(15);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final double NANOS_PER_MS = 1e6;

    private final Brokers brokers;
    private final Times times;
    private final Topics source;
    private final Topics target;

    /**
     * @param warmUp from the first record that arrived until those that count are produced
     * @param measured for how long these are produced
     */
    record Times(Duration warmUp, Duration measured) {
        static final Times FULL = new Times(Duration.ofSeconds(8), Duration.ofSeconds(20));
        static final Times QUICK = new Times(Duration.ofSeconds(3), Duration.ofSeconds(5));
    }

    LatencyTrial(Brokers brokers, Times times) {
        this.brokers = brokers;
        this.times = times;
        this.source = new Topics(brokers.source(), List.of(TOPIC));
        this.target = new Topics(brokers.target(), List.of(TOPIC));
    }

    @Override
    public List<Contender> contenders(Field field) throws IOException, InterruptedException {
        List<Contender> contenders = new ArrayList<>(List.of(new Direct(), field.tain(), field.tainAtLeastOnce()));
        contenders.addAll(field.peers());
        return contenders;
    }

    @Override
    public Map<Measure, Double> run(Contender contender, String turn, Path directory) throws IOException {
        source.makeAnew();
        target.makeAnew();
        Route route = new Route(
                brokers.source().bootstrapServers(),
                brokers.target().bootstrapServers(),
                TOPIC,
                brokers.source().logDirectory(brokers.source().nodeIds().get(0)),
                Codec.NONE,
                Route.Aim.LATENCY,
                turn);
        Optional<ProcessBuilder> command = contender.command(route, directory);
        if (command.isEmpty()) {
            return measure(brokers.target(), () -> {});
        }
        try (RunningContender process = RunningContender.start(contender.label().name(), command.get(), directory)) {
            return measure(brokers.source(), process::requireAlive);
        }
    }

    private Map<Measure, Double> measure(Cluster producedTo, Runnable check) {
        Histogram nanos = new Histogram(3);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer();
                Pulse pulse = Pulse.start(producedTo, TOPIC)) {
            awaitFirst(consumer, check);
            long from = System.nanoTime() + times.warmUp().toNanos();
            long to = from + times.measured().toNanos();
            long expected = pulse.count(from, to);
            while (nanos.getTotalCount() < expected) {
                check.run();
                if (System.nanoTime() - to > LAST_PATIENCE.toNanos()) {
                    throw new IllegalStateException(
                            "Only " + nanos.getTotalCount() + " of " + expected + " records arrived.");
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    long now = System.nanoTime();
                    long due = ByteBuffer.wrap(record.value()).getLong();
                    if (due - from >= 0 && due - to < 0) {
                        nanos.recordValue(Math.max(0, now - due));
                    }
                }
            }
        }
        Map<Measure, Double> values = new EnumMap<>(Measure.class);
        values.put(Measure.P50_MS, nanos.getValueAtPercentile(50) / NANOS_PER_MS);
        values.put(Measure.P99_MS, nanos.getValueAtPercentile(99) / NANOS_PER_MS);
        values.put(Measure.P999_MS, nanos.getValueAtPercentile(99.9) / NANOS_PER_MS);
        return values;
    }

    private static void awaitFirst(KafkaConsumer<byte[], byte[]> consumer, Runnable check) {
        long deadlineNanos = System.nanoTime() + START_PATIENCE.toNanos();
        while (consumer.poll(POLL).isEmpty()) {
            check.run();
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new IllegalStateException("Nothing arrived in " + START_PATIENCE + ".");
            }
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> settings = new HashMap<>(brokers.target().directProperties());
        settings.put("max.poll.records", 10_000);
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(target.partitions());
        consumer.seekToBeginning(target.partitions());
        return consumer;
    }
}
