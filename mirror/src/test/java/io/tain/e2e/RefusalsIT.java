package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.DeadLetters;
import io.tain.config.OnRefused;
import io.tain.link.Event;
import io.tain.link.LinkStatus.State;
import io.tain.link.Outcome;
import io.tain.testkit.AuditReport;
import io.tain.testkit.Await;
import io.tain.testkit.Cluster;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Isolation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Records that the target will never take: they stop their partition, or the mirror, or are left out; as told. */
class RefusalsIT {
    private static final Map<String, String> SMALL = Map.of("max.message.bytes", "20000");
    private static final String LARGE_VALUE = "x".repeat(50_000);
    private static final ConfigEntry TAKES_LARGE = new ConfigEntry("max.message.bytes", "200000");

    private static ClusterPair pair;

    @BeforeAll
    static void startClusters() {
        pair = ClusterPair.start();
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    private static TopicPartition bad(String topic) {
        return new TopicPartition(topic, 0);
    }

    private static TopicPartition good(String topic) {
        return new TopicPartition(topic, 1);
    }

    /** Partition 0 has 10 records, one that is too large, and 10 more, in batches of their own; partition 1 has 30. */
    private static void writeTooLarge(String topic) {
        pair.source().createTopic(topic, 2);
        pair.target().createTopic(topic, 2, SMALL);
        try (RecordSender sender = RecordSender.to(pair.source())) {
            sender.batch(RecordSender.numbered(bad(topic), 0, 10));
            sender.one(RecordSender.record(bad(topic), "large", LARGE_VALUE));
            sender.batch(RecordSender.numbered(bad(topic), 11, 10));
            sender.batch(RecordSender.numbered(good(topic), 0, 30));
        }
    }

    @Test
    void shouldHaltOnlyThePartitionOfATooLargeRecord() throws Exception {
        // given
        String topic = "halted";
        writeTooLarge(topic);

        // when
        MirrorFixture link = MirrorFixture.between(pair).topics(topic);
        try (RunningMirror mirror = link.start()) {
            String reason = mirror.awaitHalted(bad(topic));

            // then
            assertThat(reason).contains("halted-0@10").contains("TOO_LARGE");
            mirror.awaitCommitted(Map.of(bad(topic), 10L, good(topic), 30L));
            assertThat(Seen.values(pair.target(), bad(topic))).isEqualTo(Numbered.values(0, 10));
            assertThat(Seen.values(pair.target(), good(topic))).isEqualTo(Numbered.values(0, 30));
            assertThat(mirror.status(good(topic)).orElseThrow().state()).isEqualTo(State.RUNNING);

            // and it goes on with the others
            try (RecordSender sender = RecordSender.to(pair.source())) {
                sender.batch(RecordSender.numbered(good(topic), 30, 5));
            }
            mirror.awaitCommitted(good(topic), 35);
            assertThat(mirror.stop().kind()).isEqualTo(Outcome.Kind.HALTED);
            assertThat(mirror.committed()).containsEntry(bad(topic), 10L);
        }
        goOnWith(link, topic, TAKES_LARGE);
        Audits.assertExactlyOnce(pair, topic);
    }

    /** An operator lets the target topic take what it refused, and starts the mirror again. */
    private static void goOnWith(MirrorFixture link, String topic, ConfigEntry setting) throws Exception {
        alter(topic, setting);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp(topic);
        }
    }

