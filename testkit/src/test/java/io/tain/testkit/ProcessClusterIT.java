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
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ProcessClusterIT {
    private static final byte[] VALUE = "v".getBytes(StandardCharsets.UTF_8);

    @Test
    void shouldKeepDataOverKillAndSuspension() throws Exception {
        long pid;
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

            cluster.stop(node);
            cluster.start(node);
            assertThat(send(cluster.clientProperties()).offset()).isGreaterThanOrEqualTo(3);
            pid = cluster.pid(node);
        }
        assertThat(ProcessHandle.of(pid)).isEmpty();
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
