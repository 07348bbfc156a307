package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.GroupStatus;
import io.tain.testkit.Await;
import io.tain.testkit.Cluster;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.RawLog;
import io.tain.testkit.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Consumers stop on the source and go on on the target, where the mirror has put their offsets. */
class GroupOffsetsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int RECORDS = 600;

    private static ClusterPair pair;

    @BeforeAll
    static void startClusters() {
        pair = ClusterPair.start(shape -> shape.property("log.cleaner.backoff.ms", 100)
                .property("log.cleaner.threads", 1)
                .property("group.initial.rebalance.delay.ms", 0));
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    private static MirrorFixture link(String topics) {
        return MirrorFixture.between(pair).topics(topics).set("groups.sync.interval", "200ms");
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Cluster cluster, String group, String protocol) {
        Map<String, Object> settings = new HashMap<>(cluster.clientProperties());
        settings.put("group.id", group);
        settings.put("group.protocol", protocol);
        settings.put("enable.auto.commit", "false");
        settings.put("auto.offset.reset", "earliest");
        settings.put("isolation.level", "read_committed");
        settings.put("max.poll.records", "50");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Reads so many records, or all if there are less, and commits how far it has come. */
    private static List<String> consume(Cluster cluster, String group, String protocol, String topic, int count) {
        List<String> seen = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(cluster, group, protocol)) {
            consumer.subscribe(List.of(topic));
            Await.until(group + " has its partitions", PATIENCE, () -> {
                read(consumer, seen, count);
                return !consumer.assignment().isEmpty();
            });
            int quiet = 0;
            while (seen.size() < count && quiet < 10) {
                int before = seen.size();
                read(consumer, seen, count);
                quiet = seen.size() == before ? quiet + 1 : 0;
            }
            consumer.commitSync();
        }
        return seen;
    }

    /** What is polled beyond the count is given back: the position says how much was taken. */
    private static void read(KafkaConsumer<byte[], byte[]> consumer, List<String> seen, int count) {
        var polled = consumer.poll(POLL);
        for (TopicPartition partition : polled.partitions()) {
            for (ConsumerRecord<byte[], byte[]> record : polled.records(partition)) {
                if (seen.size() == count) {
                    consumer.seek(partition, record.offset());
                    break;
                }
                seen.add(partition.partition() + "/" + Seen.of(record).value());
            }
        }
    }

    private static GroupStatus await(RunningMirror mirror, String group, Predicate<GroupStatus> condition) {
        try {
            Await.until(
                    group + " is as expected",
                    PATIENCE,
                    () -> status(mirror, group).filter(condition).isPresent());
            return status(mirror, group).orElseThrow();
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + " It is " + status(mirror, group), e);
        }
    }

    private static Optional<GroupStatus> status(RunningMirror mirror, String group) {
        return mirror.status().upkeep().groups().stream()
                .filter(status -> status.group().equals(group))
                .findFirst();
    }

    /** Waits until a look that began after this call has found all of the group's offsets on the target. */
    private static void awaitCarried(RunningMirror mirror, String group) {
        long began = System.nanoTime();
        await(
                mirror,
                group,
                status -> status.reason().isEmpty()
                        && status.ageMs().isPresent()
                        && status.ageMs().getAsLong() + 1_000 < (System.nanoTime() - began) / 1_000_000);
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(Cluster cluster, String group) throws Exception {
        return cluster.admin()
                .listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
    }

    private static void commit(String group, TopicPartition partition, long offset, String metadata) throws Exception {
        pair.source()
                .admin()
                .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset, metadata)))
                .all()
                .get();
    }

    private static List<String> valuesOf(Cluster cluster, String topic, int partitions) {
        List<String> values = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            String prefix = partition + "/";
            Seen.values(cluster, new TopicPartition(topic, partition)).forEach(value -> values.add(prefix + value));
        }
        return values;
    }

    private static void makeCompacted(String topic) {
        pair.source()
                .createTopic(
                        topic,
                        1,
                        Map.of(
                                "cleanup.policy", "compact",
                                "segment.ms", "500",
                                "min.cleanable.dirty.ratio", "0.01"));
        pair.target().createTopic(topic, 1); // not compacted, so that all that arrives can be counted
        TopicPartition partition = new TopicPartition(topic, 0);
        Random random = new Random(7);
        long time = System.currentTimeMillis() - 3_600_000;
        try (RecordSender sender = RecordSender.to(pair.source(), Map.of("compression.type", "lz4"))) {
            for (int batch = 0; batch < 30; batch++) {
                List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    String key = random.nextInt(3) == 0 ? "often-" + random.nextInt(10) : "once-" + batch + "-" + i;
                    records.add(RecordSender.record(partition, key, batch + "." + i, time + batch * 100L));
                }
                sender.batch(records);
            }
            sender.one(RecordSender.record(partition, "last-1", "last-1", time + 100_000));
            sender.one(RecordSender.record(partition, "last-2", "last-2", time + 200_000));
        }
        Await.until(
                "the cleaner has been here",
                PATIENCE,
                () -> RawLog.batches(pair.source(), partition).stream()
                        .anyMatch(batch -> batch.count() > 0 && batch.lastOffsetDelta() + 1 != batch.count()));
    }

    @Test
    void shouldLetConsumersGoOnExactlyWhereTheyStopped() throws Exception {
        // given topics of all kinds, mirrored with a restart between, so that the map was stored and loaded
        pair.source().createTopic("plain", 2);
        try (Workload load = Workload.to(pair.source().clientProperties(), "plain", 2)
                .producer("compression.type", "lz4")
                .open()) {
            load.write(RECORDS);
        }
        pair.source().createTopic("transactional", 1);
        try (Workload load = Workload.to(pair.source().clientProperties(), "transactional", 1)
                .transactions("of-transactional", 7, 5)
                .open()) {
            load.write(RECORDS / 2);
        }
        makeCompacted("compacted");
        MirrorFixture link = link("plain,transactional,compacted");
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("plain", "transactional", "compacted");
            mirror.stop();
        }
        try (Workload load = Workload.to(pair.source().clientProperties(), "transactional", 1)
                .transactions("of-transactional-again", 3, 4)
                .seed(2)
                .open()) {
            load.write(RECORDS / 2);
        }
        Random random = new Random();
        long seed = random.nextLong();
        random.setSeed(seed);
        Map<String, Integer> topics = Map.of("plain", 2, "transactional", 1, "compacted", 1);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("plain", "transactional", "compacted");
            Map<String, List<String>> seen = new HashMap<>();

            // when consumers stop somewhere
            for (String topic : topics.keySet()) {
                for (String protocol : List.of("classic", "consumer")) {
                    String group = protocol + "-of-" + topic;
                    seen.put(group, consume(pair.source(), group, protocol, topic, 1 + random.nextInt(400)));
                }
            }
            for (String group : seen.keySet()) {
                awaitCarried(mirror, group);
            }

            // then they see the rest on the target, and nothing twice
            topics.forEach((topic, partitions) -> Stream.of("classic", "consumer")
                    .forEach(protocol -> {
                        String group = protocol + "-of-" + topic;
                        List<String> all = new ArrayList<>(seen.get(group));
                        all.addAll(consume(pair.target(), group, protocol, topic, Integer.MAX_VALUE));
                        assertThat(all)
                                .as(group + ", which stopped after "
                                        + seen.get(group).size() + " records, seed " + seed)
                                .containsExactlyInAnyOrderElementsOf(valuesOf(pair.source(), topic, partitions));
                    }));
        }
    }

    @Test
    void shouldLeaveGroupsAloneThatAreActiveOnTheTargetOrWentBack() throws Exception {
        // given
        TopicPartition partition = Numbered.topic(pair.source(), "watched", 100);
        commit("active", partition, 40, "forty");
        commit("left-out", partition, 40, "");
        MirrorFixture link = link("watched").set("groups.exclude", "left-.*").set("groups.follow.rewinds", "false");
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("watched");
            awaitCarried(mirror, "active");
            assertThat(offsets(pair.target(), "active")).containsEntry(partition, new OffsetAndMetadata(40, "forty"));
            assertThat(status(mirror, "left-out")).isEmpty();
            assertThat(status(mirror, mirror.group())).isEmpty();

            // when it is active on the target, and goes on on the source nevertheless
            try (KafkaConsumer<byte[], byte[]> consumer = consumer(pair.target(), "active", "classic")) {
                consumer.subscribe(List.of("watched"));
                Await.until("it is a member", PATIENCE, () -> {
                    consumer.poll(POLL);
                    return !consumer.assignment().isEmpty();
                });
                commit("active", partition, 60, "sixty");
                GroupStatus skipped =
                        await(mirror, "active", status -> status.reason().isPresent());

                // then
                assertThat(skipped.reason()).hasValue("it has members on the target");
                assertThat(offsets(pair.target(), "active").get(partition).offset())
                        .isEqualTo(40);
            }

            // when it has left, then goes back on the source
            awaitCarried(mirror, "active");
            assertThat(offsets(pair.target(), "active").get(partition).offset()).isEqualTo(60);
            commit("active", partition, 10, "ten");
            awaitCarried(mirror, "active");

            // then
            assertThat(offsets(pair.target(), "active").get(partition).offset()).isEqualTo(60);
        }

        // when it is to follow
        try (RunningMirror mirror = link.set("groups.follow.rewinds", "true").start()) {
            Await.until(
                    "it went back",
                    PATIENCE,
                    () -> offsets(pair.target(), "active").get(partition).offset() == 10);
            awaitCarried(mirror, "active");
        }
    }

    @Test
    void shouldNotGuessWhenTheStateIsLost() throws Exception {
        // given a partition whose target offsets are other than the source's
        TopicPartition partition = Numbered.topic(pair.source(), "forgotten", 10);
        Numbered.deleteBefore(pair.source(), partition, 5);
        MirrorFixture link = link("forgotten").set("tain.state.topic", "__tain-forgotten");
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("forgotten");
            commit("early", partition, 7, "");
            awaitCarried(mirror, "early");
            assertThat(offsets(pair.target(), "early").get(partition).offset()).isEqualTo(2);
            mirror.stop();
        }

        // when
        pair.target().admin().deleteTopics(List.of("__tain-forgotten")).all().get();
        Numbered.write(pair.source(), partition, 10, 10);
        commit("early", partition, 8, "");
        commit("late", partition, 14, "");
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("forgotten");

            // then what was mirrored before is unknown, and what comes is exact
            GroupStatus early = await(mirror, "early", status -> status.reason().isPresent());
            assertThat(early.reason().orElseThrow()).contains("before the offset map begins", "forgotten-0@8");
            assertThat(offsets(pair.target(), "early").get(partition).offset()).isEqualTo(2);
            awaitCarried(mirror, "late");
            // Five records, the marker of the second start, and four more.
            assertThat(offsets(pair.target(), "late").get(partition).offset()).isEqualTo(10);
        }
    }

    @Test
    void shouldPutGroupsWithinTheTargetsLogAndTheCopy() throws Exception {
        // given a target that has deleted its beginning
        TopicPartition partition = Numbered.topic(pair.source(), "bounds", 100);
        try (RunningMirror mirror = link("bounds").start()) {
            mirror.awaitCaughtUp("bounds");
            Numbered.deleteBefore(pair.target(), partition, 50);

            // when groups are below it, within it, at the end, and where no record has been yet
            commit("below", partition, 20, "");
            commit("within", partition, 60, "");
            commit("at-end", partition, 100, "");
            commit("beyond", partition, 150, "");
            for (String group : List.of("below", "within", "at-end", "beyond")) {
                awaitCarried(mirror, group);
            }

            // then
            assertThat(offsets(pair.target(), "below").get(partition).offset()).isEqualTo(50);
            assertThat(offsets(pair.target(), "within").get(partition).offset()).isEqualTo(60);
            assertThat(offsets(pair.target(), "at-end").get(partition).offset()).isEqualTo(100);
            assertThat(offsets(pair.target(), "beyond").get(partition).offset())
                    .as("no negative lag")
                    .isEqualTo(100);
            assertThat(status(mirror, "beyond").orElseThrow().ahead()).isEqualTo(1);
            assertThat(status(mirror, "at-end").orElseThrow().ahead()).isZero();

            // and it follows the copy
            Numbered.write(pair.source(), partition, 100, 80);
            mirror.awaitCaughtUp("bounds");
            awaitCarried(mirror, "beyond");
            assertThat(offsets(pair.target(), "beyond").get(partition).offset()).isEqualTo(150);
            await(mirror, "beyond", status -> status.ahead() == 0);
        }
    }

    @Test
    void shouldSayThatHaltedPartitionsAreNotCarried() throws Exception {
        // given one partition that is mirrored, and one whose target topic was replaced while no mirror ran
        TopicPartition good = Numbered.topic(pair.source(), "going", 10);
        TopicPartition bad = Numbered.topic(pair.source(), "stuck", 10);
        MirrorFixture link = link("going,stuck");
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("going", "stuck");
            mirror.stop();
        }
        pair.target().admin().deleteTopics(List.of("stuck")).all().get();
        pair.target().createTopic("stuck", 1);

        try (RunningMirror mirror = link.start()) {
            mirror.awaitHalted(bad);
            mirror.awaitCaughtUp("going");
            pair.source()
                    .admin()
                    .alterConsumerGroupOffsets(
                            "of-both", Map.of(good, new OffsetAndMetadata(4), bad, new OffsetAndMetadata(4)))
                    .all()
                    .get();
            commit("of-stuck", bad, 4, "");

            GroupStatus both =
                    await(mirror, "of-both", status -> status.reason().isPresent());
            GroupStatus stuck =
                    await(mirror, "of-stuck", status -> status.reason().isPresent());

            assertThat(both.reason().orElseThrow()).contains("halted are not carried: stuck-0");
            assertThat(stuck.reason()).isEqualTo(both.reason());
            Await.until(
                    "the other partition's offset is carried",
                    PATIENCE,
                    () -> new OffsetAndMetadata(4)
                            .equals(offsets(pair.target(), "of-both").get(good)));
        }
    }

    @Test
    void shouldCarryTheOffsetOfAnEmptyPartition() throws Exception {
        // given
        pair.source().createTopic("nothing", 1);
        TopicPartition partition = new TopicPartition("nothing", 0);
        commit("of-nothing", partition, 0, "m");

        // when
        try (RunningMirror mirror = link("nothing").start()) {
            awaitCarried(mirror, "of-nothing");
        }

        // then
        assertThat(offsets(pair.target(), "of-nothing")).containsEntry(partition, new OffsetAndMetadata(0, "m"));
    }
}
