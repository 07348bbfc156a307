package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.Auditor;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.RawBatch;
import io.tain.testkit.RawLog;
import io.tain.testkit.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Batches that can't be forwarded as they are, for what they are or for what the target is. */
class AdmissionIT {
    private static ClusterPair pair;

    @BeforeAll
    static void startClusters() {
        pair = ClusterPair.start();
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    private static TopicPartition topic(String name, Map<String, String> configs) {
        pair.source().createTopic(name, 1, configs);
        return new TopicPartition(name, 0);
    }

    private static void load(TopicPartition partition, String codec, int records) {
        try (Workload workload = Workload.to(pair.source().clientProperties(), partition.topic(), 1)
                .producer("compression.type", codec)
                .producer("linger.ms", 100)
                .producer("batch.size", 200_000)
                .keys(20)
                .headers(1)
                .open()) {
            assertThat(workload.write(records).total()).isEqualTo(records);
        }
    }

    private static String targetConfig(String topic, String name) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config = pair.target()
                .admin()
                .describeConfigs(List.of(resource))
                .values()
                .get(resource)
                .get();
        return config.get(name).value();
    }

    @Test
    void shouldShowTheTimestampsOfALogAppendTimeTopicOnACreateTimeTarget() throws Exception {
        // given records whose own timestamps nobody sees
        TopicPartition partition = topic("log-append-source", Map.of("message.timestamp.type", "LogAppendTime"));
        try (RecordSender sender = RecordSender.to(pair.source(), Map.of("compression.type", "lz4"))) {
            sender.batch(List.of(
                    RecordSender.record(partition, "a", "1", 1_000), RecordSender.record(partition, "b", "2", 2_000)));
            sender.one(RecordSender.record(partition, "c", "3", 3_000));
        }

        // when
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics(partition.topic()).start()) {
            mirror.awaitCaughtUp(partition.topic());

            // then
            assertThat(targetConfig(partition.topic(), "message.timestamp.type"))
                    .isEqualTo("CreateTime");
            List<Seen> arrived = Seen.in(pair.target(), partition);
            assertThat(arrived)
                    .isEqualTo(Seen.in(pair.source(), partition))
                    .hasSize(3)
                    .allMatch(seen -> seen.timestamp() > 1_000_000);
            assertThat(RawLog.batches(pair.target(), partition)).noneMatch(RawBatch::isLogAppendTime);
            assertThat(mirror.status().totals().transcodedBatches()).isEqualTo(Map.of("log-append-time", 2L));
        }
    }

    @Test
    void shouldForwardToATargetThatKeepsLogAppendTime() throws Exception {
        // given a target topic whose operator wants the time of arrival, once for each kind of source
        TopicPartition created = topic("create-to-append", Map.of());
        TopicPartition appended = topic("append-to-append", Map.of("message.timestamp.type", "LogAppendTime"));
        for (TopicPartition partition : List.of(created, appended)) {
            pair.target().createTopic(partition.topic(), 1, Map.of("message.timestamp.type", "LogAppendTime"));
            load(partition, "zstd", 500);
        }

        // when
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics(".*-to-append").start()) {
            mirror.awaitCaughtUp(created.topic(), appended.topic());

            // then
            for (TopicPartition partition : List.of(created, appended)) {
                assertThat(targetConfig(partition.topic(), "message.timestamp.type"))
                        .isEqualTo("LogAppendTime");
                assertThat(RawLog.batches(pair.target(), partition)).allMatch(RawBatch::isLogAppendTime);
                assertThat(RawLog.batches(pair.target(), partition).get(0).payload())
                        .isEqualTo(
                                RawLog.batches(pair.source(), partition).get(0).payload());
                assertThat(Auditor.between(pair.source(), pair.target())
                                .ignoringTimestamps()
                                .audit(partition.topic())
                                .isExactlyOnce())
                        .isTrue();
            }
            assertThat(mirror.status().totals().transcodedBatches()).isEmpty();
        }
    }

    @Test
    void shouldSplitBatchesThatTheTargetTopicDoesNotTake() throws Exception {
        // given
        TopicPartition partition = topic("oversized", Map.of());
        int limit = 12_000;
        pair.target().createTopic(partition.topic(), 1, Map.of("max.message.bytes", Integer.toString(limit)));
        load(partition, "lz4", 1_500);
        assertThat(RawLog.batches(pair.source(), partition))
                .anyMatch(batch -> batch.bytes().remaining() > limit);

        // when
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics(partition.topic()).start()) {
            mirror.awaitCaughtUp(partition.topic());

            // then
            assertThat(RawLog.batches(pair.target(), partition))
                    .allMatch(batch -> batch.bytes().remaining() <= limit && batch.codec() == 3);
            assertThat(pair.audit(partition.topic()).isExactlyOnce()).isTrue();
            assertThat(mirror.status().totals().transcodedBatches()).containsOnlyKeys("too-large");
            assertThat(mirror.status().totals().refusedRecords()).isZero();
        }
    }

    @Test
    void shouldSplitWhatTheTargetRefusesAsTooLargeAfterItsLimitWasLowered() throws Exception {
        // given a mirror that knows the topic's former limit
        TopicPartition partition = topic("lowered", Map.of());
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics(partition.topic()).start()) {
            load(partition, "lz4", 10);
            mirror.awaitCaughtUp(partition.topic());
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, partition.topic());
            pair.target()
                    .admin()
                    .incrementalAlterConfigs(Map.of(
                            resource,
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("max.message.bytes", "12000"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
            Await.until(
                    "the limit is in force",
                    Duration.ofSeconds(10),
                    () -> targetConfig(partition.topic(), "max.message.bytes").equals("12000"));

            // when
            load(partition, "lz4", 1_500);
            mirror.awaitCaughtUp(partition.topic());

            // then
            assertThat(RawLog.batches(pair.target(), partition))
                    .allMatch(batch -> batch.bytes().remaining() <= 12_000);
            assertThat(pair.audit(partition.topic()).isExactlyOnce()).isTrue();
        }
    }

    @Test
    void shouldStartInsideABatch() throws Exception {
        // given a group whose commit lies inside the first of two batches
        TopicPartition partition = topic("inside", Map.of());
        try (RecordSender sender = RecordSender.to(pair.source(), Map.of("compression.type", "snappy"))) {
            sender.batch(RecordSender.numbered(partition, 0, 10));
            sender.batch(RecordSender.numbered(partition, 10, 10));
        }
        pair.source()
                .admin()
                .alterConsumerGroupOffsets("inside", Map.of(partition, new OffsetAndMetadata(4)))
                .all()
                .get();

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics(partition.topic())
                .group("inside")
                .start()) {
            mirror.awaitCommitted(partition, 20);

            // then
            assertThat(Seen.in(pair.target(), partition))
                    .isEqualTo(Seen.in(pair.source(), partition).subList(4, 20));
            assertThat(mirror.status().totals().transcodedBatches()).isEqualTo(Map.of("start-inside-batch", 1L));
            assertThat(mirror.status().totals().forwardedBatches()).isEqualTo(1);
        }
    }

    @Test
    void shouldWriteTheCodecThatTheProducerSettingsAskFor() throws Exception {
        // given one topic with the codec that is wanted, and two with others
        TopicPartition wanted = topic("wanted-zstd", Map.of());
        TopicPartition gzip = topic("wanted-gzip", Map.of());
        TopicPartition none = topic("wanted-none", Map.of());
        load(wanted, "zstd", 300);
        load(gzip, "gzip", 300);
        load(none, "none", 300);
        long others = (long) RawLog.batches(pair.source(), gzip).size()
                + RawLog.batches(pair.source(), none).size();

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("wanted-.*")
                .set("target.compression.type", "zstd")
                .start()) {
            mirror.awaitCaughtUp("wanted-zstd", "wanted-gzip", "wanted-none");

            // then
            for (TopicPartition partition : List.of(wanted, gzip, none)) {
                assertThat(RawLog.batches(pair.target(), partition)).allMatch(batch -> batch.codec() == 4);
            }
            assertThat(pair.audit("wanted-zstd", "wanted-gzip", "wanted-none").isExactlyOnce())
                    .isTrue();
            assertThat(mirror.status().totals().transcodedBatches()).isEqualTo(Map.of("codec", others));
        }
    }
}
