package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.link.Outcome;
import io.tain.testkit.AuditReport;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Workload;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Topics that are deleted and changed under a mirror, beside one that stays. */
final class TopicLifeIT {
    private static final int RECORDS = 100;

    private static ClusterPair clusters;

    @BeforeAll
    static void startClusters() {
        clusters = ClusterPair.start();
    }

    @AfterAll
    static void closeClusters() {
        clusters.close();
    }

    @Test
    void shouldKeepOnTheTargetWhatWasDeletedOnTheSource() throws Exception {
        TopicPartition gone = new TopicPartition("deleted", 0);
        try (Workload toGone = load("deleted");
                Workload toOther = load("deleted-not");
                RunningMirror mirror = link("deleted.*", "deleted").start()) {
            toGone.write(RECORDS);
            toOther.write(RECORDS);
            mirror.awaitCaughtUp("deleted", "deleted-not");

            clusters.source().admin().deleteTopics(List.of("deleted")).all().get();

            Await.until(
                    "it has let go of the topic",
                    Observer.PATIENCE,
                    () -> mirror.status(gone).isEmpty());
            toOther.write(RECORDS);
            mirror.awaitCaughtUp("deleted-not");
            assertThat(mirror.stop().kind()).isEqualTo(Outcome.Kind.STOPPED);
        }
        assertThat(observe("deleted").size("deleted")).isEqualTo(RECORDS);
        assertExactlyOnce("deleted-not");
    }

    @Test
    void shouldKeepOnTheTargetWhatWasDeletedOnTheSourceWhileStopped() throws Exception {
        MirrorFixture link = link("stopped.*", "stopped");
        try (Workload toGone = load("stopped");
                Workload toOther = load("stopped-not")) {
            toGone.write(RECORDS);
            toOther.write(RECORDS);
            try (RunningMirror mirror = link.start()) {
                mirror.awaitCaughtUp("stopped", "stopped-not");
            }
            clusters.source().admin().deleteTopics(List.of("stopped")).all().get();
            toOther.write(RECORDS);

            try (RunningMirror mirror = link.start()) {
                mirror.awaitCaughtUp("stopped-not");

                assertThat(mirror.status().partitions())
                        .singleElement()
                        .satisfies(
                                status -> assertThat(status.partition().topic()).isEqualTo("stopped-not"));
                assertThat(mirror.events()).isEmpty();
                assertThat(mirror.stop().kind()).isEqualTo(Outcome.Kind.STOPPED);
            }
        }
        assertThat(observe("stopped").size("stopped")).isEqualTo(RECORDS);
        assertExactlyOnce("stopped-not");
    }

    @Test
    void shouldNotMindPartitionsAddedOnTheTarget() throws Exception {
        try (Workload load = load("grown");
                RunningMirror mirror = link("grown", "grown").start()) {
            load.write(RECORDS);
            mirror.awaitCaughtUp("grown");

            clusters.target()
                    .admin()
                    .createPartitions(Map.of("grown", NewPartitions.increaseTo(3)))
                    .all()
                    .get();

            load.write(RECORDS);
            mirror.awaitCaughtUp("grown");
        }
        assertExactlyOnce("grown");
    }

    private static MirrorFixture link(String topics, String group) {
        return MirrorFixture.between(clusters).topics(topics).group(group);
    }

    private static Observer observe(String group) {
        return new Observer(clusters.source(), clusters.target(), group);
    }

    private static Workload load(String topic) {
        clusters.source().createTopic(topic, 1);
        return Workload.to(clusters.source().directProperties(), topic, 1)
                .producer("linger.ms", 5)
                .open();
    }

    private static void assertExactlyOnce(String topic) {
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }
}
