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
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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

    private static List<String> values(int from, int to) {
        return IntStream.range(from, to).mapToObj(number -> "value-" + number).toList();
    }

    @Test
    void shouldBeginAtTheBeginningUnlessTold() throws Exception {
        // given
        TopicPartition partition = topic("earliest", 5);

        // when
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics("earliest").start()) {
            mirror.awaitCaughtUp("earliest");
        }

        // then
        assertThat(Seen.values(pair.target(), partition)).isEqualTo(values(0, 5));
    }

    @Test
    void shouldBeginAtTheEndWhenToldOnTheFirstStartOnly() throws Exception {
        // given
        TopicPartition partition = topic("latest", 5);
        MirrorFixture link = MirrorFixture.between(pair).topics("latest").set("source.auto.offset.reset", "latest");

        // when the mirror is started for the first time, records come, and more of them while it is down
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCommitted(partition, 5);
            write(partition, 5, 3);
            mirror.awaitCommitted(partition, 8);
        }
        write(partition, 8, 4);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCommitted(partition, 12);
        }

        // then
        assertThat(Seen.values(pair.target(), partition)).isEqualTo(values(5, 12));
    }

    @Test
    void shouldNotStartWithoutPositionsWhenToldNotTo() throws Exception {
        // given
        TopicPartition partition = topic("none", 5);
        MirrorFixture link =
                MirrorFixture.between(pair).topics("none").group("none-yet").set("source.auto.offset.reset", "none");

        // when, then
        assertThatThrownBy(link::start)
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("none-yet")
                .hasMessageContaining("auto.offset.reset=none");

        // and with positions it does
        commit("none-yet", partition, 2);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCommitted(partition, 5);
        }
        assertThat(Seen.values(pair.target(), partition)).isEqualTo(values(2, 5));
    }

    @Test
    void shouldTakeOverAConsumerGroupWhereItStands() throws Exception {
        // given a consumer with an old assignor that has read some records, as MirrorMaker's did
        TopicPartition partition = topic("taken-over", 10);
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
        assertThat(Seen.values(pair.target(), partition)).isEqualTo(values(4, 10));
    }

    @Test
    void shouldHaltWithExactNumbersWhenRetentionOvertookThePosition() throws Exception {
        // given a commit below the log's new beginning, beside a partition where all is well
        TopicPartition partition = topic("overtaken", 20);
        TopicPartition other = topic("overtaken-not", 3);
        commit("overtaken", partition, 5);
        commit("overtaken", other, 0);
        pair.source()
                .admin()
                .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(12)))
                .all()
                .get();

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("overtaken.*")
                .group("overtaken")
                .start()) {
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
    }

    @Test
    void shouldHaltWhenThePositionIsBeyondTheEnd() throws Exception {
        // given
        TopicPartition partition = topic("beyond", 5);
        commit("beyond", partition, 9);

        // when
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics("beyond").group("beyond").start()) {
            String reason = mirror.awaitHalted(partition);

            // then
            assertThat(reason).contains("beyond-0@9").contains("ends at 5");
            assertThat(mirror.committed()).containsEntry(partition, 9L);
        }
    }

    @Test
    void shouldHaltWhenTheTopicWasDeletedAndCreatedAgain() throws Exception {
        // given a mirror that looks for changes less often than the topic is created anew
        TopicPartition partition = topic("recreated", 5);
        TopicPartition other = topic("recreated-not", 5);
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("recreated.*")
                .set("metadata.refresh.interval", "1m")
                .start()) {
            mirror.awaitCaughtUp("recreated", "recreated-not");

            // when
            pair.source().admin().deleteTopics(List.of("recreated")).all().get();
            topic("recreated", 9);

            // then
            String reason = mirror.awaitHalted(partition);
            assertThat(reason).contains("recreated-0@5").contains("deleted and created again");
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(values(0, 5));
            write(other, 5, 2);
            mirror.awaitCommitted(other, 7);
        }
    }

    @Test
    void shouldHaltWhenTheTopicWasSeenToBeGoneBeforeItWasCreatedAgain() throws Exception {
        // given
        TopicPartition partition = topic("gone-recreated", 5);
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics("gone-recreated").start()) {
            mirror.awaitCaughtUp("gone-recreated");

            // when
            pair.source().admin().deleteTopics(List.of("gone-recreated")).all().get();
            Await.until(
                    "the mirror has lost the partition",
                    Duration.ofSeconds(20),
                    () -> mirror.status(partition).isEmpty());
            topic("gone-recreated", 9);

            // then
            String reason = mirror.awaitHalted(partition);
            assertThat(reason).contains("deleted and created again");
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(values(0, 5));
        }
    }
}
