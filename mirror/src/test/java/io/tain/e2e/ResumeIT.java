package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.LinkStatus.State;
import io.tain.link.MoveOrder;
import io.tain.link.MoveOrder.Action;
import io.tain.link.MoveOrder.Where;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Halted partitions go on in the same process, by the {@code tain seek} that their reason says. */
class ResumeIT {
    private static final Pattern SEEK = Pattern.compile("tain seek .*?--to-(offset (\\d+)|earliest|current)");

    private static ClusterPair pair;

    @BeforeAll
    static void startClusters() {
        pair = ClusterPair.start(shape -> shape.property("group.initial.rebalance.delay.ms", 0));
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    private static MirrorFixture link(String topic, String delivery) {
        return MirrorFixture.between(pair).topics(topic).group(topic).set("delivery", delivery);
    }

    /** Does as the reason says. */
    private static void seekAsTold(RunningMirror mirror, TopicPartition partition, String reason) {
        Matcher told = SEEK.matcher(reason);
        assertThat(told.find()).as(reason).isTrue();
        String where = told.group(2) == null ? told.group(1) : told.group(2);
        mirror.take(new MoveOrder(partition, Action.SEEK, Where.parse(where).orElseThrow()));
    }

    private static void awaitRunning(RunningMirror mirror, TopicPartition partition) {
        Await.until(
                partition + " runs",
                Duration.ofSeconds(60),
                () -> mirror.status(partition)
                        .filter(status -> status.state() == State.RUNNING)
                        .isPresent());
    }

    @ParameterizedTest
    @CsvSource({"exactly-once", "at-least-once"})
    void shouldGoOnInATopicThatWasCreatedAgain(String delivery) throws Exception {
        String topic = "created-again-" + delivery;
        TopicPartition partition = Numbered.topic(pair.source(), topic, 10);
        try (RunningMirror mirror = link(topic, delivery).start()) {
            mirror.awaitCommitted(partition, 10);
            recreate(partition, 15);

            seekAsTold(mirror, partition, mirror.awaitHalted(partition));

            mirror.awaitCommitted(partition, 15);
            awaitRunning(mirror, partition);
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 10, 0, 15));
        }
    }

    @ParameterizedTest
    @CsvSource({"exactly-once", "at-least-once"})
    void shouldGoOnBehindWhatRetentionDeleted(String delivery) throws Exception {
        String topic = "overtaken-" + delivery;
        TopicPartition partition = Numbered.topic(pair.source(), topic, 20);
        Numbered.commit(pair.source(), topic, partition, 5);
        Numbered.deleteBefore(pair.source(), partition, 12);
        try (RunningMirror mirror = link(topic, delivery).start()) {
            seekAsTold(mirror, partition, mirror.awaitHalted(partition));

            mirror.awaitCommitted(partition, 20);
            awaitRunning(mirror, partition);
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(12, 20));
        }
    }

    @ParameterizedTest
    @CsvSource({"exactly-once", "at-least-once"})
    void shouldGoOnAtTheEndOfALogThatWasCutOff(String delivery) throws Exception {
        String topic = "cut-off-" + delivery;
        TopicPartition partition = Numbered.topic(pair.source(), topic, 5);
        Numbered.commit(pair.source(), topic, partition, 9);
        try (RunningMirror mirror = link(topic, delivery).start()) {
            seekAsTold(mirror, partition, mirror.awaitHalted(partition));
            Numbered.write(pair.source(), partition, 5, 3);

            mirror.awaitCommitted(partition, 8);
            awaitRunning(mirror, partition);
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(5, 8));
        }
    }

    /** The record at 5 of 10 is larger than the target takes. */
    private static TopicPartition topicWithALargeRecord(String topic) {
        TopicPartition partition = Numbered.topic(pair.source(), topic, 5);
        pair.target().createTopic(topic, 1, Map.of("max.message.bytes", "20000"));
        try (RecordSender sender = RecordSender.to(pair.source())) {
            sender.one(RecordSender.record(partition, "large", "x".repeat(50_000)));
        }
        Numbered.write(pair.source(), partition, 6, 4);
        return partition;
    }

    private static String awaitHaltedAnew(RunningMirror mirror, TopicPartition partition, String before) {
        Await.until(
                partition + " is halted for another reason than before",
                Duration.ofSeconds(60),
                () -> !mirror.awaitHalted(partition).equals(before));
        return mirror.awaitHalted(partition);
    }

    private static void recreate(TopicPartition partition, int records) throws Exception {
        String topic = partition.topic();
        pair.source().admin().deleteTopics(List.of(topic)).all().get();
        Await.until(
                topic + " is gone",
                Duration.ofSeconds(60),
                () -> !pair.source().admin().listTopics().names().get().contains(topic));
        Numbered.topic(pair.source(), topic, records);
    }

    /** Its operator knows nothing of that, and does not mean the same offset in another topic. */
    @ParameterizedTest
    @CsvSource({"exactly-once", "at-least-once"})
    void shouldNoticeATopicThatWasCreatedAgainWhileItWasHalted(String delivery) throws Exception {
        String topic = "halted-anew-" + delivery;
        TopicPartition partition = topicWithALargeRecord(topic);
        try (RunningMirror mirror = link(topic, delivery).start()) {
            String refused = mirror.awaitHalted(partition);
            recreate(partition, 15);
            seekAsTold(mirror, partition, refused);

            // The group may have heard of it before, and given the partition anew: then it is found out in another way.
            String found = awaitHaltedAnew(mirror, partition, refused);
            assertThat(found).containsAnyOf("created again", "can't tell where the copy goes on");
            seekAsTold(mirror, partition, found);

            mirror.awaitCommitted(partition, 15);
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 5, 0, 15));
        }
    }

    @ParameterizedTest
    @CsvSource({"exactly-once", "at-least-once"})
    void shouldTellWhatRetentionDeletedWhileItWasHalted(String delivery) throws Exception {
        String topic = "halted-" + delivery;
        TopicPartition partition = topicWithALargeRecord(topic);
        try (RunningMirror mirror = link(topic, delivery).start()) {
            String refused = mirror.awaitHalted(partition);
            Numbered.deleteBefore(pair.source(), partition, 8);
            seekAsTold(mirror, partition, refused);
            String lost = awaitHaltedAnew(mirror, partition, refused);
            assertThat(lost).contains("deleted 3 offsets before they were copied, from " + partition + "@5");
            seekAsTold(mirror, partition, lost);

            mirror.awaitCommitted(partition, 10);
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 5, 8, 10));
        }
    }

    @ParameterizedTest
    @CsvSource({"exactly-once", "at-least-once"})
    void shouldTryARefusedRecordAgainAfterLimitsWereChanged(String delivery) throws Exception {
        String topic = "refused-" + delivery;
        TopicPartition partition = topicWithALargeRecord(topic);
        try (RunningMirror mirror = link(topic, delivery).start()) {
            String reason = mirror.awaitHalted(partition);
            allow(topic, "200000");

            seekAsTold(mirror, partition, reason);

            mirror.awaitCommitted(partition, 10);
            awaitRunning(mirror, partition);
            List<String> expected = new ArrayList<>(Numbered.values(0, 5));
            expected.add("x".repeat(50_000));
            expected.addAll(Numbered.values(6, 10));
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(expected);
        }
    }

    private static void allow(String topic, String bytes) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET);
        pair.target()
                .admin()
                .incrementalAlterConfigs(Map.of(resource, List.of(set)))
                .all()
                .get();
    }

    @Test
    void shouldCopyAllAgainIntoATargetTopicThatIsMadeAnew() throws Exception {
        String topic = "made-anew";
        TopicPartition partition = Numbered.topic(pair.source(), topic, 10);
        try (RunningMirror mirror = link(topic, "exactly-once").start()) {
            mirror.awaitCommitted(partition, 10);
            pair.target().admin().deleteTopics(List.of(topic)).all().get();
            Numbered.write(pair.source(), partition, 10, 5);

            seekAsTold(mirror, partition, mirror.awaitHalted(partition));

            mirror.awaitCommitted(partition, 15);
            awaitRunning(mirror, partition);
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 15));
        }
    }
}
