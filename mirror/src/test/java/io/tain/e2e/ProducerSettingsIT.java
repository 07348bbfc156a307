package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.AuditReport;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.EmbeddedCluster;
import io.tain.testkit.RawBatch;
import io.tain.testkit.RawLog;
import io.tain.testkit.Workload;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Explicit producer settings mean to the mirror what they mean to a producer. */
class ProducerSettingsIT {
    private static ClusterPair pair;

    @BeforeAll
    static void startClusters() {
        EmbeddedCluster source = EmbeddedCluster.builder().start();
        pair = new ClusterPair(source, EmbeddedCluster.builder().proxied().start());
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    @AfterEach
    void heal() {
        pair.target().nodeIds().forEach(node -> pair.target().proxy(node).heal());
    }

    private static TopicPartition load(String topic, int records, UnaryOperator<Workload.Builder> shape) {
        pair.source().createTopic(topic, 1);
        try (Workload workload = shape.apply(Workload.to(pair.source().clientProperties(), topic, 1)
                        .producer("compression.type", "lz4")
                        .keys(10))
                .open()) {
            assertThat(workload.write(records).total()).isEqualTo(records);
        }
        return new TopicPartition(topic, 0);
    }

    private static List<RawBatch> mirrored(MirrorFixture link, TopicPartition partition) throws Exception {
        try (RunningMirror mirror = link.topics(partition.topic()).start()) {
            mirror.awaitCaughtUp(partition.topic());
        }
        AuditReport report = pair.audit(partition.topic());
        assertThat(report.isExactlyOnce()).as(report.toString()).isTrue();
        return RawLog.batches(pair.target(), partition);
    }

    @Test
    void shouldWriteWithoutWaitingForAcksWhenTheyAreZero() throws Exception {
        // given
        TopicPartition partition = load("acks-0", 2_000, workload -> workload);

        // when nobody says when it has arrived
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics(partition.topic())
                .set("target.acks", "0")
                .start()) {
            mirror.awaitCaughtUp(partition.topic());
        }

        // then
        Await.until(
                "all has arrived",
                Duration.ofSeconds(10),
                () -> pair.audit(partition.topic()).isExactlyOnce());
        assertThat(RawLog.batches(pair.target(), partition)).allMatch(batch -> batch.producerId() == -1);
    }

    @Test
    void shouldWriteWithoutProducerIdWhenAcksAreOne() throws Exception {
        // given
        TopicPartition partition = load("acks-1", 2_000, workload -> workload);

        // when
        List<RawBatch> batches = mirrored(MirrorFixture.between(pair).set("target.acks", "1"), partition);

        // then
        assertThat(batches)
                .isNotEmpty()
                .allMatch(
                        batch -> batch.producerId() == -1 && batch.producerEpoch() == -1 && batch.baseSequence() == -1);
    }

    @Test
    void shouldWriteWithoutProducerIdWhenIdempotenceIsOff() throws Exception {
        // given
        TopicPartition partition = load("not-idempotent", 2_000, workload -> workload);

        // when
        List<RawBatch> batches =
                mirrored(MirrorFixture.between(pair).set("target.enable.idempotence", "false"), partition);

        // then
        assertThat(batches)
                .isNotEmpty()
                .allMatch(
                        batch -> batch.producerId() == -1 && batch.producerEpoch() == -1 && batch.baseSequence() == -1);
    }

    @Test
    void shouldNumberItsOwnSequencesByDefault() throws Exception {
        // given
        TopicPartition partition = load("idempotent", 2_000, workload -> workload);

        // when
        List<RawBatch> batches = mirrored(MirrorFixture.between(pair), partition);

        // then
        int sequence = 0;
        for (RawBatch batch : batches) {
            assertThat(batch.producerId()).isNotNegative();
            assertThat(batch.baseSequence()).isEqualTo(sequence);
            sequence += batch.count();
        }
        assertThat(sequence).isEqualTo(2_000);
    }

    @Test
    void shouldSendOneRequestAtATimeWhenOneMayBeInFlight() throws Exception {
        // given a target 40 ms away for each of 12 batches that are too large to be joined
        TopicPartition partition = load(
                "one-in-flight",
                12,
                workload -> workload.producer("batch.size", 0)
                        .producer("compression.type", "none")
                        .valueBytes(20_000));
        pair.target().createTopic(partition.topic(), 1);
        pair.target().proxy(pair.target().nodeIds().get(0)).latency(Duration.ofMillis(20));

        // when
        Duration one = timed(partition, "one", 1);
        Duration five = timed(partition, "five", 5);

        // then each batch waits for the one before, or not
        assertThat(one).isGreaterThan(Duration.ofMillis(12 * 40));
        assertThat(five).isLessThan(one);
    }

    /** From the first of the batches on the target to the last, by the target's own clock. */
    private static Duration timed(TopicPartition partition, String group, int inFlight) throws Exception {
        long before = System.nanoTime();
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics(partition.topic())
                .group(group)
                .set("target.max.in.flight.requests.per.connection", inFlight)
                .set("offset.commit.interval.ms", 100)
                .start()) {
            mirror.awaitCaughtUp(partition.topic());
            return Duration.ofNanos(System.nanoTime() - before);
        }
    }

    @Test
    void shouldKeepBatchesBelowTheLargestRequestAllowed() throws Exception {
        // given
        TopicPartition partition = load(
                "small-requests",
                1_500,
                workload -> workload.producer("batch.size", 200_000).producer("linger.ms", 100));
        int limit = 10_000;
        assertThat(RawLog.batches(pair.source(), partition))
                .anyMatch(batch -> batch.bytes().remaining() > limit);

        // when
        List<RawBatch> batches = mirrored(MirrorFixture.between(pair).set("target.max.request.size", limit), partition);

        // then
        assertThat(batches).allMatch(batch -> batch.bytes().remaining() <= limit);
    }

    @Test
    void shouldJoinSmallBatchesBehindAFullWindow() throws Exception {
        // given 600 batches of one record, and a target 60 ms away: five at a time would take 7 s
        TopicPartition partition = load("tiny", 600, workload -> workload.producer("batch.size", 0));
        assertThat(RawLog.batches(pair.source(), partition)).hasSize(600);
        pair.target().proxy(pair.target().nodeIds().get(0)).latency(Duration.ofMillis(30));

        // when
        List<RawBatch> batches = mirrored(MirrorFixture.between(pair), partition);

        // then
        assertThat(batches.size()).isLessThan(60);
        assertThat(batches).allMatch(batch -> batch.codec() == 3);
        assertThat(batches.stream().mapToInt(RawBatch::count).sum()).isEqualTo(600);
    }
}
