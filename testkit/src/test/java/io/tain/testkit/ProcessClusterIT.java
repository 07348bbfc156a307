package io.tain.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ProcessClusterIT {
    private static final byte[] VALUE = "v".getBytes(StandardCharsets.UTF_8);

    @Test
    void shouldKeepDataOverKillAndSuspension() throws Exception {
        try (ProcessCluster cluster = ProcessCluster.builder().start()) {
            int node = cluster.nodeIds().get(0);
            cluster.createTopic("t", 1);
            send(cluster.clientProperties());

            cluster.kill(node);
            cluster.start(node);
            assertThat(send(cluster.clientProperties()).offset()).isEqualTo(1);

            cluster.suspend(node);
            assertThatThrownBy(() -> send(cluster.clientProperties()))
                    .isInstanceOfAny(TimeoutException.class, ExecutionException.class);
            cluster.resume(node);
            Await.until("the broker serves again", Duration.ofSeconds(30), () -> {
                return send(cluster.clientProperties()).offset() >= 2;
            });

            long pid = cluster.pid(node);
            cluster.stop(node);
            assertThat(ProcessHandle.of(pid)).isEmpty();
        }
    }

    @Test
    void shouldSurviveTheKillOfALeaderAndServeThroughProxies() throws Exception {
        try (ProcessCluster cluster =
                ProcessCluster.builder().brokers(3).proxied().start()) {
            cluster.createTopic("t", 1, Map.of("min.insync.replicas", "2"));
            TopicPartition partition = new TopicPartition("t", 0);
            int leader = cluster.leader(partition);
            try (Workload workload =
                    Workload.to(cluster.clientProperties(), "t", 1).open()) {
                workload.write(100);
                cluster.kill(leader);
                WorkloadReport report = workload.write(100);

                assertThat(report.failed()).isZero();
            }
            cluster.start(leader);
            assertThat(cluster.proxy(leader).bytes(Direction.TO_BROKER)).isGreaterThan(100 * 380);
            assertThat(TopicReader.read(cluster.clientProperties(), partition)).hasSize(200);
        }
    }

    @Test
    void shouldShowTheLogWhenABrokerDoesNotStart() {
        assertThatThrownBy(() -> ProcessCluster.builder()
                        .property("log.retention.check.interval.ms", "never")
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ended while starting")
                .hasMessageContaining("log.retention.check.interval.ms");
    }

    private static RecordMetadata send(Map<String, Object> properties) throws Exception {
        Map<String, Object> settings = new HashMap<>(properties);
        settings.put("max.block.ms", 2_000);
        settings.put("request.timeout.ms", 1_000);
        settings.put("delivery.timeout.ms", 2_000);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            return producer.send(new ProducerRecord<>("t", 0, null, VALUE)).get();
        }
    }
}
