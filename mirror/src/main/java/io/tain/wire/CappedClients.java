package io.tain.wire;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Kafka's public clients, which read no answer that is longer than a limit.
 *
 * <p>By themselves they allocate whatever length a broker, or what else listens at its address, claims: up to 2 GiB, which ends the
 * JVM. No setting has a limit for that. But what encrypts a connection is a plug-in that sees every byte first, so a
 * {@link CappedEngine} can look at the lengths; and a connection in clear text is made one whose plug-in encrypts nothing
 * ({@link ClearEngine}). On the wire all is as without. In Kafka's own words, in a log with its configurations, such a client's
 * {@code security.protocol} is SSL or SASL_SSL.
 */
public final class CappedClients {
    private CappedClients() {}

    /** @throws org.apache.kafka.common.KafkaException if the settings don't allow for one */
    public static Admin admin(Map<String, Object> settings) {
        return Admin.create(capped(settings, BoundedNetwork.limitWithoutBatches(heapBytes())));
    }

    /** A member of a group, which never fetches. */
    public static KafkaConsumer<byte[], byte[]> member(Map<String, Object> settings, Deserializer<byte[]> keys) {
        return new KafkaConsumer<>(
                capped(settings, BoundedNetwork.limitWithoutBatches(heapBytes())), keys, new ByteArrayDeserializer());
    }

    /** A consumer that fetches. */
    public static KafkaConsumer<byte[], byte[]> reader(Map<String, Object> settings) {
        Object given = settings.get(ConsumerConfig.FETCH_MAX_BYTES_CONFIG);
        int fetchMaxBytes = given == null
                ? ConsumerConfig.DEFAULT_FETCH_MAX_BYTES
                : (Integer) ConfigDef.parseType(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, given, ConfigDef.Type.INT);
        return new KafkaConsumer<>(
                capped(settings, BoundedNetwork.limit(fetchMaxBytes, heapBytes())),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    public static KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
        return new KafkaProducer<>(
                capped(settings, BoundedNetwork.limitWithoutBatches(heapBytes())),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static long heapBytes() {
        return Runtime.getRuntime().maxMemory();
    }

    private static Map<String, Object> capped(Map<String, Object> settings, int maxAnswerBytes) {
        Map<String, Object> capped = new HashMap<>(settings);
        Object given = settings.get(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG);
        String protocol = given == null
                ? CommonClientConfigs.DEFAULT_SECURITY_PROTOCOL
                : given.toString().trim();
        switch (protocol.toUpperCase(Locale.ROOT)) {
            case "SSL", "SASL_SSL" -> cap(capped, maxAnswerBytes, Optional.of(encrypting(settings)));
            case "PLAINTEXT" -> {
                capped.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, SecurityProtocol.SSL.name);
                cap(capped, maxAnswerBytes, Optional.empty());
            }
            case "SASL_PLAINTEXT" -> {
                capped.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, SecurityProtocol.SASL_SSL.name);
                cap(capped, maxAnswerBytes, Optional.empty());
            }
            default -> {} // Kafka refuses it, and says why
        }
        return capped;
    }

    private static void cap(Map<String, Object> settings, int maxAnswerBytes, Optional<Class<?>> encrypting) {
        settings.put(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, CappedEngines.class);
        settings.put(CappedEngines.TERMS, new CappedEngines.Terms(maxAnswerBytes, encrypting));
    }

    /** The class that the settings name, or Kafka's own. */
    private static Class<?> encrypting(Map<String, Object> settings) {
        Object given = settings.get(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG);
        return given == null
                ? DefaultSslEngineFactory.class
                : (Class<?>)
                        ConfigDef.parseType(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, given, ConfigDef.Type.CLASS);
    }
}
