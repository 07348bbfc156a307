package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.e2e.StoredState;
import io.tain.link.Event;
import io.tain.link.StartFailure;
import io.tain.testkit.AuditReport;
import io.tain.testkit.Auditor;
import io.tain.testkit.Await;
import io.tain.testkit.EmbeddedCluster;
import io.tain.testkit.Workload;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Unclean leader elections: a replica that lacks acknowledged records becomes the leader, on the source or the target. */
final class TruncationIT {
    private static final int COMMON = 100;
    private static final int LOST = 50;

    private static EmbeddedCluster three;
    private static EmbeddedCluster one;

    @BeforeAll
    static void startClusters() throws Exception {
        three = EmbeddedCluster.builder().brokers(3).start();
        one = EmbeddedCluster.builder().start();
        NewTopic state = new NewTopic("tain-state", 1, (short) 3).configs(Map.of("cleanup.policy", "compact"));
        three.admin().createTopics(List.of(state)).all().get();
    }

    @AfterAll
    static void closeClusters() {
        three.close();
        one.close();
    }

    @Test
    void shouldHaltWhenTheSourceEndsBelowThePosition() throws Exception {
        TopicPartition partition = twoReplicas(three, "shorter");
        try (Workload load = load(three, "shorter");
                RunningMirror mirror = mirror(three, one, "shorter")) {
            writeWhatOneReplicaLacks(partition, load, mirror);
            loseIt(partition);

            String reason = mirror.awaitHalted(partition);

            assertThat(reason).contains(partition + "@" + (COMMON + LOST), "ends at " + COMMON);
            assertThat(mirror.committed()).containsEntry(partition, (long) COMMON + LOST);
            three.start(first());
        }
        goOnAtTheCut(partition, LOST);
    }

    /** An operator does what the reason asks for; then only that remains which the source has lost. */
    private static void goOnAtTheCut(TopicPartition partition, int more) throws Exception {
        String topic = partition.topic();
        Await.until("the source is led again", Observer.PATIENCE, () -> {
            three.admin()
                    .alterConsumerGroupOffsets(topic, Map.of(partition, new OffsetAndMetadata(COMMON)))
                    .all()
                    .get();
            return true;
        });
        try (Workload load =
                        Workload.to(three.directProperties(), topic, 1).seed(2).open();
                RunningMirror mirror = mirror(three, one, topic)) {
            load.write(more);
            mirror.awaitCaughtUp(topic);
        }
        assertOnlyTheLostIsNotOnTheSource(topic);
    }

    private static void assertOnlyTheLostIsNotOnTheSource(String topic) {
        AuditReport audit = Auditor.between(three, one).audit(topic);
        assertThat(audit.isComplete() && audit.isOrdered()).as(audit.toString()).isTrue();
        assertThat(audit.duplicates()).as(audit.toString()).isZero();
        assertThat(audit.partitions())
                .singleElement()
                .satisfies(found ->
                        assertThat(found.invented()).as(audit.toString()).isEqualTo(LOST));
    }

    @Test
    void shouldHaltWhenTheSourceHasOtherRecordsBelowThePosition() throws Exception {
        TopicPartition partition = twoReplicas(three, "diverged");
        try (Workload load = load(three, "diverged")) {
            try (RunningMirror mirror = mirror(three, one, "diverged")) {
                writeWhatOneReplicaLacks(partition, load, mirror);
            }
            loseIt(partition);
            load.write(3 * LOST);
            three.start(first());

            try (RunningMirror mirror = mirror(three, one, "diverged")) {
                String reason = mirror.awaitHalted(partition);

                assertThat(reason).contains(partition + "@" + (COMMON + LOST));
                assertThat(mirror.committed()).containsEntry(partition, (long) COMMON + LOST);
            }
        }
        assertThat(new Observer(three, one, "diverged").size("diverged")).isEqualTo(COMMON + LOST);
        goOnAtTheCut(partition, LOST);
    }

    @Test
    void shouldGoBackToWhereTheSourceWasCutOffBehindAKilledMirror() throws Exception {
        String topic = "cut-killed";
        TopicPartition partition = twoReplicas(three, topic);
        MirrorFixture link = link(three, one, topic).set("on.truncated", "rewind");
        try (Workload load = load(three, topic);
                RunningMirror mirror = link.start()) {
            writeWhatOneReplicaLacks(partition, load, mirror);
            mirror.stop();
        }
        // As a process leaves it that is killed before a checkpoint tells of all that it has copied.
        new StoredState(three, one, "tain-state", topic, partition).rewind(topic, COMMON + LOST / 2, COMMON + LOST / 2);
        loseIt(partition);

        try (Workload load =
                        Workload.to(three.directProperties(), topic, 1).seed(2).open();
                RunningMirror mirror = link.start()) {
            Await.until("it is told", Observer.PATIENCE, () -> !mirror.events().isEmpty());
            Event cut = mirror.event(Event.Kind.TRUNCATED);
            assertThat(cut.offsets()).contains(new Event.Offsets(COMMON, COMMON + LOST));
            load.write(LOST);
            mirror.awaitCaughtUp(topic);
            three.start(first());
        }
        assertOnlyTheLostIsNotOnTheSource(topic);
    }

