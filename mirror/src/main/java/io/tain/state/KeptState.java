package io.tain.state;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;

/** What a link keeps in its state topic, as far as it was read. Used by one thread at a time. */
public final class KeptState implements AutoCloseable {
    private final StateLog topic;
    private final String link;
    private final Map<StateKey, byte[]> values = new HashMap<>();

    /** @param topic used and closed by this */
    public KeptState(StateLog topic, String link) {
        this.topic = topic;
        this.link = link;
    }

    public StateLog topic() {
        return topic;
    }

    /**
     * Reads what is new.
     *
     * @param onLost run if the topic has lost what was read before
     */
    public void read(Runnable onLost) {
        Map<StateKey, Optional<byte[]>> news = topic.read(key -> key.link().equals(link), () -> {
            values.clear();
            onLost.run();
        });
        news.forEach((key, value) -> {
            if (value.isPresent()) {
                values.put(key, value.get());
            } else {
                values.remove(key);
            }
        });
    }

    /** What was read and is wanted. */
    public Map<StateKey, byte[]> find(Predicate<StateKey> wanted) {
        Map<StateKey, byte[]> found = new HashMap<>();
        values.forEach((key, value) -> {
            if (wanted.test(key)) {
                found.put(key, value);
            }
        });
        return found;
    }

    /** The link's checkpoints that were read. */
    public Map<TopicPartition, Checkpoint> checkpoints() {
        Map<TopicPartition, Checkpoint> checkpoints = new HashMap<>();
        find(key -> key.kind() == StateKey.Kind.CHECKPOINT)
                .forEach((key, value) ->
                        Checkpoint.parse(value).ifPresent(checkpoint -> checkpoints.put(key.partition(), checkpoint)));
        return checkpoints;
    }

    /** What the link says of itself; empty if it never ran, or was not read. */
    public Optional<LinkEntry> entry() {
        return Optional.ofNullable(values.get(StateKey.ofLink(link))).flatMap(LinkEntry::parse);
    }

    /** How far a fail-over is; empty without one, or if it can't be understood. */
    public Optional<FailoverEntry> failover() {
        return Optional.ofNullable(values.get(StateKey.ofFailover(link))).flatMap(FailoverEntry::parse);
    }

    /** Why the link must not run, if it must not. */
    public Optional<String> refusal() {
        return refusal(link, Optional.ofNullable(values.get(StateKey.ofFailover(link))));
    }

    /** Why a link must not run whose fail-over says this; also where it is of a release to come. */
    public static Optional<String> refusal(String link, Optional<byte[]> failover) {
        return failover.map(bytes -> "link " + link
                + FailoverEntry.parse(bytes).map(KeptState::words).orElse(" has been failed over")
                + "; it does not copy before tain failback or tain failover --cancel lets it run again");
    }

    private static String words(FailoverEntry entry) {
        return switch (entry.phase()) {
            case STOPPING -> " is being failed over since " + Instant.ofEpochMilli(entry.sinceMs());
            case DONE -> " has been failed over at " + Instant.ofEpochMilli(entry.timeMs());
            case RETURNING ->
                " is being given its place by tain failback since " + Instant.ofEpochMilli(entry.timeMs());
        };
    }

    @Override
    public void close() {
        topic.close();
    }
}
