package io.tain.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * The settings of clients that look at a cluster and are no part of its group: made from those of either side of a link, so
 * that they connect as its mirror does.
 */
public final class ObserverSettings {
    /** What an observer decides by itself, or must not have since it is no group's member. */
    private static final Set<String> NOT_FOR_READERS = Set.of(
            "group.id",
            "group.instance.id",
            "group.protocol",
            "group.remote.assignor",
            "partition.assignment.strategy",
            "interceptor.classes",
            "enable.auto.commit",
            "auto.offset.reset",
            "isolation.level",
            "max.poll.records",
            "fetch.min.bytes",
            "fetch.max.bytes",
            "max.partition.fetch.bytes",
            "key.deserializer",
            "value.deserializer");

    private ObserverSettings() {}

    /** For an admin client. */
    public static Map<String, Object> admin(Map<String, Object> client, String clientId) {
        Map<String, Object> settings = new HashMap<>();
        client.forEach((key, value) -> {
            if (AdminClientConfig.configNames().contains(key) || isForPlugins(key)) {
                settings.put(key, value);
            }
        });
        settings.put(AdminClientConfig.CLIENT_ID_CONFIG, clientId);
        return settings;
    }

    /** For a consumer that is in no group; isolation, limits and deserializers are for the caller to add. */
    public static Map<String, Object> reader(Map<String, Object> client, String clientId) {
        Map<String, Object> settings = new HashMap<>();
        client.forEach((key, value) -> {
            boolean known = ConsumerConfig.configNames().contains(key) || isForPlugins(key);
            if (known && !NOT_FOR_READERS.contains(key)) {
                settings.put(key, value);
            }
        });
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        return settings;
    }

    /** Kafka hands what none of its clients knows to login modules, config providers and the like. */
    private static boolean isForPlugins(String key) {
        return !AdminClientConfig.configNames().contains(key)
                && !ConsumerConfig.configNames().contains(key)
                && !ProducerConfig.configNames().contains(key);
    }
}
