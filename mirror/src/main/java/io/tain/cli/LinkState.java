package io.tain.cli;

import io.tain.config.LinkConfig;
import io.tain.config.Links;
import io.tain.state.StateKey;
import io.tain.state.StateTopic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.KafkaException;

/** A link's state topic on the target, for commands that read it. Whether a mirror runs does not matter. */
final class LinkState {
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final Comparator<StateKey> ORDER = Comparator.comparing(
                    (StateKey key) -> key.partition().topic())
            .thenComparing(key -> key.partition().partition())
            .thenComparing(StateKey::kind)
            .thenComparing(StateKey::chunk);

    private final LinkConfig link;
    private final String topic;
    private final Console console;

    private LinkState(LinkConfig link, String topic, Console console) {
        this.link = link;
        this.topic = topic;
        this.console = console;
    }

    /** Of the link in this file; empty if the file is wrong or the link keeps no state, which is then on stderr. */
    static Optional<LinkState> of(String file, Host host, Console console) {
        Optional<LinkConfig> link = LinkArguments.read(List.of(Path.of(file)), host, console)
                .map(Links::configs)
                .map(links -> links.get(0));
        if (link.isPresent() && link.get().state().topic().isEmpty()) {
            console.error("link " + link.get().name() + " keeps no state: tain.state.topic is off");
        }
        return link.flatMap(config -> config.state().topic().map(topic -> new LinkState(config, topic, console)));
    }

    LinkConfig link() {
        return link;
    }

    String topic() {
        return topic;
    }

    /** All that there is of the link, ordered by partition; empty if it can't be read, which is then on stderr. */
    Optional<Map<StateKey, byte[]>> read() {
        Map<StateKey, byte[]> values = new TreeMap<>(ORDER);
        try (StateTopic state = new StateTopic(topic, link.target().client(), link.groupId() + "-state", LIMIT)) {
            state.read(key -> key.link().equals(link.name()), values::clear)
                    .forEach((key, value) -> value.ifPresent(bytes -> values.put(key, bytes)));
            return Optional.of(values);
        } catch (KafkaException e) {
            console.failure(
                    "link " + link.name() + ": the state topic " + topic + " on the target can't be read: "
                            + Console.describe(e) + "; it is there once a mirror has run, and needs Read on it",
                    e);
            return Optional.empty();
        }
    }
}
