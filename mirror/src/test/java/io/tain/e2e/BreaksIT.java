package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.Event;
import io.tain.link.Event.Kind;
import io.tain.link.Event.Offsets;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The source no longer has the position, or one of the topics is another: what the policies do about it. */
class BreaksIT {
    private static ClusterPair pair;

    @BeforeAll
    static void startClusters() {
        pair = ClusterPair.start();
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    private static TopicPartition topic(String name, int records) {
        pair.source().createTopic(name, 1);
        TopicPartition partition = new TopicPartition(name, 0);
        write(partition, 0, records);
        return partition;
    }

    private static void write(TopicPartition partition, int first, int count) {
        try (RecordSender sender = RecordSender.to(pair.source())) {
            sender.batch(RecordSender.numbered(partition, first, count));
        }
    }

    private static void commit(String group, TopicPartition partition, long offset) throws Exception {
        pair.source()
                .admin()
                .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset)))
                .all()
                .get();
    }

    private static OffsetAndMetadata committed(RunningMirror mirror, TopicPartition partition) throws Exception {
        return pair.source()
                .admin()
                .listConsumerGroupOffsets(mirror.group())
                .partitionsToOffsetAndMetadata()
                .get()
                .get(partition);
    }

    private static void recreate(String topic) throws Exception {
        pair.source().admin().deleteTopics(List.of(topic)).all().get();
        Await.until(
                topic + " is gone",
                Duration.ofSeconds(60),
                () -> !pair.source().admin().listTopics().names().get().contains(topic));
    }

    private static List<String> values(int... ranges) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < ranges.length; i += 2) {
            IntStream.range(ranges[i], ranges[i + 1]).forEach(number -> values.add("value-" + number));
        }
        return values;
    }

    @Test
    void shouldJumpOverWhatRetentionDeletedAndCountIt() throws Exception {
        // given
        TopicPartition partition = topic("jumped", 20);
        commit("jumped", partition, 5);
        pair.source()
                .admin()
                .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(12)))
                .all()
                .get();

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("jumped")
                .group("jumped")
                .set("on.lost", "jump")
                .start()) {
            mirror.awaitCaughtUp("jumped");

            // then
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(values(12, 20));
            Event event = mirror.event(Kind.LOST);
            assertThat(event.partition()).isEqualTo(partition);
            assertThat(event.offsets()).contains(new Offsets(5, 12));
            assertThat(event.text()).contains("deleted 7 offsets", "jumped-0@5", "begins at 12");
            assertThat(mirror.status().totals().lostOffsets()).isEqualTo(7);
            assertThat(mirror.status().events()).containsEntry(Kind.LOST, 1L);
        }
    }

    @Test
    void shouldJumpWhenRetentionOvertakesARunningMirror() throws Exception {
        // given a mirror that has copied some, and more records than it can read before they are deleted
        TopicPartition partition = topic("jumped-running", 5);
        MirrorFixture link =
                MirrorFixture.between(pair).topics("jumped-running").set("on.lost", "jump");
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("jumped-running");
        }
        write(partition, 5, 20);
        pair.source()
                .admin()
                .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(15)))
                .all()
                .get();

        // when
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("jumped-running");

            // then
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(values(0, 5, 15, 25));
            assertThat(mirror.event(Kind.LOST).offsets()).contains(new Offsets(5, 15));
        }
    }

    @Test
    void shouldGoBackToTheEndOfALogThatWasCutOff() throws Exception {
        // given a position beyond the end
        TopicPartition partition = topic("rewound", 5);
        commit("rewound", partition, 9);

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("rewound")
                .group("rewound")
                .set("on.truncated", "rewind")
                .start()) {
            mirror.awaitCommitted(partition, 5);
            write(partition, 5, 3);
            mirror.awaitCommitted(partition, 8);

            // then
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(values(5, 8));
            assertThat(mirror.event(Kind.TRUNCATED).offsets()).contains(new Offsets(5, 9));
            assertThat(mirror.event(Kind.TRUNCATED).text()).contains("goes back to 5");
        }
    }

    @Test
    void shouldGoOnAtTheEndOfALogThatWasCutOff() throws Exception {
        // given
        TopicPartition partition = topic("continued", 5);
        commit("continued", partition, 9);

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("continued")
                .group("continued")
                .set("on.truncated", "continue")
                .start()) {
            mirror.awaitCommitted(partition, 5);
            write(partition, 5, 3);
            mirror.awaitCommitted(partition, 8);

            // then
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(values(5, 8));
            assertThat(mirror.event(Kind.TRUNCATED).text()).contains("goes on at 5", "the 0 offsets");
        }
    }

    @Test
    void shouldCopyARecreatedTopicFromItsBeginningWhileRunning() throws Exception {
        // given
        TopicPartition partition = topic("restarted", 5);
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("restarted")
                .set("metadata.refresh.interval", "1m")
                .set("on.recreated", "restart")
                .start()) {
            mirror.awaitCaughtUp("restarted");

            // when
            recreate("restarted");
            topic("restarted", 3);

            // then
            mirror.awaitCommitted(partition, 3);
            Await.until(
                    "the new topic is copied",
                    Duration.ofSeconds(60),
                    () -> Seen.values(pair.target(), partition).size() == 8);
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(values(0, 5, 0, 3));
            assertThat(mirror.event(Kind.RECREATED).text()).contains("restarted-0@5", "its id was");
        }
    }

    @Test
    void shouldHaltAtATopicThatWasRecreatedBehindAStoppedMirrorsBack() throws Exception {
        // given a position that survives the topic, as where the group's coordinator did not hear of the deletion
        TopicPartition partition = topic("behind", 5);
        MirrorFixture link = MirrorFixture.between(pair).topics("behind");
        OffsetAndMetadata position;
        String group;
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("behind");
            group = mirror.group();
            Await.until(
                    "the position names its topic",
                    Duration.ofSeconds(60),
                    () -> committed(mirror, partition).metadata().contains("source="));
            position = committed(mirror, partition);
        }
        recreate("behind");
        topic("behind", 9);
        pair.source()
                .admin()
                .alterConsumerGroupOffsets(group, Map.of(partition, position))
                .all()
                .get();

        // when
        try (RunningMirror mirror = link.start()) {
            String reason = mirror.awaitHalted(partition);

            // then
            assertThat(reason).contains("behind-0@5", "deleted and created again", "--to-offset 0");
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(values(0, 5));
        }

        // and when an operator has moved the position as the reason says, it goes on in the new topic
        commit(group, partition, 0);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("behind");
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(values(0, 5, 0, 9));
        }
    }

    @Test
    void shouldHaltWhenTheTargetTopicWasDeletedWhileRunning() throws Exception {
        // given
        TopicPartition partition = topic("target-gone", 5);
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics("target-gone").start()) {
            mirror.awaitCaughtUp("target-gone");

            // when
            pair.target().admin().deleteTopics(List.of("target-gone")).all().get();
            pair.target().createTopic("target-gone", 1);
            write(partition, 5, 5);

            // then nothing is written to the new one
            String reason = mirror.awaitHalted(partition);
            assertThat(reason).contains("target-gone", "another of the same name", "--to-earliest", "--to-current");
            assertThat(Seen.values(pair.target(), partition)).isEmpty();
            mirror.awaitCommitted(partition, 5);
        }
    }

    @Test
    void shouldHaltWhenTheTargetTopicWasDeletedWhileStopped() throws Exception {
        // given
        TopicPartition partition = topic("target-gone-stopped", 5);
        MirrorFixture link = MirrorFixture.between(pair).topics("target-gone-stopped");
        String group;
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("target-gone-stopped");
            group = mirror.group();
        }
        pair.target().admin().deleteTopics(List.of("target-gone-stopped")).all().get();
        write(partition, 5, 5);

        // when
        try (RunningMirror mirror = link.start()) {
            String reason = mirror.awaitHalted(partition);

            // then
            assertThat(reason).contains("its id was", "nothing from below offset 5");
            assertThat(mirror.event(Kind.HALTED).partition()).isEqualTo(partition);
        }

        // and when an operator has moved the position as the reason says, all is copied again
        commit(group, partition, 0);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("target-gone-stopped");
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(values(0, 10));
        }
    }
}
