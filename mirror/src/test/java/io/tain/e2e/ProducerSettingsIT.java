package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.AuditReport;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Direction;
import io.tain.testkit.EmbeddedCluster;
import io.tain.testkit.FaultProxy;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** Without what exactly once writes of its own into the target's log. */
    private static MirrorFixture link() {
        return MirrorFixture.between(pair).set("delivery", "at-least-once");
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
        try (RunningMirror mirror =
                link().topics(partition.topic()).set("target.acks", "0").start()) {
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
        List<RawBatch> batches = mirrored(link().set("target.acks", "1"), partition);

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
        List<RawBatch> batches = mirrored(link().set("target.enable.idempotence", "false"), partition);

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
        List<RawBatch> batches = mirrored(link(), partition);

        // then
        int sequence = 0;
        for (RawBatch batch : batches) {
            assertThat(batch.producerId()).isNotNegative();
            assertThat(batch.baseSequence()).isEqualTo(sequence);
            sequence += batch.count();
        }
        assertThat(sequence).isEqualTo(2_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void shouldHaveNoMoreBatchesInFlightThanAllowed(int inFlight) throws Exception {
        // given a mirror that has written one batch to a target whose answers are held back from now on
        TopicPartition partition = load("in-flight-" + inFlight, 1, workload -> workload);
        FaultProxy proxy = pair.target().proxy(pair.target().nodeIds().get(0));
        try (RunningMirror mirror = link().topics(partition.topic())
                .set("target.max.in.flight.requests.per.connection", inFlight)
                .start()) {
            mirror.awaitCaughtUp(partition.topic());
            proxy.hold(Direction.TO_CLIENT);

            // when twelve batches follow that are too large to be joined
            try (Workload workload = Workload.to(pair.source().clientProperties(), partition.topic(), 1)
                    .producer("batch.size", 0)
                    .valueBytes(20_000)
                    .open()) {
                workload.write(12);
            }

            // then only so many of them arrive, though all have been read
            Await.until(
                    "all are read",
                    Duration.ofSeconds(20),
                    () -> mirror.status(partition).orElseThrow().position() == 13);
            Await.until(
                    "as many as allowed arrive",
                    Duration.ofSeconds(20),
                    () -> RawLog.batches(pair.target(), partition).size() >= 1 + inFlight);
            assertThat(RawLog.batches(pair.target(), partition)).hasSize(1 + inFlight);
            assertThat(mirror.committed()).containsEntry(partition, 1L);

            // and the others when the answers do
            proxy.heal();
            mirror.awaitCaughtUp(partition.topic());
            assertThat(pair.audit(partition.topic()).isExactlyOnce()).isTrue();
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
        List<RawBatch> batches = mirrored(link().set("target.max.request.size", limit), partition);

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
        List<RawBatch> batches = mirrored(link(), partition);

        // then
        assertThat(batches.size()).isLessThan(60);
        assertThat(batches).allMatch(batch -> batch.codec() == 3);
        assertThat(batches.stream().mapToInt(RawBatch::count).sum()).isEqualTo(600);
    }
}
