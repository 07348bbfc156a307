package io.tain.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadIT {
    private static EmbeddedCluster cluster;

    @BeforeAll
    static void start() {
        cluster = EmbeddedCluster.builder().proxied().start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void shouldWriteEachPartitionInSequence() {
        cluster.createTopic("sequence", 3);
        try (Workload workload = Workload.to(cluster.clientProperties(), "sequence", 3)
                .keys(5)
                .headers(2)
                .open()) {
            workload.write(100);
            WorkloadReport report = workload.write(200);

            assertThat(report.acknowledged()).isEqualTo(Map.of(0, 101L, 1, 100L, 2, 99L));
            assertThat(report.failed()).isZero();
        }
        List<ConsumerRecord<byte[], byte[]>> records = read(new TopicPartition("sequence", 1));
        assertThat(records).hasSize(100);
        for (int i = 0; i < records.size(); i++) {
            assertThat(SequencedValue.parse(records.get(i).value())).contains(new SequencedValue(1, i));
            assertThat(records.get(i).headers()).hasSize(2);
        }
        assertThat(records.stream().map(record -> new String(record.key(), java.nio.charset.StandardCharsets.UTF_8)))
                .contains("key-0", "key-4")
                .doesNotContain("key-5");
        assertThat(cluster.proxy(cluster.nodeIds().get(0)).bytes(Direction.TO_BROKER))
                .isGreaterThan(300 * 380);
    }

    @Test
    void shouldReportWhatItAborted() {
        cluster.createTopic("transactions", 1);
        try (Workload workload = Workload.to(cluster.clientProperties(), "transactions", 1)
                .transactions("workload", 10, 3)
                .open()) {
            WorkloadReport report = workload.write(65);

            assertThat(report.acknowledged()).isEqualTo(Map.of(0, 45L));
            assertThat(report.aborted())
                    .isEqualTo(Map.of(
                            0,
                            List.of(
                                    new WorkloadReport.SequenceRange(20, 29),
                                    new WorkloadReport.SequenceRange(50, 59))));
            assertThat(report.abortedTotal()).isEqualTo(20);
        }
        TopicPartition partition = new TopicPartition("transactions", 0);
        assertThat(read(partition)).hasSize(45);
        assertThat(TopicReader.read(cluster.directProperties(), partition, Isolation.READ_UNCOMMITTED))
                .hasSize(65);
        assertThat(RawLog.batches(cluster, partition).stream().filter(RawBatch::isControl))
                .hasSize(7);
    }

    @Test
    void shouldWriteAtARateUntilStopped() {
        cluster.createTopic("rate", 1);
        try (Workload workload = Workload.to(cluster.clientProperties(), "rate", 1)
                .rate(200)
                .open()
                .start()) {
            long start = System.nanoTime();
            Await.until(
                    "some are written",
                    Duration.ofSeconds(20),
                    () -> workload.report().total() >= 200);

            assertThat(System.nanoTime() - start)
                    .isGreaterThan(Duration.ofMillis(900).toNanos());
            WorkloadReport report = workload.stop();
            assertThat(read(new TopicPartition("rate", 0))).hasSize((int) report.total());
        }
    }

    @ParameterizedTest
    @CsvSource({"none,0", "gzip,1", "snappy,2", "lz4,3", "zstd,4"})
    void shouldShowRawBatchesOfEachCodec(String codec, int id) {
        String topic = "raw-" + codec;
        cluster.createTopic(topic, 1);
        try (Workload workload = Workload.to(cluster.clientProperties(), topic, 1)
                .producer("compression.type", codec)
                .producer("linger.ms", 50)
                .open()) {
            workload.write(100);
        }

        List<RawBatch> batches = RawLog.batches(cluster, new TopicPartition(topic, 0));

        assertThat(batches).isNotEmpty().allSatisfy(batch -> {
            assertThat(batch.magic()).isEqualTo((byte) 2);
            assertThat(batch.codec()).isEqualTo(id);
            assertThat(batch.isCrcValid()).isTrue();
            assertThat(batch.lastOffsetDelta() + 1).isEqualTo(batch.count());
            assertThat(batch.payload().remaining()).isPositive();
        });
        assertThat(batches.stream().mapToInt(RawBatch::count).sum()).isEqualTo(100);
        assertThat(ConversionMetrics.produceConversions(topic)).isZero();
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(TopicPartition partition) {
        return TopicReader.read(cluster.directProperties(), partition);
    }
}
