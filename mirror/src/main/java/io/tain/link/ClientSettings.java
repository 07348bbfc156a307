package io.tain.link;

import io.tain.config.LinkConfig;
import io.tain.config.ObserverSettings;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;

/** The settings of each Kafka client a link uses, from the operator's and from what the engine needs. Immutable. */
final class ClientSettings {
    private static final String CONSUMER_PROTOCOL = "consumer";

    private final LinkConfig config;

    ClientSettings(LinkConfig config) {
        this.config = config;
    }

    /** Client ids are {@code <client.id or group.id>-<stream>}, as MirrorMaker's were, so that quotas by id go on to apply. */
    String clientId(int stream) {
        Object given = config.source().client().get(ConsumerConfig.CLIENT_ID_CONFIG);
        return (given == null ? config.groupId() : given.toString()) + "-" + stream;
    }

    /** Of the group member of a stream, which never fetches. */
    Map<String, Object> member(int stream) {
        Map<String, Object> settings = new HashMap<>(config.source().client());
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, config.groupId());
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId(stream));
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // Positions are the engine's; this one only keeps the member from failing over partitions without a commit.
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // Which internal topics are mirrored is part of the subscription's pattern.
        settings.put(ConsumerConfig.EXCLUDE_INTERNAL_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(
                ConsumerConfig.METADATA_MAX_AGE_CONFIG,
                config.tuning().intervals().metadataRefresh().toMillis());
        settings.computeIfPresent(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, (key, id) -> id + "-" + stream);
        if (!CONSUMER_PROTOCOL.equalsIgnoreCase(String.valueOf(settings.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG)))) {
            settings.putIfAbsent(
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        }
        return settings;
    }

    Map<String, Object> sourceAdmin() {
        return ObserverSettings.admin(config.source().client(), clientId(0) + "-admin");
    }

    Map<String, Object> targetAdmin() {
        Object given = config.target().client().get(AdminClientConfig.CLIENT_ID_CONFIG);
        return ObserverSettings.admin(config.target().client(), (given == null ? config.groupId() : given) + "-admin");
    }

    /** Of who keeps the link's state. */
    String stateId() {
        return writerId(0, 0) + "-state";
    }

    /** Of a writer. */
    String writerId(int stream, int writer) {
        Object given = config.target().client().get(AdminClientConfig.CLIENT_ID_CONFIG);
        return (given == null ? config.groupId() : given) + "-" + stream + (writer == 0 ? "" : "-" + writer);
    }
}
