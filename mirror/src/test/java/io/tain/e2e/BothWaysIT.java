package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.fault.Observer;
import io.tain.e2e.fault.SettingsFile;
import io.tain.e2e.fault.TainProcess;
import io.tain.testkit.Await;
import io.tain.testkit.Cluster;
import io.tain.testkit.ClusterPair;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two links in opposite directions under the same topic names, with mirrors in processes of their own, and writers on both sides. */
@Timeout(1_800)
final class BothWaysIT {
    private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("tain.bothways.seconds", 20));
    private static final long SEED = Long.getLong("tain.bothways.seed", System.nanoTime());
    private static final int PARTITIONS = 2;

    private static ClusterPair clusters;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startClusters() {
        clusters = ClusterPair.start();
    }

    @AfterAll
    static void closeClusters() {
        clusters.close();
    }

    private Path link(Cluster from, Cluster to, String name, String topic) {
        return settings(from, to, name, topic).write(directory, name + ".properties");
    }

    private static SettingsFile settings(Cluster from, Cluster to, String name, String topic) {
        return SettingsFile.link(from, to, name, topic).set("source.group.instance.id", name);
    }

    /** Writes values that say where they were written and as which of their partition, until it is closed. */
    private static final class Writer implements AutoCloseable {
        private final KafkaProducer<byte[], byte[]> producer;
        private final Thread thread;
        private volatile boolean stopping;
        private volatile int written;

        Writer(Cluster cluster, String side, String topic) {
            Map<String, Object> settings = new HashMap<>(cluster.clientProperties());
            settings.put("linger.ms", 5);
            settings.put("compression.type", "lz4");
            producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
            thread = new Thread(
                    () -> {
                        while (!stopping) {
                            int number = written;
                            for (int partition = 0; partition < PARTITIONS; partition++) {
                                byte[] value = (side + number).getBytes(StandardCharsets.UTF_8);
                                var unused = producer.send(new ProducerRecord<>(topic, partition, null, value));
                            }
                            written = number + 1;
                            LockSupport.parkNanos(5_000_000);
                        }
                        producer.flush();
                    },
                    "writer-" + side);
            thread.start();
        }

        /** Stops; returns how many values each partition was given. */
        int stop() throws InterruptedException {
            stopping = true;
            thread.join();
            return written;
        }

        @Override
        public void close() {
            stopping = true;
            producer.close();
        }
    }

    @Test
    void shouldBringBothSidesRecordsToBothSidesOnce() throws Exception {
        String topic = "both";
        for (Cluster cluster : List.of(clusters.source(), clusters.target())) {
            cluster.createTopic(topic, PARTITIONS);
        }
        List<Path> files = List.of(
                link(clusters.source(), clusters.target(), "east", topic),
                link(clusters.target(), clusters.source(), "west", topic));
        Random random = new Random(SEED);
        List<TainProcess> mirrors =
                new ArrayList<>(List.of(TainProcess.run(files.get(0)), TainProcess.run(files.get(1))));
        int east;
        int west;
        try (Writer atSource = new Writer(clusters.source(), "e", topic);
                Writer atTarget = new Writer(clusters.target(), "w", topic)) {
            long end = System.nanoTime() + LENGTH.toNanos();
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(
                        Duration.ofMillis(1_500 + random.nextInt(3_000)).toNanos());
                int victim = random.nextInt(2);
                mirrors.get(victim).kill();
                mirrors.get(victim).close();
                mirrors.set(victim, TainProcess.run(files.get(victim)));
            }
            east = atSource.stop();
            west = atTarget.stop();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                TopicPartition at = new TopicPartition(topic, partition);
                for (Cluster cluster : List.of(clusters.source(), clusters.target())) {
                    Await.until(
                            "all is on both sides",
                            Observer.PATIENCE,
                            () -> new HashSet<>(Seen.values(cluster, at)).size() >= east + west);
                }
            }
            // Whatever went round would be on its way still.
            new Observer(clusters.source(), clusters.target(), "east").awaitLagZero(topic);
            new Observer(clusters.target(), clusters.source(), "west").awaitLagZero(topic);
            new Observer(clusters.source(), clusters.target(), "east").awaitLagZero(topic);
        } finally {
            mirrors.forEach(TainProcess::close);
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (Cluster cluster : List.of(clusters.source(), clusters.target())) {
                List<String> values = Seen.values(cluster, new TopicPartition(topic, partition));
                assertThat(from("e", values)).as("seed " + SEED).isEqualTo(counted("e", east));
                assertThat(from("w", values)).as("seed " + SEED).isEqualTo(counted("w", west));
            }
        }
    }

    private static List<String> from(String side, List<String> values) {
        return values.stream().filter(value -> value.startsWith(side)).toList();
    }

    private static List<String> counted(String side, int count) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(side + i);
        }
        return values;
    }

    @Test
    void shouldRefuseToGoRoundWithoutStateToTellEchoesBy() throws Exception {
        String topic = "round";
        for (Cluster cluster : List.of(clusters.source(), clusters.target())) {
            cluster.createTopic(topic, PARTITIONS);
        }
        Path there = withoutState(clusters.source(), clusters.target(), "there", topic);
        Path back = withoutState(clusters.target(), clusters.source(), "back", topic);
        Path onceBack = link(clusters.target(), clusters.source(), "once-back", topic);
        Observer observer = new Observer(clusters.source(), clusters.target(), "there");
        try (Writer writer = new Writer(clusters.source(), "r", topic)) {
            try (TainProcess running = TainProcess.run(there)) {
                observer.awaitProgress(topic, 1);
                writer.stop();
                observer.awaitLagZero(topic); // and so it has committed
                for (Path opposite : List.of(back, onceBack)) {
                    try (TainProcess refused = TainProcess.run(opposite)) {
                        assertThat(refused.awaitExit(Observer.PATIENCE))
                                .as(refused.err())
                                .isEqualTo(3);
                        assertThat(refused.err())
                                .contains("a link with group there mirrors topic round in the opposite direction");
                    }
                }
                assertThat(running.isAlive()).isTrue();
                running.term().awaitExit(Observer.PATIENCE);
            }
        }
        // It has commits there still, but reads no more.
        try (TainProcess allowed = TainProcess.run(back)) {
            new Observer(clusters.target(), clusters.source(), "back").awaitLagZero(topic);
            assertThat(allowed.isAlive()).isTrue();
        }
    }

    /** Each has records to copy from the start, and neither has committed anything when the other one looks for it at its start. */
    @Test
    void shouldNotGoRoundWhenTwoWithoutStateStartAtTheSameTime() throws Exception {
        String topic = "at-once";
        for (Cluster cluster : List.of(clusters.source(), clusters.target())) {
            cluster.createTopic(topic, PARTITIONS);
        }
        int east;
        int west;
        try (Writer atSource = new Writer(clusters.source(), "e", topic);
                Writer atTarget = new Writer(clusters.target(), "w", topic)) {
            Await.until(
                    "there is something to copy",
                    Observer.PATIENCE,
                    () -> atSource.written > 100 && atTarget.written > 100);
            east = atSource.stop();
            west = atTarget.stop();
        }
        Path there = withoutState(clusters.source(), clusters.target(), "at-once-there", topic);
        Path back = withoutState(clusters.target(), clusters.source(), "at-once-back", topic);
        try (TainProcess first = TainProcess.run(there);
                TainProcess second = TainProcess.run(back)) {
            String found = "mirrors topic at-once in the opposite direction";
            Await.until(
                    "one of them has seen the other",
                    Observer.PATIENCE,
                    () -> first.err().contains(found) || second.err().contains(found));
            Await.until(
                    "each has seen the other or copied all",
                    Observer.PATIENCE,
                    () -> (first.err().contains(found) || holds(clusters.target(), topic, east + west))
                            && (second.err().contains(found) || holds(clusters.source(), topic, east + west)));
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (Cluster cluster : List.of(clusters.source(), clusters.target())) {
                List<String> values = Seen.values(cluster, new TopicPartition(topic, partition));
                assertThat(values).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(east + west);
            }
        }
    }

    private static boolean holds(Cluster cluster, String topic, int values) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            if (Seen.values(cluster, new TopicPartition(topic, partition)).size() < values) {
                return false;
            }
        }
        return true;
    }

    private Path withoutState(Cluster from, Cluster to, String name, String topic) {
        return SettingsFile.link(from, to, name, topic)
                .set("delivery", "at-least-once")
                .set("tain.state.topic", "off")
                .write(directory, name + ".properties");
    }

    @Test
    void shouldRefuseToGoRoundWhereOneOfTheTwoDeliversAtLeastOnce() throws Exception {
        String topic = "refused";
        for (Cluster cluster : List.of(clusters.source(), clusters.target())) {
            cluster.createTopic(topic, PARTITIONS);
        }
        Observer observer = new Observer(clusters.source(), clusters.target(), "onward");
        try (Writer writer = new Writer(clusters.source(), "x", topic);
                TainProcess onward = TainProcess.run(link(clusters.source(), clusters.target(), "onward", topic))) {
            observer.awaitProgress(topic, 1);
            Path back = settings(clusters.target(), clusters.source(), "backward", topic)
                    .set("delivery", "at-least-once")
                    .write(directory, "backward.properties");
            try (TainProcess backward = TainProcess.run(back)) {
                assertThat(backward.awaitExit(Observer.PATIENCE))
                        .as(backward.err())
                        .isEqualTo(3);
                assertThat(backward.err()).contains("link onward mirrors topic refused in the opposite direction");
            }
            assertThat(onward.isAlive()).isTrue();
            writer.stop();
        }
    }
}
