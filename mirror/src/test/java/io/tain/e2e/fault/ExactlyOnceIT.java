package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.StoredState;
import io.tain.testkit.AuditReport;
import io.tain.testkit.Auditor;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Workload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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

/** {@code delivery=exactly-once}, with mirrors in processes of their own that are killed and frozen while records are written. */
@Timeout(1_800)
final class ExactlyOnceIT {
    private static final int KILLS = Integer.getInteger("tain.kills", 12);
    private static final long SEED = Long.getLong("tain.kills.seed", System.nanoTime());
    private static final Duration STOPPED = Duration.ofSeconds(60);

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

    private SettingsFile link(String group, String topics) {
        return SettingsFile.link(clusters.source(), clusters.target(), group, topics)
                .set("source.session.timeout.ms", 6_000)
                .set("source.heartbeat.interval.ms", 1_000);
    }

    private static Workload load(String topic, Map<String, String> configs, String codec) {
        return writer(topic, configs, codec).rate(400).open().start();
    }

    private static Workload.Builder writer(String topic, Map<String, String> configs, String codec) {
        clusters.source().createTopic(topic, 2, configs);
        return Workload.to(clusters.source().clientProperties(), topic, 2)
                .producer("compression.type", codec)
                .producer("linger.ms", 5);
    }

    @Test
    void shouldCopyEachRecordOnceOverKills() {
        Random random = new Random(SEED);
        Map<String, String> compacted = Map.of(
                "cleanup.policy", "compact",
                "segment.ms", "1000",
                "min.cleanable.dirty.ratio", "0.01");
        Observer observer = new Observer(clusters.source(), clusters.target(), "killed");
        Path file =
                link("killed", "kill-.*").set("source.group.instance.id", "one").write(directory, "killed.properties");
        try (Workload plain = load("kill-plain", Map.of(), "none");
                Workload lz4 = load("kill-lz4", Map.of(), "lz4");
                Workload keyed = writer("kill-compacted", compacted, "snappy")
                        .keys(40)
                        .rate(200)
                        .open()
                        .start();
                Workload transactions = writer("kill-transactions", Map.of(), "zstd")
                        .transactions("killed", 20, 3)
                        .rate(300)
                        .open()
                        .start()) {
            for (int kill = 0; kill < KILLS; kill++) {
                try (TainProcess mirror = TainProcess.run(file)) {
                    if (kill % 3 != 2) { // and now and then in the middle of a start
                        observer.awaitProgress("kill-plain", 1);
                    }
                    LockSupport.parkNanos(random.nextInt(1_500) * 1_000_000L);
                    mirror.kill();
                }
            }
            List.of(plain, lz4, keyed, transactions).forEach(Workload::stop);
            try (TainProcess mirror = TainProcess.run(file)) {
                observer.awaitLagZero("kill-plain", "kill-lz4", "kill-compacted", "kill-transactions");
                assertThat(mirror.term().awaitExit(STOPPED)).as(mirror.err()).isZero();
            }
        }
        AuditReport audit = clusters.audit("kill-plain", "kill-lz4", "kill-transactions");
        assertThat(audit.isExactlyOnce()).as("seed " + SEED + ": " + audit).isTrue();
        for (String topic : List.of("kill-plain", "kill-lz4", "kill-transactions")) {
            for (int partition = 0; partition < 2; partition++) {
                new StoredState(
                                clusters.source(),
                                clusters.target(),
                                "tain-state",
                                "killed",
                                new TopicPartition(topic, partition))
                        .assertMapIsExact();
            }
        }
        AuditReport compaction = Auditor.between(clusters.source(), clusters.target())
                .compacted()
                .audit("kill-compacted");
        assertThat(compaction.isExactlyOnce())
                .as("seed " + SEED + ": " + compaction)
                .isTrue();
    }

    @Test
    void shouldNotLetAFrozenProcessWriteBehindItsSuccessor() {
        Observer observer = new Observer(clusters.source(), clusters.target(), "zombies");
        Path file = link("zombies", "zombie").write(directory, "zombies.properties");
        try (Workload load = load("zombie", Map.of(), "none");
                TainProcess zombie = TainProcess.run(file)) {
            observer.awaitProgress("zombie", 500);
            zombie.suspend();
            try (TainProcess successor = TainProcess.run(file)) {
                observer.awaitProgress("zombie", 1_000);
                zombie.resume();
                observer.awaitProgress("zombie", 2_000);
                load.stop();
                observer.awaitLagZero("zombie");
                assertThat(zombie.term().awaitExit(STOPPED)).as(zombie.err()).isZero();
                assertThat(successor.term().awaitExit(STOPPED))
                        .as(successor.err())
                        .isZero();
            }
        }
        AuditReport audit = clusters.audit("zombie");
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }

    @Test
    void shouldCountItsOwnRecordsOnlyWithoutItsState() throws Exception {
        Observer observer = new Observer(clusters.source(), clusters.target(), "mixed");
        Path file = link("mixed", "mixed")
                .set("tain.state.topic", "__tain-mixed")
                .set("source.group.instance.id", "m")
                .write(directory, "mixed.properties");
        long foreign = 0;
        try (Workload load = load("mixed", Map.of(), "lz4");
                KafkaProducer<byte[], byte[]> other = new KafkaProducer<>(
                        clusters.target().clientProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int kill = 0; kill < 3; kill++) {
                try (TainProcess mirror = TainProcess.run(file)) {
                    observer.awaitProgress("mixed", 300);
                    for (int i = 0; i < 50; i++, foreign++) {
                        other.send(new ProducerRecord<>(
                                        "mixed", (int) (foreign % 2), null, "foreign".getBytes(StandardCharsets.UTF_8)))
                                .get();
                    }
                    mirror.kill();
                }
                if (kill == 1) {
                    clusters.target()
                            .admin()
                            .deleteTopics(List.of("__tain-mixed"))
                            .all()
                            .get();
                }
            }
            load.stop();
            try (TainProcess mirror = TainProcess.run(file)) {
                observer.awaitLagZero("mixed");
                assertThat(mirror.term().awaitExit(STOPPED)).as(mirror.err()).isZero();
            }
        }
        AuditReport audit = clusters.audit("mixed");
        assertThat(audit.duplicates()).as(audit.toString()).isZero();
        assertThat(audit.isComplete()).as(audit.toString()).isTrue();
        assertThat(audit.isOrdered()).as(audit.toString()).isTrue();
        assertThat(audit.targetRecords()).isEqualTo(audit.sourceRecords() + foreign);
    }
}
