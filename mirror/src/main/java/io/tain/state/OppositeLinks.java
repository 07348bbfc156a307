package io.tain.state;

import io.tain.config.Delivery;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the state topic on a link's source tells of links that copy from its target to its source: which they are, and under which
 * producer ids they have written. Once known, an id stays known, even if the topic is lost. A link that was failed over does not run,
 * but what it has written it has. Not thread-safe.
 */
public final class OppositeLinks {
    /** An entry is renewed each minute by a link that runs. */
    private static final Duration ALIVE = Duration.ofMinutes(5);

    private final String source;
    private final String target;
    private final Map<String, LinkEntry> entries = new HashMap<>();
    private final Set<String> failedOver = new HashSet<>();
    private final Map<String, Set<Long>> idsByLink = new HashMap<>();

    /**
     * @param source id of the cluster that the link reads that asks
     * @param target id of the cluster that it writes to
     */
    public OppositeLinks(String source, String target) {
        this.source = source;
        this.target = target;
    }

    /** Takes over what was read of the state topic. */
    public void take(Map<StateKey, Optional<byte[]>> news) {
        news.forEach((key, value) -> {
            if (key.kind() == StateKey.Kind.LINK) {
                value.flatMap(LinkEntry::parse)
                        .ifPresentOrElse(entry -> entries.put(key.link(), entry), () -> entries.remove(key.link()));
            } else if (key.kind() == StateKey.Kind.FAILOVER) {
                if (value.flatMap(FailoverEntry::parse)
                        .filter(FailoverEntry::isStopped)
                        .isPresent()) {
                    failedOver.add(key.link());
                } else {
                    failedOver.remove(key.link());
                }
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
        return entry.source().equals(target) && entry.target().equals(source);
    }

    /** Whether one of them has written under this producer id. */
    public boolean hasWritten(long producerId) {
        return entries.entrySet().stream()
                .filter(entry -> isOpposite(entry.getValue()))
                .anyMatch(entry ->
                        idsByLink.getOrDefault(entry.getKey(), Set.of()).contains(producerId));
    }

    /** One of them that mirrors the topic, runs as far as is known, and whose producers are not on record. */
    public Optional<String> unrecorded(String topic, long nowMs) {
        return running(topic, nowMs).stream()
                .filter(link -> entries.get(link).delivery() != Delivery.EXACTLY_ONCE)
                .findFirst();
    }

    /** One of them that mirrors the topic and was failed over. */
    public Optional<String> failedOver(String topic) {
        return failedOver.stream()
                .filter(link -> entries.containsKey(link)
                        && isOpposite(entries.get(link))
                        && entries.get(link).mirrors(topic))
                .findFirst();
    }

    /** Those that mirror the topic and run as far as is known. */
    public List<String> running(String topic, long nowMs) {
        return entries.entrySet().stream()
                .filter(entry ->
                        isOpposite(entry.getValue()) && entry.getValue().mirrors(topic))
                .filter(entry -> nowMs - entry.getValue().timeMs() < ALIVE.toMillis())
                .map(Map.Entry::getKey)
                .filter(link -> !failedOver.contains(link))
                .toList();
    }
}
