package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.fault.Observer;
import io.tain.e2e.fault.SettingsFile;
import io.tain.e2e.fault.TainProcess;
import io.tain.link.Event;
import io.tain.link.Event.Kind;
import io.tain.link.Event.Offsets;
import io.tain.link.LinkStatus.State;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @Test
    void shouldJumpOverWhatRetentionDeletedAndCountIt() throws Exception {
        // given
        TopicPartition partition = Numbered.topic(pair.source(), "jumped", 20);
        Numbered.commit(pair.source(), "jumped", partition, 5);
        Numbered.deleteBefore(pair.source(), partition, 12);

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("jumped")
                .group("jumped")
                .set("on.lost", "jump")
                .start()) {
            mirror.awaitCaughtUp("jumped");

            // then
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(12, 20));
            Event event = mirror.event(Kind.LOST);
            assertThat(event.partition()).isEqualTo(partition);
            assertThat(event.offsets()).contains(new Offsets(5, 12));
            assertThat(event.text()).contains("deleted 7 offsets", "jumped-0@5", "begins at 12");
            assertThat(mirror.status().totals().lostOffsets()).isEqualTo(7);
            assertThat(mirror.status().events()).containsEntry(Kind.LOST, 1L);
            Audits.assertExactlyOnce(pair, "jumped");
        }
    }

    @Test
    void shouldJumpWhenRetentionOvertookAStoppedMirror() throws Exception {
        // given a mirror that has copied some and was stopped, and more records, of which some are deleted meanwhile
        TopicPartition partition = Numbered.topic(pair.source(), "jumped-running", 5);
        MirrorFixture link =
                MirrorFixture.between(pair).topics("jumped-running").set("on.lost", "jump");
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("jumped-running");
        }
        Numbered.write(pair.source(), partition, 5, 20);
        Numbered.deleteBefore(pair.source(), partition, 15);

        // when
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("jumped-running");

            // then
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 5, 15, 25));
            assertThat(mirror.event(Kind.LOST).offsets()).contains(new Offsets(5, 15));
            Audits.assertCopied(pair, "jumped-running", 0, 5);
        }
    }

    @Test
    void shouldJumpWhenRetentionOvertookAKilledMirror(@TempDir Path folder) throws Exception {
        // given a mirror that is killed before a checkpoint tells of all that it has copied, and a log that no longer
        // has that
        String topic = "jumped-killed";
        TopicPartition partition = Numbered.topic(pair.source(), topic, 5);
        Path file = SettingsFile.link(pair.source(), pair.target(), topic, topic)
                .set("on.lost", "jump")
                .write(folder, "killed.properties");
        Observer observer = new Observer(pair.source(), pair.target(), topic);
        try (TainProcess mirror = TainProcess.run(file)) {
            observer.awaitLagZero(topic);
            Numbered.write(pair.source(), partition, 5, 5);
            observer.awaitSize(topic, 10);
            mirror.kill();
        }
        Numbered.write(pair.source(), partition, 10, 15);
        Numbered.deleteBefore(pair.source(), partition, 20);

        // when
        try (TainProcess mirror = TainProcess.run(file)) {
            observer.awaitLagZero(topic);

            // then
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 10, 20, 25));
            assertThat(mirror.err())
                    .contains("LOST", "deleted 10 offsets before they were copied, from jumped-killed-0@10");
        }
    }

    @ParameterizedTest
    @CsvSource({"rewind, goes back to 5", "continue, goes on at 5; the 0 offsets"})
    void shouldGoOnFromTheEndOfALogThatWasCutOff(String policy, String told) throws Exception {
        // given a position beyond the end
        String topic = "cut-off-" + policy;
        TopicPartition partition = Numbered.topic(pair.source(), topic, 5);
        Numbered.commit(pair.source(), topic, partition, 9);

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics(topic)
                .group(topic)
                .set("on.truncated", policy)
                .start()) {
            mirror.awaitCommitted(partition, 5);
            Numbered.write(pair.source(), partition, 5, 3);
            mirror.awaitCommitted(partition, 8);

            // then
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(5, 8));
            assertThat(mirror.event(Kind.TRUNCATED).offsets()).contains(new Offsets(5, 9));
            assertThat(mirror.event(Kind.TRUNCATED).text()).contains(told);
            Audits.assertCopied(pair, topic, 5, 0); // the group began behind these
        }
    }

    @Test
    void shouldCopyARecreatedTopicFromItsBeginningWhileRunning() throws Exception {
        // given
        TopicPartition partition = Numbered.topic(pair.source(), "restarted", 5);
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("restarted")
                .set("metadata.refresh.interval", "1m")
                .set("on.recreated", "restart")
                .start()) {
            mirror.awaitCaughtUp("restarted");

            // when
            recreate("restarted");
            Numbered.topic(pair.source(), "restarted", 3);

            // then
            mirror.awaitCommitted(partition, 3);
            Await.until(
                    "the new topic is copied",
                    Duration.ofSeconds(60),
                    () -> Seen.values(pair.target(), partition).size() == 8);
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 5, 0, 3));
            assertThat(mirror.event(Kind.RECREATED).text()).contains("restarted-0@5", "its id was");
            Audits.assertCopied(pair, "restarted", 0, 5);
        }
    }

    @Test
    void shouldHaltAtATopicThatWasRecreatedBehindAStoppedMirrorsBack() throws Exception {
        // given a position that survives the topic, as where the group's coordinator did not hear of the deletion
        TopicPartition partition = Numbered.topic(pair.source(), "behind", 5);
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
        Numbered.topic(pair.source(), "behind", 9);
        pair.source()
                .admin()
                .alterConsumerGroupOffsets(group, Map.of(partition, position))
                .all()
                .get();

        // when
        try (RunningMirror mirror = link.start()) {
            String reason = mirror.awaitHalted(partition);

            // then
            assertThat(reason).contains("behind-0@5", "deleted and created again", "--to-earliest");
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 5));
        }

        // and when an operator has moved the position as the reason says, it goes on in the new topic
        Numbered.commit(pair.source(), group, partition, 0);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("behind");
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 5, 0, 9));
            Audits.assertCopied(pair, "behind", 0, 5);
        }
    }

    @ParameterizedTest
    @CsvSource({"exactly-once", "at-least-once"})
    void shouldHaltAtATopicThatWasRecreatedAndHasTakenItsCommitsAlong(String delivery) throws Exception {
        // given
        String topic = "recreated-" + delivery;
        TopicPartition partition = Numbered.topic(pair.source(), topic, 5);
        MirrorFixture link = MirrorFixture.between(pair).topics(topic).set("delivery", delivery);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp(topic);
        }
        recreate(topic);
        Numbered.topic(pair.source(), topic, 9);

        // when
        try (RunningMirror mirror = link.start()) {
            String reason = mirror.awaitHalted(partition);

            // then
            assertThat(reason).contains(topic + "-0@5", "deleted and created again");
            assertThat(mirror.committed()).as("no commit had been left").doesNotContainValue(9L);
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 5));
        }

        // and by policy it goes on in the new topic
        try (RunningMirror mirror = link.set("on.recreated", "restart").start()) {
            mirror.awaitCaughtUp(topic);
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 5, 0, 9));
            assertThat(mirror.event(Kind.RECREATED).partition()).isEqualTo(partition);
        }
    }

    @Test
    void shouldHaltWhenTheTargetTopicWasReplacedWhileRunning() throws Exception {
        // given
        TopicPartition partition = Numbered.topic(pair.source(), "target-gone", 5);
        MirrorFixture link = MirrorFixture.between(pair).topics("target-gone");
        String group;
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("target-gone");
            group = mirror.group();

            // when
            pair.target().admin().deleteTopics(List.of("target-gone")).all().get();
            pair.target().createTopic("target-gone", 1);
            Numbered.write(pair.source(), partition, 5, 5);

            // then nothing is written to the new one
            String reason = mirror.awaitHalted(partition);
            assertThat(reason).contains("target-gone", "another of the same name", "--to-earliest", "--to-current");
            assertThat(Seen.values(pair.target(), partition)).isEmpty();
            mirror.awaitCommitted(partition, 5);
        }

        // and when an operator has moved the position as the reason says, all is copied again
        copyAllAgain(link, group, partition);
    }

    private static void copyAllAgain(MirrorFixture link, String group, TopicPartition partition) throws Exception {
        Numbered.commit(pair.source(), group, partition, 0);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp(partition.topic());
        }
        assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 10));
        Audits.assertExactlyOnce(pair, partition.topic());
    }

    @Test
    void shouldHaltWhenTheTargetTopicWasDeletedWhileRunning() throws Exception {
        // given
        TopicPartition partition = Numbered.topic(pair.source(), "target-deleted", 5);
        MirrorFixture link = MirrorFixture.between(pair).topics("target-deleted");
        String group;
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("target-deleted");
            group = mirror.group();

            // when
            pair.target().admin().deleteTopics(List.of("target-deleted")).all().get();
            Numbered.write(pair.source(), partition, 5, 5);

            // then it is not made anew behind the operator's back
            Await.until(
                    "the partition is halted",
                    Duration.ofMinutes(2),
                    () -> mirror.status(partition)
                            .filter(status -> status.state() == State.HALTED)
                            .isPresent());
            assertThat(mirror.awaitHalted(partition)).contains("target-deleted was deleted", "--to-earliest");
            assertThat(pair.target().admin().listTopics().names().get()).doesNotContain("target-deleted");
            mirror.awaitCommitted(partition, 5);
        }

        // and when an operator has moved the position as the reason says, all is copied again
        copyAllAgain(link, group, partition);
    }

    @ParameterizedTest
    @CsvSource({"deleted, false", "replaced, true"})
    void shouldHaltWhenTheTargetTopicWasDeletedWhileStopped(String what, boolean createdAgain) throws Exception {
        // given
        String topic = "target-stopped-" + what;
        TopicPartition partition = Numbered.topic(pair.source(), topic, 5);
        MirrorFixture link = MirrorFixture.between(pair).topics(topic);
        String group;
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp(topic);
            group = mirror.group();
        }
        pair.target().admin().deleteTopics(List.of(topic)).all().get();
        if (createdAgain) {
            pair.target().createTopic(topic, 1);
        }
        Numbered.write(pair.source(), partition, 5, 5);

        // when
        try (RunningMirror mirror = link.start()) {
            String reason = mirror.awaitHalted(partition);

            // then
            assertThat(reason).contains("its id was", "nothing from below offset 5");
            assertThat(mirror.event(Kind.HALTED).partition()).isEqualTo(partition);
            mirror.awaitCommitted(partition, 5);
        }

        // and when an operator has moved the position as the reason says, all is copied again
        copyAllAgain(link, group, partition);
    }
}
