package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.link.Event;
import io.tain.link.Outcome;
import io.tain.link.StartFailure;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where copying begins, and what happens when the source no longer has that place. */
class PositionsIT {
    private static ClusterPair pair;

    @BeforeAll
    static void startClusters() {
        pair = ClusterPair.start();
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    @Test
    void shouldBeginAtTheBeginningUnlessTold() throws Exception {
        // given
        TopicPartition partition = Numbered.topic(pair.source(), "earliest", 5);

        // when
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics("earliest").start()) {
            mirror.awaitCaughtUp("earliest");
        }

        // then
        assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 5));
        Audits.assertExactlyOnce(pair, "earliest");
    }

    @Test
    void shouldBeginAtTheEndWhenToldOnTheFirstStartOnly() throws Exception {
        // given
        TopicPartition partition = Numbered.topic(pair.source(), "latest", 5);
        MirrorFixture link = MirrorFixture.between(pair).topics("latest").set("source.auto.offset.reset", "latest");

        // when the mirror is started for the first time, records come, and more of them while it is down
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCommitted(partition, 5);
            Numbered.write(pair.source(), partition, 5, 3);
            mirror.awaitCommitted(partition, 8);
        }
        Numbered.write(pair.source(), partition, 8, 4);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCommitted(partition, 12);
        }

        // then
        assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(5, 12));
        Audits.assertCopied(pair, "latest", 5, 0);
    }

    @ParameterizedTest
    @CsvSource({"exactly-once, latest", "at-least-once, latest", "exactly-once, earliest", "at-least-once, earliest"})
    void shouldGoOnFromItsCheckpointsWhenItsGroupIsForgotten(String delivery, String reset) throws Exception {
        // given a mirror that was stopped for so long that the source has forgotten its group
        String topic = "forgotten-" + delivery + "-" + reset;
        TopicPartition partition = Numbered.topic(pair.source(), topic, 0);
        MirrorFixture link = MirrorFixture.between(pair)
                .topics(topic)
                .group(topic)
                .set("delivery", delivery)
                .set("source.auto.offset.reset", reset);
        try (RunningMirror mirror = link.start()) {
            Numbered.write(pair.source(), partition, 0, 8);
            mirror.awaitCommitted(partition, 8);
        }
        pair.source().admin().deleteConsumerGroups(List.of(topic)).all().get();
        Numbered.write(pair.source(), partition, 8, 4);

        // when
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCommitted(partition, 12);
        }

        // then nothing is missing or copied again
        assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 12));
    }

    @Test
    void shouldNotStartWithoutPositionsWhenToldNotTo() throws Exception {
        // given
        TopicPartition partition = Numbered.topic(pair.source(), "none", 5);
        MirrorFixture link =
                MirrorFixture.between(pair).topics("none").group("none-yet").set("source.auto.offset.reset", "none");

        // when, then
        assertThatThrownBy(link::start)
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("none-yet")
                .hasMessageContaining("auto.offset.reset=none");

        // and with positions it does
        Numbered.commit(pair.source(), "none-yet", partition, 2);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCommitted(partition, 5);
        }
        assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(2, 5));
        Audits.assertCopied(pair, "none", 2, 0);
    }

    @Test
    void shouldTakeOverAConsumerGroupWhereItStands() throws Exception {
        // given a consumer with an old assignor that has read some records, as MirrorMaker's did
        TopicPartition partition = Numbered.topic(pair.source(), "taken-over", 10);
        Map<String, Object> settings = new HashMap<>(pair.source().clientProperties());
        settings.put("group.id", "old-mirror");
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", false);
        settings.put("max.poll.records", 4);
        settings.put("partition.assignment.strategy", "org.apache.kafka.clients.consumer.RangeAssignor");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of("taken-over"));
            List<Long> read = new ArrayList<>();
            Await.until("some records are read", Duration.ofSeconds(20), () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.offset()));
                return !read.isEmpty();
            });
            consumer.commitSync();
            assertThat(read).hasSize(4);
        }

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("taken-over")
                .group("old-mirror")
                .set("source.auto.offset.reset", "latest")
                .start()) {
            mirror.awaitCommitted(partition, 10);
        }

        // then
        assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(4, 10));
        Audits.assertCopied(pair, "taken-over", 4, 0);
    }

    @Test
    void shouldHaltWithExactNumbersWhenRetentionOvertookThePosition() throws Exception {
        // given a commit below the log's new beginning, beside a partition where all is well
        TopicPartition partition = Numbered.topic(pair.source(), "overtaken", 20);
        TopicPartition other = Numbered.topic(pair.source(), "overtaken-not", 3);
        Numbered.commit(pair.source(), "overtaken", partition, 5);
        Numbered.commit(pair.source(), "overtaken", other, 0);
        Numbered.deleteBefore(pair.source(), partition, 12);

        // when
        MirrorFixture link = MirrorFixture.between(pair).topics("overtaken.*").group("overtaken");
        try (RunningMirror mirror = link.start()) {
            String reason = mirror.awaitHalted(partition);

            // then
            assertThat(reason)
                    .contains("overtaken-0@5")
                    .contains("deleted 7 offsets")
                    .contains("begins at 12");
            mirror.awaitCommitted(other, 3);
            assertThat(mirror.committed()).containsEntry(partition, 5L);
            assertThat(Seen.values(pair.target(), partition)).isEmpty();
            assertThat(reason).contains("--group overtaken --topic overtaken:0 --to-offset 12");
            assertThat(mirror.event(Event.Kind.HALTED).offsets()).contains(new Event.Offsets(5, 12));
            assertThat(mirror.stop().kind()).isEqualTo(Outcome.Kind.HALTED);
        }

        // and when an operator has done as the reason says, it goes on
        goOnAt(link, "overtaken", partition, 12);
        Audits.assertExactlyOnce(pair, "overtaken", "overtaken-not");
    }

    @Test
    void shouldHaltWhenThePositionIsBeyondTheEnd() throws Exception {
        // given
        TopicPartition partition = Numbered.topic(pair.source(), "beyond", 5);
        Numbered.commit(pair.source(), "beyond", partition, 9);

        // when
        MirrorFixture link = MirrorFixture.between(pair).topics("beyond").group("beyond");
        try (RunningMirror mirror = link.start()) {
            String reason = mirror.awaitHalted(partition);

            // then
            assertThat(reason).contains("beyond-0@9").contains("ends at 5").contains("--to-offset 5");
            assertThat(mirror.committed()).containsEntry(partition, 9L);
        }

        // and when an operator has done as the reason says, it goes on
        Numbered.write(pair.source(), partition, 5, 3);
        goOnAt(link, "beyond", partition, 5);
        Audits.assertCopied(pair, "beyond", 5, 0);
    }

    @Test
    void shouldHaltWhenTheTopicWasDeletedAndCreatedAgain() throws Exception {
        // given a mirror that looks for changes less often than the topic is created anew
        TopicPartition partition = Numbered.topic(pair.source(), "recreated", 5);
        TopicPartition other = Numbered.topic(pair.source(), "recreated-not", 5);
        MirrorFixture link = MirrorFixture.between(pair).topics("recreated.*").set("metadata.refresh.interval", "1m");
        String group;
        try (RunningMirror mirror = link.start()) {
            group = mirror.group();
            mirror.awaitCaughtUp("recreated", "recreated-not");

            // when
            pair.source().admin().deleteTopics(List.of("recreated")).all().get();
            Numbered.topic(pair.source(), "recreated", 9);

            // then
            String reason = mirror.awaitHalted(partition);
            assertThat(reason).contains("recreated-0@5").contains("deleted and created again");
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 5));
            Numbered.write(pair.source(), other, 5, 2);
            mirror.awaitCommitted(other, 7);
        }

        // and when an operator has moved the position to the new topic's beginning, it goes on
        goOnAt(link, group, partition, 0);
        Audits.assertCopied(pair, "recreated", 0, 5);
        Audits.assertExactlyOnce(pair, "recreated-not");
    }

    @Test
    void shouldHaltWhenTheTopicWasSeenToBeGoneBeforeItWasCreatedAgain() throws Exception {
        // given
        TopicPartition partition = Numbered.topic(pair.source(), "gone-recreated", 5);
        MirrorFixture link = MirrorFixture.between(pair).topics("gone-recreated");
        String group;
        try (RunningMirror mirror = link.start()) {
            group = mirror.group();
            mirror.awaitCaughtUp("gone-recreated");

            // when
            pair.source().admin().deleteTopics(List.of("gone-recreated")).all().get();
            Await.until(
                    "the mirror has lost the partition",
                    Duration.ofSeconds(20),
                    () -> mirror.status(partition).isEmpty());
            Numbered.topic(pair.source(), "gone-recreated", 9);

            // then
            String reason = mirror.awaitHalted(partition);
            assertThat(reason).contains("deleted and created again");
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 5));
        }

        // and when an operator has moved the position to the new topic's beginning, it goes on
        goOnAt(link, group, partition, 0);
        Audits.assertCopied(pair, "gone-recreated", 0, 5);
    }

    private static void goOnAt(MirrorFixture link, String group, TopicPartition partition, long offset)
            throws Exception {
        Numbered.commit(pair.source(), group, partition, offset);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp(partition.topic());
        }
    }
}
