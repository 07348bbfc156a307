package io.tain.link;

import io.tain.config.Delivery;
import io.tain.state.Checkpoint;
import io.tain.state.LinkEntry;
import io.tain.state.StateKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the state topic on a link's source tells of links that copy from its target to its source: which they are, and under which
 * producer ids they have written. Once known, an id stays known, even if the topic is lost. Not thread-safe.
 */
final class OppositeLinks {
    /** An entry is renewed each minute by a link that runs. */
    private static final Duration ALIVE = Duration.ofMinutes(5);

    private final Link.Ends ends;
    private final Map<String, LinkEntry> entries = new HashMap<>();
    private final Map<String, Set<Long>> idsByLink = new HashMap<>();

    /** @param ends of the link that asks */
    OppositeLinks(Link.Ends ends) {
        this.ends = ends;
    }

    /** Takes over what was read of the state topic. */
    void take(Map<StateKey, Optional<byte[]>> news) {
        news.forEach((key, value) -> {
            if (key.kind() == StateKey.Kind.LINK) {
                value.flatMap(LinkEntry::parse)
                        .ifPresentOrElse(entry -> entries.put(key.link(), entry), () -> entries.remove(key.link()));
            } else if (key.kind() == StateKey.Kind.CHECKPOINT) {
                value.flatMap(Checkpoint::parse)
                        .ifPresent(found -> found.producers()
                                .forEach(producer -> idsByLink
                                        .computeIfAbsent(key.link(), link -> new HashSet<>())
                                        .add(producer.id())));
            }
        });
    }

    private boolean isOpposite(LinkEntry entry) {
        return entry.source().equals(ends.targetId()) && entry.target().equals(ends.sourceId());
    }

    /** Whether one of them has written under this producer id. */
    boolean hasWritten(long producerId) {
        return entries.entrySet().stream()
                .filter(entry -> isOpposite(entry.getValue()))
                .anyMatch(entry ->
                        idsByLink.getOrDefault(entry.getKey(), Set.of()).contains(producerId));
    }

    /** One of them that mirrors the topic, runs as far as is known, and whose producers are not on record. */
    Optional<String> unrecorded(String topic, long nowMs) {
        return running(topic, nowMs).stream()
                .filter(link -> entries.get(link).delivery() != Delivery.EXACTLY_ONCE)
                .findFirst();
    }

    /** Those that mirror the topic and run as far as is known. */
    List<String> running(String topic, long nowMs) {
        return entries.entrySet().stream()
                .filter(entry ->
                        isOpposite(entry.getValue()) && entry.getValue().mirrors(topic))
                .filter(entry -> nowMs - entry.getValue().timeMs() < ALIVE.toMillis())
                .map(Map.Entry::getKey)
                .toList();
    }
}
