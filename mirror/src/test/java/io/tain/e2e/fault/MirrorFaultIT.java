package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.AuditReport;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to the mirror's own process and to its place in the group while 500 records a second are written. */
final class MirrorFaultIT {
    private static final int PARTITIONS = 4;
    private static final double PER_SECOND = 500;

    /** The default {@code shutdown.timeout} and the time for leaving the group. */
    private static final Duration STOPPED = Duration.ofSeconds(40);

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
    void shouldNotGoOnAsOwnerAfterAFreeze() {
        String topic = "frozen";
        Observer observer = observe(topic);
        Path file = link(topic);
        try (Workload load = load(topic);
                TainProcess frozen = TainProcess.run(file);
                TainProcess other = TainProcess.run(file);
                CommitWatch commits = new CommitWatch(observer)) {
            observer.awaitMembers(2);
            observer.awaitProgress(topic, 500);
            frozen.suspend();
            observer.awaitMembers(1);
            observer.awaitProgress(topic, 1_000);
            frozen.resume();
            frozen.awaitErr("lost [", Observer.PATIENCE);
            observer.awaitMembers(2);
            observer.awaitProgress(topic, 500);
            load.stop();
            observer.awaitLagZero(topic);
            assertThat(commits.regressions()).isEmpty();
            assertThat(frozen.term().awaitExit(STOPPED)).as(frozen.err()).isZero();
            assertThat(other.term().awaitExit(STOPPED)).as(other.err()).isZero();
        }
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isAtLeastOnce()).as(audit.toString()).isTrue();
        // What wasn't committed when it froze, and what it had read and sent late; half a second each, the rest is
        // slack.
        assertThat(audit.duplicates()).as(audit.toString()).isLessThan(2_000);
    }

    @Test
    void shouldKeepWhatItHasOverAStormOfRebalances() {
        String topic = "storm";
        Observer observer = observe(topic);
        try (Workload load = load(topic);
                TainProcess mirror = TainProcess.run(link(topic));
                CommitWatch commits = new CommitWatch(observer)) {
            observer.awaitProgress(topic, 500);
            for (int round = 0; round < 5; round++) {
                try (KafkaConsumer<byte[], byte[]> visitor = member(topic)) {
                    Await.until("the visitor is given partitions", Observer.PATIENCE, () -> {
                        visitor.poll(Duration.ofMillis(50));
                        return !visitor.assignment().isEmpty();
                    });
                    observer.awaitProgress(topic, 50);
                }
            }
            load.stop();
            observer.awaitLagZero(topic);
            assertThat(commits.regressions()).isEmpty();
            assertThat(mirror.term().awaitExit(STOPPED)).as(mirror.err()).isZero();
        }
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }

    /** A member of the group that takes partitions and does nothing with them. */
    private static KafkaConsumer<byte[], byte[]> member(String group) {
        Map<String, Object> settings = new HashMap<>(clusters.source().clientProperties());
        settings.put("group.id", group);
        settings.put("enable.auto.commit", false);
        settings.put("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
        settings.put("max.poll.records", 1);
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of(group));
        return consumer;
    }

    @Test
    void shouldTellHowMuchRetentionDeletedBeforeAFrozenMirror() throws Exception {
        String topic = "overtaken";
        Observer observer = observe(topic);
        TopicPartition overtaken = new TopicPartition(topic, 0);
        // With exactly once it would have to find what it copied since the last checkpoint, and says that it can't.
        Path file = settings(topic).set("delivery", "at-least-once").write(directory, topic + ".properties");
        try (Workload load = load(topic);
                TainProcess mirror = TainProcess.run(file)) {
            observer.awaitProgress(topic, 500);
            mirror.suspend();
            long begin = observer.committed().get(overtaken) + 2_000;
            Await.until(
                    "more is written",
                    Observer.PATIENCE,
                    () -> load.report().acknowledged().get(0) > begin);
            clusters.source()
                    .admin()
                    .deleteRecords(Map.of(overtaken, RecordsToDelete.beforeOffset(begin)))
                    .all()
                    .get();
            mirror.resume();

            // It may see the gap in the log before it hears that the group has given its partitions away; then it sees
            // it twice.
            String halted = "HALTED " + overtaken;
            mirror.awaitErr("lost [", Observer.PATIENCE);
            Await.until(
                    "halted once it is its own again",
                    Observer.PATIENCE,
                    () -> mirror.err().lastIndexOf(halted) > mirror.err().lastIndexOf("lost ["));
            Matcher told = Pattern.compile(
                            "deleted (\\d+) offsets before they were copied, from " + overtaken + "@(\\d+)")
                    .matcher(mirror.err());
            assertThat(told.find()).as(mirror.err()).isTrue();
            assertThat(Long.parseLong(told.group(1)) + Long.parseLong(told.group(2)))
                    .isEqualTo(begin);
            // I9: the other partitions go on.
            observer.awaitProgress(topic, 500);
            load.stop();
            assertThat(mirror.term().awaitExit(STOPPED)).as(mirror.err()).isEqualTo(6);
            assertThat(observer.committed().get(overtaken)).isLessThan(begin);

            // and when an operator has done as the reason says, all is there that the source still has
            assertThat(mirror.err()).contains("--to-offset " + begin);
            clusters.source()
                    .admin()
                    .alterConsumerGroupOffsets(topic, Map.of(overtaken, new OffsetAndMetadata(begin)))
                    .all()
                    .get();
            try (TainProcess again = TainProcess.run(file)) {
                awaitLagZero(observer, topic, again);
                assertThat(again.isAlive()).isTrue();
            }
            AuditReport audit = clusters.audit(topic);
            assertThat(audit.isComplete() && audit.isOrdered())
                    .as(audit.toString())
                    .isTrue();
            assertThat(audit.mostDuplicateWindows()).as(audit.toString()).isLessThanOrEqualTo(1);
            // Nothing is there that the source did not have: only what was copied before it was deleted.
            assertThat(audit.partitions())
                    .allSatisfy(found -> assertThat(found.invented())
                            .as(audit.toString())
                            .isLessThan(found.partition().equals(overtaken) ? begin : 1));
        }
    }

    /** Tells what the mirror says if it does not get there. */
    private static void awaitLagZero(Observer observer, String topic, TainProcess mirror) {
        try {
            observer.awaitLagZero(topic);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + mirror.err(), e);
        }
    }

    @Test
    void shouldGoOnWhenItsLogCannotBeWritten() {
        String topic = "full-disk";
        Observer observer = observe(topic);
        try (Workload load = load(topic);
                TainProcess mirror = TainProcess.runOnAFullDisk(link(topic))) {
            observer.awaitProgress(topic, 500);
            load.stop();
            observer.awaitLagZero(topic);
            assertThat(mirror.term().awaitExit(STOPPED)).isZero();
        }
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }

    private Path link(String topic) {
        return settings(topic).write(directory, topic + ".properties");
    }

    private static SettingsFile settings(String topic) {
        return SettingsFile.link(clusters.source(), clusters.target(), topic, topic);
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
