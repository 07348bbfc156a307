package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.testkit.AuditReport;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a partition is a process's own, on a target that forgets transactional ids within seconds instead of a week, and idle
 * connections within seconds instead of ten minutes: the one comes long before the other, as it does by default.
 */
final class OwnershipIT {
    private static final Duration STOPPED = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static ClusterPair clusters;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startClusters() {
        clusters = ClusterPair.start(cluster -> cluster.property("transactional.id.expiration.ms", 12_000)
                .property("transaction.remove.expired.transaction.cleanup.interval.ms", 500)
                .property("connections.max.idle.ms", 3_000));
    }

    @AfterAll
    static void closeClusters() {
        clusters.close();
    }

    @Test
    void shouldGoOnWithoutAMarkerWhereItWasLetGo() throws Exception {
        clusters.source().createTopic("handed", 2);
        MirrorFixture link = MirrorFixture.between(clusters).topics("handed").group("handed");
        Observer observer = new Observer(clusters.source(), clusters.target(), "handed");
        for (int start = 0; start < 3; start++) {
            write("handed", 500);
            try (RunningMirror mirror = link.start()) {
                observer.awaitLagZero("handed");
                assertThat(mirror.status().partitions()).hasSize(2);
            }
        }

        for (int i = 0; i < 2; i++) {
            TopicPartition partition = new TopicPartition("handed", i);
            assertThat(end(clusters.target().admin(), partition))
                    .isEqualTo(end(clusters.source().admin(), partition));
        }
        assertExactlyOnce("handed");
    }

    @Test
    void shouldKeepTheTargetFromForgettingWhoseAPartitionIs() throws Exception {
        clusters.source().createTopic("renewed", 1);
        MirrorFixture link = MirrorFixture.between(clusters).topics("renewed").group("renewed");
        Observer observer = new Observer(clusters.source(), clusters.target(), "renewed");
        try (Workload load = Workload.to(clusters.source().clientProperties(), "renewed", 1)
                        .rate(200)
                        .open()
                        .start();
                RunningMirror mirror = link.start()) {
            observer.awaitProgress("renewed", 100);
            long producer = producerId("renewed");
            Await.until("its owner has changed twice", PATIENCE, () -> epoch("renewed") >= 2);
            assertThat(producerId("renewed")).isEqualTo(producer);
            load.stop();
            observer.awaitLagZero("renewed");
            assertThat(mirror.status().partitions()).hasSize(1);
        }
        assertExactlyOnce("renewed");
    }

    @Test
    void shouldNotLetAForgottenOwnerWriteBehindItsSuccessor() throws Exception {
        clusters.source().createTopic("forgotten", 1);
        Observer observer = new Observer(clusters.source(), clusters.target(), "forgotten");
        Path file = SettingsFile.link(clusters.source(), clusters.target(), "forgotten", "forgotten")
                .set("source.session.timeout.ms", 6_000)
                .set("source.heartbeat.interval.ms", 1_000)
                .write(directory, "forgotten.properties");
        try (Workload load = Workload.to(clusters.source().clientProperties(), "forgotten", 1)
                        .rate(400)
                        .open()
                        .start();
                TainProcess owner = TainProcess.run(file)) {
            observer.awaitProgress("forgotten", 500);
            owner.suspend();
            Await.until(
                    "the target has forgotten whose it is",
                    PATIENCE,
                    () -> listing("forgotten").isEmpty());
            try (TainProcess successor = TainProcess.run(file)) {
                observer.awaitProgress("forgotten", 500);
                owner.resume();
                observer.awaitProgress("forgotten", 1_000);
                load.stop();
                observer.awaitLagZero("forgotten");
                assertThat(owner.term().awaitExit(STOPPED)).as(owner.err()).isZero();
                assertThat(successor.term().awaitExit(STOPPED))
                        .as(successor.err())
                        .isZero();
            }
        }
        assertExactlyOnce("forgotten");
    }

    private static void write(String topic, int records) {
        try (Workload load =
                Workload.to(clusters.source().clientProperties(), topic, 2).open()) {
            load.write(records);
        }
    }

    private static void assertExactlyOnce(String topic) {
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
        assertThat(audit.sourceRecords()).isPositive();
    }

    private static long end(Admin admin, TopicPartition partition) throws Exception {
        return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                .partitionResult(partition)
                .get()
                .offset();
    }

    /** What the target knows of the transactional id of a link's partition 0. */
    private static List<TransactionListing> listing(String topic) {
        try {
            return clusters.target().admin().listTransactions().all().get().stream()
                    .filter(listing -> listing.transactionalId().endsWith("-" + topic + "-0"))
                    .toList();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long producerId(String topic) {
        return listing(topic).get(0).producerId();
    }

    private static int epoch(String topic) {
        String id = listing(topic).get(0).transactionalId();
        try {
            return clusters.target()
                    .admin()
                    .describeTransactions(List.of(id))
                    .description(id)
                    .get()
                    .producerEpoch();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
