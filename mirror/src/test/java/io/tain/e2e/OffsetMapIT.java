package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.Event;
import io.tain.offset.GroupPlan.Place;
import io.tain.offset.MapView;
import io.tain.offset.Translation;
import io.tain.offset.Translation.Kind;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Isolation;
import io.tain.testkit.RawLog;
import io.tain.testkit.TopicReader;
import io.tain.testkit.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Offset maps of all kinds of topics, offset by offset against what stands in both logs. */
@Timeout(240)
class OffsetMapIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

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

    private static MirrorFixture link(String topic) {
        return MirrorFixture.between(pair)
                .topics(topic)
                .set("link.name", topic)
                .set("groups.sync.interval", "200ms")
                .set("tain.state.topic", "__tain-" + topic);
    }

    private static StoredState state(TopicPartition partition) {
        String topic = partition.topic();
        return new StoredState(pair.source(), pair.target(), "__tain-" + topic, topic, partition);
    }

    private static List<ProducerRecord<byte[], byte[]>> keyed(TopicPartition to, int first, int count, long time) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            String key = i % 3 == 0 ? "often-" + i % 4 : "once-" + i;
            records.add(RecordSender.record(to, key, "value-" + i, time));
        }
        return records;
    }

    @Test
    void shouldBeExactOverTransactionsThatWereCompacted() throws Exception {
        // given committed and aborted transactions, and holes that the cleaner made between their records
        TopicPartition partition = new TopicPartition("worn", 0);
        pair.source()
                .createTopic(
                        "worn",
                        1,
                        Map.of("cleanup.policy", "compact", "segment.ms", "500", "min.cleanable.dirty.ratio", "0.01"));
        pair.target().createTopic("worn", 1);
        long time = System.currentTimeMillis(); // markers have the broker's time, which must not be behind the records'
        Map<String, Object> settings = new HashMap<>(pair.source().directProperties());
        settings.put("transactional.id", "of-worn");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            for (int i = 0; i < 40; i++) {
                producer.beginTransaction();
                for (ProducerRecord<byte[], byte[]> record : keyed(partition, i * 10, 10, time + i * 1_000L)) {
                    var unused = producer.send(record);
                }
                if (i % 5 == 4) {
                    producer.flush();
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
        }
        try (RecordSender sender = RecordSender.to(pair.source())) {
            sender.one(RecordSender.record(partition, "last-1", "last-1", time + 200_000));
            sender.one(RecordSender.record(partition, "last-2", "last-2", time + 400_000));
        }
        Await.until(
                "the cleaner has been here",
                PATIENCE,
                () -> RawLog.batches(pair.source(), partition).stream()
                        .anyMatch(batch -> batch.count() > 0 && batch.lastOffsetDelta() + 1 != batch.count()));

        // when
        try (RunningMirror mirror = link("worn").start()) {
            mirror.awaitCaughtUp("worn");
            mirror.stop();
        }

        // then the map knows more holes than the log, which may have been cleaned once more since
        MapView map = state(partition).map();
        assertThat(map.runCount()).isGreaterThan(30);
        state(partition).assertMapIsExactForWhatIsLeft(map);
    }

    private static String incompressible() {
        Random random = new Random(3);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 9_000; i++) {
            text.append((char) ('!' + random.nextInt(90)));
        }
        return text.toString();
    }

    @Test
    void shouldBeExactOverSplitTranscodedAndDeadLetteredRecordsAndNewPartitions() throws Exception {
        // given a target that takes neither the source's batches whole nor one of its records
        TopicPartition first = new TopicPartition("mended", 0);
        TopicPartition second = new TopicPartition("mended", 1);
        pair.source().createTopic("mended", 1);
        pair.target().createTopic("mended", 1, Map.of("max.message.bytes", "3000"));
        try (RecordSender sender = RecordSender.to(pair.source(), Map.of("compression.type", "lz4"))) {
            sender.batch(RecordSender.numbered(first, 0, 600));
        }
        try (RecordSender sender = RecordSender.to(pair.source())) {
            sender.batch(RecordSender.numbered(first, 600, 5));
            sender.one(RecordSender.record(first, "large", incompressible()));
            sender.batch(RecordSender.numbered(first, 605, 5));
        }
        MirrorFixture link = link("mended")
                .set("delivery", "at-least-once")
                .set("on.refused", "dead-letter")
                .set("target.compression.type", "zstd");

        // when it grows while it is mirrored
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("mended");
            pair.source()
                    .admin()
                    .createPartitions(Map.of("mended", NewPartitions.increaseTo(2)))
                    .all()
                    .get();
            Await.until(
                    "the partition is there",
                    PATIENCE,
                    () -> pair.source()
                                    .admin()
                                    .describeTopics(List.of("mended"))
                                    .allTopicNames()
                                    .get()
                                    .get("mended")
                                    .partitions()
                                    .size()
                            == 2);
            Numbered.write(pair.source(), second, 5_000, 20);
            mirror.awaitCaughtUp("mended");
            assertThat(mirror.event(Event.Kind.DEAD_LETTER).offsets()).contains(new Event.Offsets(605, 606));
            mirror.stop();
        }

        // then
        state(first).assertMapIsExact();
        state(second).assertMapIsExact();
        assertThat(state(first).map().toTarget(605, 0)).isEqualTo(new Translation(Kind.NEXT, 605));
    }

    @Test
    void shouldBeginAnewWithATopicThatWasMadeAgain() throws Exception {
        TopicPartition partition = Numbered.topic(pair.source(), "reborn", 30);
        try (RunningMirror mirror =
                link("reborn").set("on.recreated", "restart").start()) {
            mirror.awaitCaughtUp("reborn");
            pair.source().admin().deleteTopics(List.of("reborn")).all().get();
            Await.until(
                    "it is gone",
                    PATIENCE,
                    () -> !pair.source().admin().listTopics().names().get().contains("reborn"));
            pair.source().createTopic("reborn", 1);
            Numbered.write(pair.source(), partition, 100, 40);
            mirror.awaitCaughtUp("reborn");
            mirror.stop();
        }

        MapView map = state(partition).map();
        Map<String, Long> targets = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records(partition)) {
            targets.put(Seen.of(record).value(), record.offset());
        }
        assertThat(targets).hasSize(70);
        for (int i = 0; i < 40; i++) {
            long target = targets.get("value-" + (100 + i));
            assertThat(map.toTarget(i, 0)).isEqualTo(new Translation(Kind.RECORD, target));
            assertThat(map.toSource(target, 0)).isEqualTo(new Translation(Kind.RECORD, i));
        }
        for (int i = 0; i < 30; i++) {
            assertThat(map.toSource(targets.get("value-" + i), 0).kind())
                    .as("of the topic that is gone")
                    .isEqualTo(Kind.BEFORE_MAP);
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(TopicPartition partition) {
        return TopicReader.read(pair.target().clientProperties(), partition, Isolation.READ_COMMITTED);
    }

    @Test
    void shouldForgetWhatTheTargetHasDeletedAndNothingElse() throws Exception {
        // given more runs than one chunk holds
        TopicPartition partition = new TopicPartition("short", 0);
        pair.source().createTopic("short", 1);
        try (Workload load = Workload.to(pair.source().clientProperties(), "short", 1)
                .transactions("of-short", 1, 0)
                .open()) {
            load.write(2_000);
        }
        try (RunningMirror mirror = link("short").start()) {
            mirror.awaitCaughtUp("short");
            Await.until(
                    "the map is stored",
                    PATIENCE,
                    () -> state(partition).map().chunks().size() > 1);

            // when
            Numbered.deleteBefore(pair.target(), partition, 1_900);

            // then
            Await.until(
                    "chunks are forgotten",
                    PATIENCE,
                    () -> state(partition).map().chunks().size() == 1);
            mirror.stop();
        }
        MapView map = state(partition).map();
        assertThat(map.runCount()).isLessThan(1_100);
        long end = pair.target()
                .admin()
                .listOffsets(Map.of(partition, OffsetSpec.latest()))
                .all()
                .get()
                .get(partition)
                .offset();
        Place place = new Place(map, 1_900, end);
        Map<String, Long> targets = new HashMap<>();
        records(partition).forEach(record -> targets.put(Seen.of(record).value(), record.offset()));
        assertThat(targets).hasSize(100);
        for (ConsumerRecord<byte[], byte[]> record :
                TopicReader.read(pair.source().clientProperties(), partition, Isolation.READ_COMMITTED)) {
            Translation found = place.translate(record.offset());
            assertThat(found.isKnown()).isTrue();
            assertThat(found.offset())
                    .isEqualTo(targets.getOrDefault(Seen.of(record).value(), 1_900L));
        }
    }
}
