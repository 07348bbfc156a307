package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.AuditReport;
import io.tain.testkit.Auditor;
import io.tain.testkit.Cluster;
import io.tain.testkit.EmbeddedCluster;
import io.tain.testkit.Workload;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One process, several links: fan-in, both directions, and what must not be. */
final class SeveralClustersIT {
    private static final Duration ENDED = Duration.ofSeconds(40);
    private static final long RECORDS = 2_000;

    private static EmbeddedCluster east;
    private static EmbeddedCluster west;
    private static EmbeddedCluster centre;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startClusters() {
        east = EmbeddedCluster.builder().start();
        west = EmbeddedCluster.builder().start();
        centre = EmbeddedCluster.builder().start();
    }

    @AfterAll
    static void closeClusters() {
        east.close();
        west.close();
        centre.close();
    }

    @Test
    void shouldMirrorTwoSourcesIntoOneTarget() {
        write(east, "run-east");
        write(west, "run-west");
        Path one = SettingsFile.link(east, centre, "run", "run-.*").write(directory, "one.properties");
        Path two = SettingsFile.link(west, centre, "run", "run-.*").write(directory, "two.properties");
        try (TainProcess mirror = TainProcess.run(one, two)) {
            new Observer(east, centre, "run").awaitLagZero("run-east");
            new Observer(west, centre, "run").awaitLagZero("run-west");
            assertThat(mirror.term().awaitExit(ENDED)).as(mirror.err()).isZero();
        }
        assertEqual(east, centre, "run-east");
        assertEqual(west, centre, "run-west");
    }

    @Test
    void shouldMirrorTwoConsumerConfigsIntoOneTarget() {
        write(east, "old-east");
        write(west, "old-west");
        try (TainProcess mirror = TainProcess.mirrorMaker(
                "--consumer.config",
                SettingsFile.consumer(east, "old")
                        .write(directory, "east.properties")
                        .toString(),
                "--consumer.config",
                SettingsFile.consumer(west, "old")
                        .write(directory, "west.properties")
                        .toString(),
                "--producer.config",
                SettingsFile.producer(centre)
                        .write(directory, "centre.properties")
                        .toString(),
                "--whitelist",
                "old-.*")) {
            new Observer(east, centre, "old").awaitLagZero("old-east");
            new Observer(west, centre, "old").awaitLagZero("old-west");
            assertThat(mirror.term().awaitExit(ENDED)).as(mirror.err()).isEqualTo(143);
        }
        assertEqual(east, centre, "old-east");
        assertEqual(west, centre, "old-west");
    }

    @Test
    void shouldMirrorBothWaysUnderDifferentNames() {
        write(east, "both-east");
        write(west, "both-west");
        Path there = SettingsFile.link(east, west, "both", "both-east").write(directory, "there.properties");
        Path back = SettingsFile.link(west, east, "both", "both-west").write(directory, "back.properties");
        try (TainProcess mirror = TainProcess.run(there, back)) {
            new Observer(east, west, "both").awaitLagZero("both-east");
            new Observer(west, east, "both").awaitLagZero("both-west");
            assertThat(mirror.term().awaitExit(ENDED)).as(mirror.err()).isZero();
        }
        assertEqual(east, west, "both-east");
        assertEqual(west, east, "both-west");
    }

    @Test
    void shouldRefuseATopicThatWouldGoRoundForEver() {
        write(east, "round-trip");
        Path there = SettingsFile.link(east, west, "round", "round-.*").write(directory, "there.properties");
        Path back = SettingsFile.link(west, east, "round", "round-.*")
                .set("delivery", "at-least-once")
                .write(directory, "back.properties");
        Path self = SettingsFile.link(east, east, "round", "round-.*").write(directory, "self.properties");
        Path consumer = SettingsFile.consumer(east, "round").write(directory, "consumer.properties");
        Path producer = SettingsFile.producer(east).write(directory, "producer.properties");
        try (TainProcess both = TainProcess.run(there, back);
                TainProcess same = TainProcess.run(self);
                TainProcess dropIn = TainProcess.mirrorMaker(
                        "--consumer.config",
                        consumer.toString(),
                        "--producer.config",
                        producer.toString(),
                        "--include",
                        "round-.*")) {
            assertThat(both.awaitExit(ENDED)).as(both.err()).isEqualTo(3);
            assertThat(same.awaitExit(ENDED)).as(same.err()).isEqualTo(3);
            assertThat(dropIn.awaitExit(ENDED)).as(dropIn.err()).isEqualTo(1);
            assertThat(both.errLines()).singleElement().asString().contains("round-trip", "both ways");
            assertThat(same.errLines()).singleElement().asString().contains("same cluster", east.bootstrapServers());
            assertThat(dropIn.errLines()).singleElement().asString().contains("same cluster", east.bootstrapServers());
        }
        assertThat(new Observer(east, west, "round").size("round-trip")).isZero();
    }

    private static void write(Cluster cluster, String topic) {
        cluster.createTopic(topic, 2);
        try (Workload load = Workload.to(cluster.clientProperties(), topic, 2).open()) {
            assertThat(load.write(RECORDS).total()).isEqualTo(RECORDS);
        }
    }

    private static void assertEqual(Cluster source, Cluster target, String topic) {
        AuditReport audit = Auditor.between(source, target).audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
        assertThat(audit.sourceRecords()).isEqualTo(RECORDS);
    }
}
