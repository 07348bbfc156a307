package io.tain.topic;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What to do to the target so that a source topic can be mirrored partition by partition. */
public sealed interface TopicPlan {
    /** Settings that belong to one cluster, or that brokers no longer know. */
    Set<String> NOT_COPIED = Set.of(
            // The target keeps CreateTime, so that every record shows the timestamp it shows on the source.
            "message.timestamp.type",
            "leader.replication.throttled.replicas",
            "follower.replication.throttled.replicas",
            "message.format.version",
            "message.downconversion.enable",
            // Tiered storage is a matter of the cluster: a target without it refuses the topic.
            "remote.storage.enable",
            "remote.log.copy.disable",
            "remote.log.delete.on.disable",
            "local.retention.ms",
            "local.retention.bytes");

    /** Takes whatever others refuse, up to what a broker takes in one request, and keeps it until somebody has looked. */
    Map<String, String> DEAD_LETTER_SETTINGS = Map.of(
            "cleanup.policy", "delete",
            "retention.ms", "-1",
            "retention.bytes", "-1",
            "max.message.bytes", Integer.toString(100 << 20));

    String MIN_INSYNC_REPLICAS = "min.insync.replicas";

    /** The topic is there and large enough. */
    record Use() implements TopicPlan {}

    /**
     * The topic is missing.
     *
     * @param partitions as on the source
     * @param replicationFactor the source's, but at most the target's brokers
     * @param configs to set on it
     */
    record Create(int partitions, short replicationFactor, Map<String, String> configs) implements TopicPlan {}

    /**
     * The topic has fewer partitions than the source's.
     *
     * @param from how many it has
     * @param to how many it needs
     */
    record Grow(int from, int to) implements TopicPlan {}

    /** Compares the topic on both sides. */
    static TopicPlan of(TopicShape source, Optional<TopicShape> target, int targetBrokers) {
        if (target.isEmpty()) {
            int replicas = Math.max(1, Math.min(source.replicationFactor(), targetBrokers));
            return new Create(source.partitions(), (short) replicas, copied(source.configs(), replicas));
        }
        int partitions = target.get().partitions();
        return partitions < source.partitions() ? new Grow(partitions, source.partitions()) : new Use();
    }

    private static Map<String, String> copied(Map<String, String> configs, int replicas) {
        Map<String, String> copy = new TreeMap<>(configs);
        copy.keySet().removeAll(NOT_COPIED);
        // More in-sync replicas than replicas would make the topic unwritable.
        copy.computeIfPresent(
                MIN_INSYNC_REPLICAS, (key, value) -> Integer.toString(Math.min(Integer.parseInt(value), replicas)));
        return copy;
    }
}
