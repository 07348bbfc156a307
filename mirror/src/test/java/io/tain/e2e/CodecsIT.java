package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.Outcome;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.ConversionMetrics;
import io.tain.testkit.RawBatch;
import io.tain.testkit.RawLog;
import io.tain.testkit.Workload;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batches of every codec are forwarded as they are, and the target's brokers take them as they are. */
class CodecsIT {
    private static final int PARTITIONS = 2;
    private static final int RECORDS = 4_000;

    private static ClusterPair pair;

    @BeforeAll
    static void startClusters() {
        pair = ClusterPair.start();
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    @ParameterizedTest
    @CsvSource({"none, 0", "gzip, 1", "snappy, 2", "lz4, 3", "zstd, 4"})
    void shouldForwardBatchesByteForByte(String codec, int codecId) throws Exception {
        // given keyed records with headers and timestamps, in batches of one codec
        String topic = "codec-" + codec;
        pair.source().createTopic(topic, PARTITIONS);
        try (Workload workload = Workload.to(pair.source().clientProperties(), topic, PARTITIONS)
                .producer("compression.type", codec)
                .producer("linger.ms", 100)
                // Small batches would be coalesced behind a full window.
                .producer("batch.size", 200_000)
                .keys(50)
                .headers(2)
                .open()) {
            assertThat(workload.write(RECORDS).total()).isEqualTo(RECORDS);
        }

        // when mirrored
        try (RunningMirror mirror = MirrorFixture.between(pair).topics(topic).start()) {
            mirror.awaitCaughtUp(topic);

            // then every batch arrived as it was
            long batches = 0;
            for (int partition = 0; partition < PARTITIONS; partition++) {
                batches += assertForwarded(new TopicPartition(topic, partition), codecId);
            }
            assertThat(pair.audit(topic).isExactlyOnce()).isTrue();
            assertThat(ConversionMetrics.produceConversions()).isZero();
            assertThat(mirror.status().totals().forwardedBatches()).isEqualTo(batches);
            assertThat(mirror.status().totals().transcodedBatches()).isEmpty();
            assertThat(mirror.status().totals().records()).isEqualTo(RECORDS);
            assertThat(mirror.stop().kind()).isEqualTo(Outcome.Kind.STOPPED);
        }
    }

    @Test
    void shouldStopWithoutDelayWhenCaughtUp() throws Exception {
        // given
        pair.source().createTopic("stopped", 1);
        long shortestNanos = Long.MAX_VALUE;
        for (int run = 0; run < 3; run++) { // a busy machine may hold up one of them
            try (RunningMirror mirror =
                    MirrorFixture.between(pair).topics("stopped").start()) {
                mirror.awaitCaughtUp("stopped");

                // when
                long before = System.nanoTime();
                mirror.stop();
                shortestNanos = Math.min(shortestNanos, System.nanoTime() - before);
            }
        }

        // then it has not waited two seconds for threads that had ended already
        assertThat(Duration.ofNanos(shortestNanos)).isLessThan(Duration.ofMillis(1_800));
    }

    private static int assertForwarded(TopicPartition partition, int codecId) {
        List<RawBatch> sent = RawLog.batches(pair.source(), partition);
        List<RawBatch> arrived = RawLog.batches(pair.target(), partition);
        assertThat(arrived.size()).isEqualTo(sent.size()).isGreaterThan(1);
        for (int i = 0; i < sent.size(); i++) {
            RawBatch was = sent.get(i);
            RawBatch is = arrived.get(i);
            assertThat(is.isCrcValid()).isTrue();
            assertThat(is.codec()).isEqualTo(codecId);
            assertThat(is.payload()).isEqualTo(was.payload());
            assertThat(is.count()).isEqualTo(was.count());
            assertThat(is.lastOffsetDelta()).isEqualTo(was.lastOffsetDelta());
            assertThat(is.baseTimestamp()).isEqualTo(was.baseTimestamp());
            assertThat(is.maxTimestamp()).isEqualTo(was.maxTimestamp());
            assertThat(is.baseOffset()).isEqualTo(was.baseOffset());
            assertThat(is.producerId()).isNotNegative();
        }
        return sent.size();
    }
}
