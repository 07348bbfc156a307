package io.tain.bench;

import io.tain.config.Codec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** How soon a contender holds very many partitions, and what it takes to hold them while next to nothing happens. */
final class PartitionsTrial implements Trial {
    private static final String PREFIX = "many-";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final long POLL_NANOS = Duration.ofMillis(100).toNanos();
    private static final long TRICKLE_NANOS = Duration.ofMillis(100).toNanos();
    /** What the start left to do is not idling. */
    private static final Duration SETTLING = Duration.ofSeconds(5);

    private static final double NANOS = 1e9;

    private final Brokers brokers;
    private final Size size;
    private final Topics source;
    private final Topics target;

    /**
     * How much of it.
     *
     * @param topics of {@link Work#PARTITIONS} partitions each
     * @param idle for how long the contender is watched once all is copied
     * @param peers whether they take part
     */
    record Size(int topics, Duration idle, Peers peers) {
        static final Size FULL = new Size(1_000, Duration.ofSeconds(30), Peers.TAKE_PART);
        static final Size QUICK = new Size(1_000, Duration.ofSeconds(15), Peers.LEFT_OUT);

        enum Peers {
            TAKE_PART,
            LEFT_OUT
        }
    }

    private PartitionsTrial(Brokers brokers, Size size) {
        List<String> names =
                IntStream.range(0, size.topics()).mapToObj(i -> PREFIX + i).toList();
        this.brokers = brokers;
        this.size = size;
        this.source = new Topics(brokers.source(), names);
        this.target = new Topics(brokers.target(), names);
    }

    /** Writes one record to each partition of the source. */
    static PartitionsTrial prepare(Brokers brokers, Size size) {
        PartitionsTrial trial = new PartitionsTrial(brokers, size);
        trial.source.makeAnew();
        try (KafkaProducer<byte[], byte[]> producer = trial.producer()) {
            trial.source.partitions().forEach(partition -> send(producer, partition));
            producer.flush();
        }
        if (trial.source.records() != trial.source.partitions().size()) {
            throw new IllegalStateException("The source could not be written.");
        }
        return trial;
    }

    @Override
    public List<Contender> contenders(Field field) throws IOException, InterruptedException {
        List<Contender> contenders = new ArrayList<>(List.of(field.tain()));
        if (size.peers() == Size.Peers.TAKE_PART) {
            contenders.addAll(field.peers());
        }
        return contenders;
    }

    @Override
    public Map<Measure, Double> run(Contender contender, String turn, Path directory) throws IOException {
        target.makeAnew();
        Route route = new Route(
                brokers.source().bootstrapServers(),
                brokers.target().bootstrapServers(),
                PREFIX + ".*",
                brokers.source().logDirectory(brokers.source().nodeIds().get(0)),
                Codec.NONE,
                Route.Aim.THROUGHPUT,
                turn);
        Map<Measure, Double> values = new EnumMap<>(Measure.class);
        ProcessBuilder command = contender.command(route, directory).orElseThrow();
        try (RunningContender process = RunningContender.start(contender.label().name(), command, directory)) {
            awaitStart(contender, process, turn, values);
            values.put(Measure.IDLE_CPU_PERCENT, idlePercent(process));
            values.put(Measure.PEAK_MIB, process.peakMebibytes());
        }
        return values;
    }

    private void awaitStart(Contender contender, RunningContender process, String group, Map<Measure, Double> values) {
        long wanted = source.records();
        boolean commits = contender.commitsAllPositions();
        while (!values.containsKey(Measure.ALL_PARTITIONS_SECONDS)
                || (commits && !values.containsKey(Measure.POSITIONS_SECONDS))) {
            process.requireAlive();
            double seconds = (System.nanoTime() - process.startNanos()) / NANOS;
            if (target.records() >= wanted) {
                values.putIfAbsent(Measure.ALL_PARTITIONS_SECONDS, seconds);
            }
            if (commits && source.positions(group) == source.partitions().size()) {
                values.putIfAbsent(Measure.POSITIONS_SECONDS, seconds);
            }
            if (seconds > PATIENCE.toSeconds()) {
                throw new IllegalStateException(contender.label() + " copied " + target.records() + " of " + wanted
                        + " records in " + PATIENCE + ":\n" + process.logTail());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Of one core, while ten records a second are written to ever other topics. */
    private double idlePercent(RunningContender process) {
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            trickle(producer, SETTLING);
            long startNanos = System.nanoTime();
            double startCpu = process.cpuSeconds();
            trickle(producer, size.idle());
            double seconds = (System.nanoTime() - startNanos) / NANOS;
            return 100 * (process.cpuSeconds() - startCpu) / seconds;
        }
    }

    private void trickle(KafkaProducer<byte[], byte[]> producer, Duration time) {
        List<TopicPartition> partitions = source.partitions();
        long startNanos = System.nanoTime();
        for (int i = 0; System.nanoTime() - startNanos < time.toNanos(); i++) {
            send(producer, partitions.get((int) ((i * 101L) % partitions.size())));
            LockSupport.parkNanos(TRICKLE_NANOS);
        }
    }

    private KafkaProducer<byte[], byte[]> producer() {
        Map<String, Object> settings = new HashMap<>(brokers.source().directProperties());
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, TopicPartition partition) {
        var unused = producer.send(
                new ProducerRecord<>(partition.topic(), partition.partition(), null, new byte[Work.VALUE_BYTES]));
    }
}
