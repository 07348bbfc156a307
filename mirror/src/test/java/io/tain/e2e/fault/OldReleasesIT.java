package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.AuditReport;
import io.tain.testkit.Auditor;
import io.tain.testkit.Cluster;
import io.tain.testkit.EmbeddedCluster;
import io.tain.testkit.OldCluster;
import io.tain.testkit.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Brokers of earlier releases on either side, as in a migration, and a mirror that is killed meanwhile. */
@Timeout(600)
final class OldReleasesIT {
    private static final Path RELEASES =
            TainProcess.module().resolveSibling("testkit").resolve("brokers");
    private static final Duration STOPPED = Duration.ofSeconds(60);

    private static OldCluster kafka2;
    private static OldCluster kafka3;
    private static EmbeddedCluster current;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startClusters() throws IOException, InterruptedException {
        kafka2 = OldCluster.start(RELEASES.resolve("kafka-2.8.2"));
        kafka3 = OldCluster.start(RELEASES.resolve("kafka-3.9.1"));
        current = EmbeddedCluster.builder().start();
    }

    @AfterAll
    static void closeClusters() {
        kafka2.close();
        kafka3.close();
        current.close();
    }

    @Test
    void shouldCopyFromKafka28() {
        copyOverAKill(kafka2, current, "from28");
    }

    @Test
    void shouldCopyToKafka28() {
        copyOverAKill(current, kafka2, "to28");
    }

    @Test
    void shouldCopyFromKafka28ToKafka39() {
        copyOverAKill(kafka2, kafka3, "from28to39");
    }

    @Test
    void shouldCopyFromKafka39() {
        copyOverAKill(kafka3, current, "from39");
    }

    private void copyOverAKill(Cluster source, Cluster target, String name) {
        String zstd = name + "-zstd";
        String transactions = name + "-transactions";
        source.createTopic(zstd, 2, Map.of("retention.ms", "86400000", "max.message.bytes", "2000000"));
        source.createTopic(transactions, 1);
        Observer observer = new Observer(source, target, name);
        Path file = SettingsFile.link(source, target, name, name + "-.*")
                .set("source.group.instance.id", "one")
                .write(directory, name + ".properties");
        try (Workload plain = Workload.to(source.clientProperties(), zstd, 2)
                        .producer("compression.type", "zstd")
                        .producer("linger.ms", 5)
                        .headers(1)
                        .rate(400)
                        .open()
                        .start();
                Workload inTransactions = Workload.to(source.clientProperties(), transactions, 1)
                        .transactions(name, 20, 3)
                        .rate(300)
                        .open()
                        .start()) {
            try (TainProcess mirror = TainProcess.run(file)) {
                observer.awaitProgress(zstd, 300);
                observer.awaitProgress(transactions, 100);
                mirror.kill();
            }
            plain.stop();
            inTransactions.stop();
            try (TainProcess mirror = TainProcess.run(file)) {
                observer.awaitLagZero(zstd, transactions);
                assertThat(mirror.term().awaitExit(STOPPED)).as(mirror.err()).isZero();
                assertThat(mirror.err()).doesNotContain("Exception");
            }
        }
        AuditReport audit = Auditor.between(source, target).audit(zstd, transactions);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
        assertThat(audit.sourceRecords()).isPositive();
    }
}
