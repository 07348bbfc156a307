package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.AuditReport;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Workload;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mirror's process that is stopped and started again while 1,000 records a second are written. */
final class BounceIT {
    private static final int PARTITIONS = 4;
    private static final int ROUNDS = 3;
    private static final double PER_SECOND = 1_000;

    /** The default {@code shutdown.timeout} and the time for leaving the group. */
    private static final Duration STOPPED = Duration.ofSeconds(30);

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

    @Test
    void shouldNeitherLoseNorRepeatRecordsOverCleanStops() {
        String topic = "clean";
        Observer observer = observe(topic);
        Path file = SettingsFile.link(clusters.source(), clusters.target(), topic, topic)
                .write(directory, "link.properties");
        clusters.source().createTopic(topic, PARTITIONS);
        try (Workload load = load(topic).start()) {
            for (int round = 0; round < ROUNDS; round++) {
                try (TainProcess mirror = TainProcess.run(file)) {
                    observer.awaitProgress(topic, 500);
                    assertThat(mirror.term().awaitExit(STOPPED))
                            .as(mirror.err())
                            .isZero();
                }
            }
            try (TainProcess mirror = dropIn(topic)) {
                observer.awaitProgress(topic, 500);
                load.stop();
                observer.awaitLagZero(topic);
                assertThat(mirror.term().awaitExit(STOPPED)).as(mirror.err()).isEqualTo(143);
            }
        }
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }

    @Test
    void shouldRepeatNoMoreThanAWindowOfEachKill() {
        String topic = "hard";
        Observer observer = observe(topic);
        Path file = SettingsFile.link(clusters.source(), clusters.target(), topic, topic)
                .set("delivery", "at-least-once")
                .write(directory, "link.properties");
        clusters.source().createTopic(topic, PARTITIONS);
        try (Workload load = load(topic).start()) {
            for (int round = 0; round < ROUNDS; round++) {
                try (TainProcess mirror = TainProcess.run(file)) {
                    observer.awaitProgress(topic, 1_000);
                    observer.awaitLagBelow(topic, 1_000);
                    mirror.kill();
                }
            }
            try (TainProcess mirror = TainProcess.run(file)) {
                observer.awaitProgress(topic, 500);
                load.stop();
                observer.awaitLagZero(topic);
                assertThat(mirror.term().awaitExit(STOPPED)).as(mirror.err()).isZero();
            }
        }
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isAtLeastOnce()).as(audit.toString()).isTrue();
        assertThat(audit.mostDuplicateWindows()).as(audit.toString()).isBetween(0, ROUNDS);
        // It had caught up, commits every half second, and 1,000 records a second are written; the rest is slack.
        assertThat(audit.duplicates()).as(audit.toString()).isLessThan(ROUNDS * 3_000L);
    }

    private TainProcess dropIn(String topic) {
        Path consumer = SettingsFile.consumer(clusters.source(), topic).write(directory, "consumer.properties");
        Path producer = SettingsFile.producer(clusters.target()).write(directory, "producer.properties");
        return TainProcess.mirrorMaker(
                "--consumer.config",
                consumer.toString(),
                "--producer.config",
                producer.toString(),
                "--whitelist",
                topic,
                "--offset.commit.interval.ms",
                "500");
    }

    private static Observer observe(String group) {
        return new Observer(clusters.source(), clusters.target(), group);
    }

    private static Workload load(String topic) {
        return Workload.to(clusters.source().clientProperties(), topic, PARTITIONS)
                .rate(PER_SECOND)
                .producer("linger.ms", 5)
                .producer("compression.type", "lz4")
                .open();
    }
}