    @Test
    void shouldGoOnInOrderAfterTheTargetLostAcknowledgedRecords() throws Exception {
        TopicPartition partition = twoReplicas(three, "forgetful");
        one.createTopic("forgetful", 1);
        try (Workload load = load(one, "forgetful");
                RunningMirror mirror = mirror(one, three, "forgetful")) {
            writeWhatOneReplicaLacks(partition, load, mirror);
            loseIt(partition);
            load.write(LOST);
            mirror.awaitCaughtUp("forgetful");
            assertThat(mirror.event(Event.Kind.TARGET_LOST).text())
                    .contains("lost " + LOST + " offsets from " + COMMON + " on");
            three.start(first());
        }

        AuditReport audit = Auditor.between(one, three).audit("forgetful");

        // Nobody but the target can help it; what it lost is told and seen, and nothing else is wrong.
        assertThat(audit.partitions())
                .singleElement()
                .satisfies(found ->
                        assertThat(found.missing()).as(audit.toString()).isEqualTo(LOST));
        assertThat(audit.isOrdered() && audit.isFaithful()).as(audit.toString()).isTrue();
    }

    @Test
    void shouldCopyAnewWhatTheTargetLostWithExactlyOnce() throws Exception {
        TopicPartition partition = twoReplicas(three, "counted");
        one.createTopic("counted", 1);
        try (Workload load = load(one, "counted");
                RunningMirror mirror = link(one, three, "counted").start()) {
            writeWhatOneReplicaLacks(partition, load, mirror);
            awaitStored(partition);
            loseIt(partition);
            load.write(LOST);
            mirror.awaitCaughtUp("counted");

            Event lost = mirror.event(Event.Kind.TARGET_LOST);
            assertThat(lost.offsets()).contains(new Event.Offsets(COMMON, COMMON + LOST));
            assertThat(lost.text())
                    .contains("lost offsets " + COMMON + " to " + (COMMON + LOST))
                    .contains(LOST + " records are copied anew");
            three.start(first());
            mirror.stop();
        }
        AuditReport audit = Auditor.between(one, three).audit("counted");
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
        state(partition).assertMapIsExact();
    }

    @Test
    void shouldHaltWhenTheTargetLostWhatExactlyOnceCountsOnAndHasOtherRecords() throws Exception {
        TopicPartition partition = twoReplicas(three, "overwritten");
        one.createTopic("overwritten", 1);
        try (Workload load = load(one, "overwritten");
                RunningMirror mirror = link(one, three, "overwritten").start()) {
            writeWhatOneReplicaLacks(partition, load, mirror);
            awaitStored(partition);
            loseIt(partition);
            try (Workload others = Workload.to(three.directProperties(), "overwritten", 1)
                    .seed(99)
                    .open()) {
                others.write(LOST / 2);
            }
            load.write(LOST);

            assertThat(mirror.awaitHalted(partition)).contains("has lost records that it had acknowledged");
            assertThat(mirror.committed()).containsEntry(partition, (long) COMMON + LOST);
            three.start(first());
        }
    }

    private static StoredState state(TopicPartition partition) {
        return new StoredState(one, three, "tain-state", partition.topic(), partition);
    }

    private static void awaitStored(TopicPartition partition) {
        Await.until(
                "the offset map is stored",
                Observer.PATIENCE,
                () -> state(partition).map().covered() == COMMON + LOST);
    }

    /** One partition with two replicas, of which one alone may lead. */
    private static TopicPartition twoReplicas(EmbeddedCluster cluster, String topic)
            throws InterruptedException, ExecutionException {
        List<Integer> replicas = cluster.nodeIds().subList(0, 2);
        cluster.admin()
                .createTopics(
                        List.of(new NewTopic(topic, Map.of(0, replicas)).configs(Map.of("min.insync.replicas", "1"))))
                .all()
                .get();
        TopicPartition partition = new TopicPartition(topic, 0);
        Await.until("the partition is led", Observer.PATIENCE, () -> three.leader(partition) == replicas.get(0));
        return partition;
    }

    private static int first() {
        return three.nodeIds().get(0);
    }

    private static int second() {
        return three.nodeIds().get(1);
    }

    /** Has it all copied; leaves the second replica's broker stopped. */
    private static void writeWhatOneReplicaLacks(TopicPartition partition, Workload load, RunningMirror mirror) {
        load.write(COMMON);
        mirror.awaitCommitted(partition, COMMON);
        three.stop(second());
        load.write(LOST);
        mirror.awaitCommitted(partition, COMMON + LOST);
    }

    /** Makes the second replica the leader; leaves the first one's broker stopped. */
    private static void loseIt(TopicPartition partition) {
        three.stopAbruptly(first());
        three.start(second());
        Await.until("the second replica leads", Observer.PATIENCE, () -> {
            three.admin()
                    .electLeaders(ElectionType.UNCLEAN, Set.of(partition))
                    .partitions()
                    .get();
            return three.leader(partition) == second();
        });
    }

    private static RunningMirror mirror(EmbeddedCluster source, EmbeddedCluster target, String topic)
            throws StartFailure {
        return link(source, target, topic).set("delivery", "at-least-once").start();
    }

    private static MirrorFixture link(EmbeddedCluster source, EmbeddedCluster target, String topic) {
        return MirrorFixture.between(source, target).topics(topic).group(topic).set("link.name", topic);
    }

    private static Workload load(EmbeddedCluster source, String topic) {
        return Workload.to(source.directProperties(), topic, 1).open();
    }
}
