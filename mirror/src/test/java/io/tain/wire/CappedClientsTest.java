package io.tain.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.testkit.Certificates;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what claims an endless answer, which Kafka's clients by themselves would allocate. */
class CappedClientsTest {
    private static final Map<String, Object> CLEAR = Map.of();
    private static final Map<String, Object> LOGIN = Map.of(
            "security.protocol",
            "sasl_plaintext",
            "sasl.mechanism",
            "PLAIN",
            "sasl.jaas.config",
            "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"p\";");

    private interface Asking {
        void ask(Map<String, Object> settings) throws Exception;
    }

    private record Case(String name, Map<String, Object> settings, Asking asking) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("admin", CLEAR, CappedClientsTest::askAsAdmin),
                new Case("member", CLEAR, CappedClientsTest::askAsMember),
                new Case("reader", CLEAR, CappedClientsTest::askAsReader),
                new Case("producer", CLEAR, CappedClientsTest::askAsProducer),
                new Case("admin that logs in", LOGIN, CappedClientsTest::askAsAdmin));
    }

    private static void askAsAdmin(Map<String, Object> settings) throws Exception {
        settings.put("default.api.timeout.ms", 1_000);
        settings.put("request.timeout.ms", 500);
        try (Admin admin = CappedClients.admin(settings)) {
            assertThatThrownBy(() -> admin.describeCluster().nodes().get()).hasCauseInstanceOf(TimeoutException.class);
        }
    }

    private static void askAsMember(Map<String, Object> settings) {
        settings.put("group.id", "g");
        try (KafkaConsumer<byte[], byte[]> consumer = CappedClients.member(settings, new ByteArrayDeserializer())) {
            assertThatThrownBy(() -> consumer.partitionsFor("t", Duration.ofSeconds(1)))
                    .isInstanceOf(TimeoutException.class);
        }
    }

    private static void askAsReader(Map<String, Object> settings) {
        try (KafkaConsumer<byte[], byte[]> consumer = CappedClients.reader(settings)) {
            assertThatThrownBy(() -> consumer.partitionsFor("t", Duration.ofSeconds(1)))
                    .isInstanceOf(TimeoutException.class);
        }
    }

    private static void askAsProducer(Map<String, Object> settings) {
        settings.put("max.block.ms", 1_000);
        settings.put("request.timeout.ms", 500);
        settings.put("delivery.timeout.ms", 600);
        try (KafkaProducer<byte[], byte[]> producer = CappedClients.producer(settings)) {
            assertThatThrownBy(() -> producer.partitionsFor("t")).isInstanceOf(TimeoutException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldHangUpOnABrokerThatClaimsAnEndlessAnswer(Case asked) throws Exception {
        assertHangsUp(ServerSocketFactory.getDefault(), asked.settings(), asked.asking());
    }

    @Test
    void shouldHangUpOnABrokerThatEncryptsToo(@TempDir Path directory) throws Exception {
        Certificates certificates = Certificates.create(directory);
        Map<String, Object> settings = Map.of(
                "security.protocol",
                "SSL",
                "ssl.truststore.location",
                certificates.trustStore().toString(),
                "ssl.truststore.password",
                Certificates.PASSWORD);
        assertHangsUp(factory(certificates), settings, CappedClientsTest::askAsAdmin);

        // and by an operator's own way to encrypt
        Map<String, Object> own = new HashMap<>(settings);
        own.put("ssl.engine.factory.class", OwnEngines.class.getName());
        int before = OwnEngines.MADE.get();
        assertHangsUp(factory(certificates), own, CappedClientsTest::askAsAdmin);
        assertThat(OwnEngines.MADE).hasValueGreaterThan(before);
    }

    /** Counts what it makes. */
    public static final class OwnEngines extends DefaultSslEngineFactory {
        private static final AtomicInteger MADE = new AtomicInteger();

        @Override
        public SSLEngine createClientSslEngine(String peerHost, int peerPort, String endpointIdentification) {
            MADE.incrementAndGet();
            return super.createClientSslEngine(peerHost, peerPort, endpointIdentification);
        }
    }

    private static ServerSocketFactory factory(Certificates certificates) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        char[] password = Certificates.PASSWORD.toCharArray();
        try (InputStream in = Files.newInputStream(certificates.keyStore())) {
            store.load(in, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context.getServerSocketFactory();
    }

    private static void assertHangsUp(ServerSocketFactory factory, Map<String, Object> settings, Asking asking)
            throws Exception {
        try (EndlessBroker broker = new EndlessBroker(factory)) {
            Map<String, Object> all = new HashMap<>(settings);
            all.put("bootstrap.servers", broker.address());

            asking.ask(all);

            broker.assertLeft();
        }
    }

    @Test
    void shouldRefuseAFactoryThatIsNone() {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", "127.0.0.1:1", "security.protocol", "SSL", "ssl.engine.factory.class", "no.Such");

        assertThatThrownBy(() -> CappedClients.admin(settings))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("ssl.engine.factory.class")
                .hasMessageContaining("no.Such");
    }
}