    private static void alter(String topic, ConfigEntry setting) throws Exception {
        pair.target()
                .admin()
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(new AlterConfigOp(setting, AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    @Test
    void shouldLeaveOutATooLargeRecordAndKeepTheOrderOfTheRest() throws Exception {
        // given
        String topic = "skipped";
        writeTooLarge(topic);

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics(topic)
                .set("on.refused", "skip")
                .set("delivery", "at-least-once")
                .start()) {
            mirror.awaitCaughtUp(topic);

            // then
            assertThat(Seen.values(pair.target(), bad(topic))).isEqualTo(Numbered.values(0, 10, 11, 21));
            assertThat(Seen.values(pair.target(), good(topic))).isEqualTo(Numbered.values(0, 30));
            assertThat(mirror.status().totals().refusedRecords()).isEqualTo(1);
            assertThat(mirror.status().totals().records()).isEqualTo(50);
            assertThat(mirror.event(Event.Kind.SKIPPED).offsets()).contains(new Event.Offsets(10, 11));
            assertThat(mirror.stop().kind()).isEqualTo(Outcome.Kind.STOPPED);
        }
        Audits.assertCopied(pair, topic, 1, 0);
    }

    @Test
    void shouldLeaveOutATooLargeRecordFromTheMiddleOfABatch() throws Exception {
        // given
        String topic = "skipped-inside";
        pair.source().createTopic(topic, 1);
        pair.target().createTopic(topic, 1, SMALL);
        try (RecordSender sender = RecordSender.to(pair.source())) {
            List<ProducerRecord<byte[], byte[]>> records = RecordSender.numbered(bad(topic), 0, 10);
            records.set(6, RecordSender.record(bad(topic), "large", LARGE_VALUE));
            sender.batch(records);
        }

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics(topic)
                .set("on.refused", "skip")
                .set("delivery", "at-least-once")
                .start()) {
            mirror.awaitCaughtUp(topic);

            // then
            assertThat(Seen.values(pair.target(), bad(topic))).isEqualTo(Numbered.values(0, 6, 7, 10));
            assertThat(mirror.status().totals().refusedRecords()).isEqualTo(1);
        }
        Audits.assertCopied(pair, topic, 1, 0);
    }

    @Test
    void shouldAbortAndCommitTheAcknowledgedPrefix() throws Exception {
        // given
        String topic = "aborted";
        writeTooLarge(topic);

        // when
        MirrorFixture link = MirrorFixture.between(pair).topics(topic).onRefused(OnRefused.ABORT);
        try (RunningMirror mirror = link.start()) {
            Outcome outcome = mirror.awaitEnd();

            // then
            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.ABORTED);
            assertThat(outcome.cause().orElseThrow()).contains("aborted-0@10");
            assertThat(mirror.committed()).containsEntry(bad(topic), 10L);
            assertThat(Seen.values(pair.target(), bad(topic))).isEqualTo(Numbered.values(0, 10));
            long good = mirror.committed().get(good(topic));
            assertThat(Seen.values(pair.target(), good(topic))).isEqualTo(Numbered.values(0, (int) good));
        }
        goOnWith(link, topic, TAKES_LARGE);
        Audits.assertExactlyOnce(pair, topic);
    }

    @Test
    void shouldAbortAndCommitThePrefixOfTheBatchThatHoldsTheRefusedRecord() throws Exception {
        // given
        String topic = "aborted-inside";
        pair.source().createTopic(topic, 1);
        pair.target().createTopic(topic, 1, SMALL);
        try (RecordSender sender = RecordSender.to(pair.source())) {
            List<ProducerRecord<byte[], byte[]>> records = RecordSender.numbered(bad(topic), 0, 10);
            records.set(6, RecordSender.record(bad(topic), "large", LARGE_VALUE));
            sender.batch(records);
        }

        // when
        MirrorFixture link = MirrorFixture.between(pair).topics(topic).onRefused(OnRefused.ABORT);
        try (RunningMirror mirror = link.start()) {
            Outcome outcome = mirror.awaitEnd();

            // then a start from the commit copies nothing twice
            assertThat(outcome.cause().orElseThrow()).contains("aborted-inside-0@6");
            assertThat(mirror.committed()).containsEntry(bad(topic), 6L);
            assertThat(Seen.values(pair.target(), bad(topic))).isEqualTo(Numbered.values(0, 6));
        }
        goOnWith(link, topic, TAKES_LARGE);
        Audits.assertExactlyOnce(pair, topic);
    }

