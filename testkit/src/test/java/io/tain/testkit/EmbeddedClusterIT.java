package io.tain.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.server.metrics.KafkaYammerMetrics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EmbeddedClusterIT {
    private static final byte[] VALUE = "v".getBytes(StandardCharsets.UTF_8);

    @ParameterizedTest
    @EnumSource(Security.class)
    void shouldServeEveryListenerProtocol(Security security) throws Exception {
        try (EmbeddedCluster cluster =
                EmbeddedCluster.builder().security(security).start()) {
            cluster.createTopic("t", 2);

            send(cluster.clientProperties(), "t");

            assertThat(count(cluster.clientProperties(), "t")).isEqualTo(1);
            assertThat(count(cluster.directProperties(), "t")).isEqualTo(1);
            assertThat(cluster.faults()).isEmpty();
        }
    }

    @Test
    void shouldKeepDataAndPortsWhenANodeOfThreeIsRestarted() throws Exception {
        Path directory;
        String bootstrap;
        try (EmbeddedCluster cluster = EmbeddedCluster.builder().brokers(3).start()) {
            cluster.createTopic("t", 1, Map.of("min.insync.replicas", "2"));
            TopicPartition partition = new TopicPartition("t", 0);
            int leader = cluster.leader(partition);
            directory = cluster.logDirectory(leader);
            bootstrap = cluster.bootstrapServers();
            send(cluster.clientProperties(), "t");

            cluster.stop(leader);
            send(cluster.clientProperties(), "t");
            cluster.start(leader);

            assertThat(count(cluster.clientProperties(), "t")).isEqualTo(2);
            assertThat(cluster.bootstrapServers()).isEqualTo(bootstrap);
            assertThat(cluster.nodeIds()).hasSize(3).contains(cluster.leader(partition));
        }
        assertThat(Files.exists(directory)).isFalse();
        assertThat(KafkaYammerMetrics.defaultRegistry().allMetrics().keySet())
                .as("what would keep all of a broker in memory")
                .isEmpty();
        for (String address : bootstrap.split(",", -1)) {
            int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
            try (Socket socket = new Socket()) {
                assertThatThrownBy(() -> socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
                        .isInstanceOf(java.net.ConnectException.class);
            }
        }
    }

    @Test
    void shouldServeAgainAfterAnAbruptStopOfTheOnlyNode() throws Exception {
        try (EmbeddedCluster cluster = EmbeddedCluster.builder().start()) {
            cluster.createTopic("t", 1);
            send(cluster.clientProperties(), "t");

            cluster.stopAbruptly(cluster.nodeIds().get(0));
            cluster.start(cluster.nodeIds().get(0));

            send(cluster.clientProperties(), "t");
            assertThat(count(cluster.clientProperties(), "t")).isEqualTo(2);
        }
    }

    @Test
    void shouldDenyARestrictedUserUntilAnAclAllows() throws Exception {
        try (EmbeddedCluster cluster = EmbeddedCluster.builder()
                .security(Security.SASL_PLAINTEXT)
                .authorizer("mirror")
                .start()) {
            cluster.createTopic("t", 1);

            assertThatThrownBy(() -> send(cluster.clientProperties("mirror"), "t"))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
            cluster.admin()
                    .createAcls(List.of(new AclBinding(
                            new ResourcePattern(ResourceType.TOPIC, "t", PatternType.LITERAL),
                            new AccessControlEntry("User:mirror", "*", AclOperation.WRITE, AclPermissionType.ALLOW))))
                    .all()
                    .get();

            Await.until("the user may write", Duration.ofSeconds(10), () -> {
                send(cluster.clientProperties("mirror"), "t");
                return true;
            });
        }
    }

    private static void send(Map<String, Object> properties, String topic) throws Exception {
        Map<String, Object> settings = new HashMap<>(properties);
        settings.put("max.block.ms", 20_000);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, 0, null, VALUE)).get();
        }
    }

    private static int count(Map<String, Object> properties, String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                new HashMap<>(properties), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            int seen = 0;
            while (consumer.position(partition) < end) {
                seen += consumer.poll(Duration.ofMillis(200)).count();
            }
            return seen;
        }
    }
}
