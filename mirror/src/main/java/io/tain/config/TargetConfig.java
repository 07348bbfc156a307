package io.tain.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The writing side of a link.
 *
 * @param client Kafka producer settings, unmodified, without Tain's {@code target.} prefix, variables resolved
 * @param guarantees what a write promises
 * @param compression an explicit {@code compression.type}; empty keeps each batch's codec
 * @param maxRequestSize an explicit {@code max.request.size} in bytes; empty leaves the limit to the target's brokers
 * @param deliveryTimeout an explicit {@code delivery.timeout.ms}; empty retries for ever
 * @param onRefused what happens to a record that the target will not take
 */
public record TargetConfig(
        Map<String, Object> client,
        Guarantees guarantees,
        Optional<Codec> compression,
        Optional<Integer> maxRequestSize,
        Optional<Duration> deliveryTimeout,
        OnRefused onRefused) {
    public TargetConfig {
        client = Map.copyOf(client);
    }

    /**
     * @param acks 0, 1 or -1 (all), as in a Produce request
     * @param idempotent whether batches carry a producer id, epoch and sequence
     * @param maxInFlight Produce requests (and so batches of one partition) that may be unanswered, 1 to 5 when idempotent
     */
    public record Guarantees(short acks, boolean idempotent, int maxInFlight) {}
}