    @Test
    void shouldLeaveOutRecordsWithoutKeyThatACompactedTargetRefuses() throws Exception {
        // given three records without key, the neighbours of others in one batch
        String topic = "keyless";
        pair.source().createTopic(topic, 1);
        pair.target().createTopic(topic, 1, Map.of("cleanup.policy", "compact"));
        List<ProducerRecord<byte[], byte[]>> records = RecordSender.numbered(bad(topic), 0, 20);
        for (int offset : List.of(0, 7, 8)) {
            records.set(offset, RecordSender.record(bad(topic), null, "keyless"));
        }
        try (RecordSender sender = RecordSender.to(pair.source(), Map.of("compression.type", "zstd"))) {
            sender.batch(records);
            sender.batch(RecordSender.numbered(bad(topic), 20, 5));
        }

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics(topic)
                .set("on.refused", "skip")
                .set("delivery", "at-least-once")
                .start()) {
            mirror.awaitCaughtUp(topic);

            // then
            assertThat(Seen.in(pair.target(), bad(topic), Isolation.READ_UNCOMMITTED))
                    .isEqualTo(Seen.in(pair.source(), bad(topic)).stream()
                            .filter(seen -> seen.key() != null)
                            .toList())
                    .hasSize(22);
            assertThat(mirror.status().totals().refusedRecords()).isEqualTo(3);
        }
        Audits.assertCopied(pair, topic, 3, 0);
    }

    @Test
    void shouldHaltAtARecordWithoutKeyThatACompactedTargetRefuses() throws Exception {
        // given
        String topic = "keyless-halted";
        pair.source().createTopic(topic, 2);
        pair.target().createTopic(topic, 2, Map.of("cleanup.policy", "compact"));
        try (RecordSender sender = RecordSender.to(pair.source())) {
            sender.batch(RecordSender.numbered(bad(topic), 0, 3));
            sender.one(RecordSender.record(bad(topic), null, "keyless"));
            sender.batch(RecordSender.numbered(bad(topic), 4, 3));
            sender.batch(RecordSender.numbered(good(topic), 0, 3));
        }

        // when
        MirrorFixture link = MirrorFixture.between(pair).topics(topic);
        try (RunningMirror mirror = link.start()) {
            String reason = mirror.awaitHalted(bad(topic));

            // then
            assertThat(reason).contains("keyless-halted-0@3").contains("INVALID_RECORD");
            mirror.awaitCommitted(Map.of(bad(topic), 3L, good(topic), 3L));
            assertThat(Seen.values(pair.target(), bad(topic))).isEqualTo(Numbered.values(0, 3));
        }
        goOnWith(link, topic, new ConfigEntry("cleanup.policy", "delete"));
        Audits.assertExactlyOnce(pair, topic);
    }

    @Test
    void shouldLeaveOutRecordsFromTheFutureThatTheTargetRefuses() throws Exception {
        // given
        String topic = "future";
        long now = System.currentTimeMillis();
        long far = now + 86_400_000L;
        pair.source().createTopic(topic, 1, Map.of("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)));
        pair.target().createTopic(topic, 1, Map.of("message.timestamp.after.max.ms", "3600000"));
        try (RecordSender sender = RecordSender.to(pair.source(), Map.of("compression.type", "lz4"))) {
            sender.batch(List.of(
                    RecordSender.record(bad(topic), "a", "now", now),
                    RecordSender.record(bad(topic), "b", "far", far),
                    RecordSender.record(bad(topic), "c", "later", now + 1)));
        }

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics(topic)
                .set("on.refused", "skip")
                .set("delivery", "at-least-once")
                .start()) {
            mirror.awaitCaughtUp(topic);

            // then
            assertThat(Seen.values(pair.target(), bad(topic))).containsExactly("now", "later");
            assertThat(mirror.status().totals().refusedRecords()).isEqualTo(1);
        }
        Audits.assertCopied(pair, topic, 1, 0);
    }

    private static List<ConsumerRecord<byte[], byte[]>> letters(String topic) {
        return records(pair.target(), new TopicPartition(topic, 0));
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(Cluster cluster, TopicPartition partition) {
        Map<String, Object> settings = new HashMap<>(cluster.clientProperties());
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
            Await.until("the records are read", Duration.ofSeconds(60), () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(all::add);
                return consumer.position(partition) >= end;
            });
            return all;
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String key) {
        return new String(record.headers().lastHeader(key).value(), StandardCharsets.UTF_8);
    }

    @Test
    void shouldWriteATooLargeRecordToTheDeadLetters() throws Exception {
        // given
        String topic = "lettered";
        writeTooLarge(topic);

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics(topic)
                .set("on.refused", "dead-letter")
                .set("delivery", "at-least-once")
                .start()) {
            mirror.awaitCaughtUp(topic);

            // then
            assertThat(Seen.values(pair.target(), bad(topic))).isEqualTo(Numbered.values(0, 10, 11, 21));
            assertThat(Seen.values(pair.target(), good(topic))).isEqualTo(Numbered.values(0, 30));
            ConsumerRecord<byte[], byte[]> original =
                    records(pair.source(), bad(topic)).get(10);
            List<ConsumerRecord<byte[], byte[]>> letters = letters("lettered.refused");
            assertThat(letters).hasSize(1);
            ConsumerRecord<byte[], byte[]> letter = letters.get(0);
            assertThat(letter.key()).isEqualTo(original.key());
            assertThat(letter.value()).isEqualTo(original.value());
            assertThat(header(letter, DeadLetters.REASON)).contains("TOO_LARGE");
            assertThat(header(letter, DeadLetters.TOPIC)).isEqualTo(topic);
            assertThat(header(letter, DeadLetters.PARTITION)).isEqualTo("0");
            assertThat(header(letter, DeadLetters.OFFSET)).isEqualTo("10");
            assertThat(header(letter, DeadLetters.TIMESTAMP)).isEqualTo(Long.toString(original.timestamp()));
            assertThat(mirror.status().totals().deadLetters()).isEqualTo(1);
            assertThat(mirror.status().totals().records()).isEqualTo(50);
            assertThat(mirror.event(Event.Kind.DEAD_LETTER).offsets()).contains(new Event.Offsets(10, 11));
            assertThat(mirror.event(Event.Kind.DEAD_LETTER).text()).contains("lettered-0@10", "lettered.refused-0@0");
        }
        Audits.assertCopied(pair, topic, 1, 0);
    }

    @Test
    void shouldKeepTheOrderOfDeadLettersThatACompactedTargetRefused() throws Exception {
        // given three records without key in one batch with others
        String topic = "lettered-keyless";
        pair.source().createTopic(topic, 1, Map.of("cleanup.policy", "delete"));
        pair.target().createTopic(topic, 1, Map.of("cleanup.policy", "compact"));
        List<ProducerRecord<byte[], byte[]>> records = RecordSender.numbered(bad(topic), 0, 20);
        for (int offset : List.of(0, 7, 8)) {
            records.set(offset, RecordSender.record(bad(topic), null, "keyless-" + offset));
        }
        try (RecordSender sender = RecordSender.to(pair.source(), Map.of("compression.type", "zstd"))) {
            sender.batch(records);
        }

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics(topic)
                .set("on.refused", "dead-letter")
                .set("delivery", "at-least-once")
                .start()) {
            mirror.awaitCaughtUp(topic);

            // then
            assertThat(Seen.values(pair.target(), bad(topic))).hasSize(17);
            assertThat(letters(topic + ".refused"))
                    .extracting(record -> new String(record.value(), StandardCharsets.UTF_8))
                    .containsExactly("keyless-0", "keyless-7", "keyless-8");
            assertThat(mirror.status().totals().deadLetters()).isEqualTo(3);
        }
        Audits.assertCopied(pair, topic, 3, 0);
    }

    @Test
    void shouldHaltWhenTheDeadLettersRefuseTheRecordToo() throws Exception {
        // given a dead-letter topic with limits of somebody else's
        String topic = "lettered-twice";
        writeTooLarge(topic);
        pair.target().createTopic(topic + ".refused", 2, SMALL);

        // when
        MirrorFixture link = MirrorFixture.between(pair)
                .topics(topic)
                .set("on.refused", "dead-letter")
                .set("delivery", "at-least-once");
        try (RunningMirror mirror = link.start()) {
            String reason = mirror.awaitHalted(bad(topic));

            // then
            assertThat(reason).contains("the dead-letter topic refuses it too", "lettered-twice-0@10");
            mirror.awaitCommitted(Map.of(bad(topic), 10L, good(topic), 30L));
            assertThat(letters(topic + ".refused")).isEmpty();
        }
        alter(topic + ".refused", TAKES_LARGE);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp(topic);
        }
        assertThat(letters(topic + ".refused")).hasSize(1);
        AuditReport audit = pair.audit(topic); // what was written behind the record is copied once more
        assertThat(audit.isOrdered() && audit.isFaithful()).as(audit.toString()).isTrue();
        assertThat(audit.mostDuplicateWindows()).as(audit.toString()).isLessThanOrEqualTo(1);
        assertThat(audit.sourceRecords() - (audit.targetRecords() - audit.duplicates()))
                .as(audit.toString())
                .isEqualTo(1);
    }
}
