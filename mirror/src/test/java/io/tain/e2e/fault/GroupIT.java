package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.link.StartFailure;
import io.tain.testkit.AuditReport;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Workload;
import java.nio.file.Path;
import org.apache.kafka.clients.admin.MemberDescription;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several members share out a link's partitions while 1,000 records a second are written. */
final class GroupIT {
    private static final int PARTITIONS = 4;
    private static final double PER_SECOND = 1_000;

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
    void shouldMoveThePartitionsOfAKilledInstance() {
        String topic = "killed";
        Observer observer = observe(topic);
        Path file = SettingsFile.link(clusters.source(), clusters.target(), topic, topic)
                .write(directory, "link.properties");
        try (Workload load = load(topic);
                TainProcess killed = TainProcess.run(file);
                TainProcess survivor = TainProcess.run(file)) {
            observer.awaitMembers(2);
            observer.awaitProgress(topic, 500);
            killed.kill();
            observer.awaitMembers(1);
            observer.awaitProgress(topic, 500);
            load.stop();
            observer.awaitLagZero(topic);
            assertThat(survivor.isAlive()).isTrue();
        }
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isAtLeastOnce()).as(audit.toString()).isTrue();
        assertThat(audit.mostDuplicateWindows()).as(audit.toString()).isLessThanOrEqualTo(1);
    }

    @Test
    void shouldRepeatNothingWhenInstancesComeAndGo() throws StartFailure, InterruptedException {
        comeAndGo("cooperative", fixture("cooperative"));
    }

    @Test
    void shouldRepeatNothingUnderTheConsumerProtocol() throws StartFailure, InterruptedException {
        comeAndGo(
                "consumer",
                fixture("consumer")
                        .set("source.group.protocol", "consumer")
                        .unset("source.session.timeout.ms")
                        .unset("source.heartbeat.interval.ms"));
    }

    /** One instance, two, and one again. */
    private void comeAndGo(String topic, MirrorFixture fixture) throws StartFailure, InterruptedException {
        Observer observer = observe(topic);
        try (Workload load = load(topic);
                RunningMirror first = fixture.start()) {
            observer.awaitMembers(1);
            observer.awaitProgress(topic, 500);
            try (RunningMirror second = fixture.start()) {
                observer.awaitMembers(2);
                Await.until(
                        "both mirror two partitions",
                        Observer.PATIENCE,
                        () -> first.status().partitions().size() == 2
                                && second.status().partitions().size() == 2);
                observer.awaitProgress(topic, 500);
                second.stop();
            }
            observer.awaitMembers(1);
            Await.until(
                    "the first has all partitions back",
                    Observer.PATIENCE,
                    () -> first.status().partitions().size() == PARTITIONS);
            load.stop();
            observer.awaitLagZero(topic);
        }
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }

    @Test
    void shouldKeepThePlacesOfStaticMembersOverARestart() throws StartFailure, InterruptedException {
        String topic = "static";
        Observer observer = observe(topic);
        MirrorFixture fixture =
                fixture(topic).set("source.group.instance.id", "here").set("num.streams", 2);
        try (Workload load = load(topic)) {
            try (RunningMirror before = fixture.start()) {
                assertThat(observer.awaitMembers(2))
                        .extracting(member -> member.groupInstanceId().orElse("none"))
                        .containsExactlyInAnyOrder("here-0", "here-1");
                observer.awaitProgress(topic, 500);
                before.stop();
            }
            assertThat(observer.members()).as("static members do not leave").hasSize(2);
            try (RunningMirror after = fixture.start()) {
                observer.awaitProgress(topic, 500);
                load.stop();
                observer.awaitLagZero(topic);
                assertThat(after.status().partitions()).hasSize(PARTITIONS);
                assertThat(observer.members())
                        .extracting(MemberDescription::clientId)
                        .containsExactlyInAnyOrder("static-0", "static-1");
            }
        }
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }

    private static MirrorFixture fixture(String topic) {
        return MirrorFixture.between(clusters)
                .topics(topic)
                .group(topic)
                .set("source.session.timeout.ms", 6_000)
                .set("source.heartbeat.interval.ms", 300);
    }

    private static Observer observe(String group) {
        return new Observer(clusters.source(), clusters.target(), group);
    }

    private static Workload load(String topic) {
        clusters.source().createTopic(topic, PARTITIONS);
        return Workload.to(clusters.source().clientProperties(), topic, PARTITIONS)
                .rate(PER_SECOND)
                .producer("linger.ms", 5)
                .open()
                .start();
    }
}
