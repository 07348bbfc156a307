package io.tain.cli;

import io.tain.admin.Json;
import io.tain.config.InvalidConfigException;
import io.tain.config.LinkConfig;
import io.tain.config.LinkFiles;
import io.tain.state.Checkpoint;
import io.tain.state.StateKey;
import io.tain.state.StateTopic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tain state dump}. */
@Command(
        name = "state",
        customSynopsis = "tain state dump [--json] FILE",
        description = {
            "Shows what a link keeps in its state topic on the target: where each partition's copy stands.",
            "",
            "All records copied from below SOURCE are below TARGET on the target. PHASE is COPYING while the copy may have gone",
            "on since TIME, RELEASED where the partition was let go of in order. No mirror needs to run.",
            ""
        })
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
final class StateCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final String DUMP = "dump";

    private final Host host;
    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private HelpOption help;

    @Option(names = "--json", description = "As one JSON document.")
    private boolean json;

    @Parameters(arity = "0..*", paramLabel = "dump FILE", description = "What to do, and the link's properties file.")
    private List<String> words = List.of();

    StateCommand(Host host, Console console) {
        this.host = host;
        this.console = console;
    }

    @Override
    public Integer call() {
        if (words.size() != 2 || !words.get(0).equals(DUMP)) {
            throw new ParameterException(spec.commandLine(), "write: tain state dump FILE");
        }
        LinkConfig link;
        try {
            link = LinkFiles.read(List.of(Path.of(words.get(1))), host.environment())
                    .configs()
                    .get(0);
        } catch (InvalidConfigException e) {
            e.errors().forEach(console::problem);
            return ExitStatus.CONFIGURATION;
        }
        Optional<String> topic = link.state().topic();
        if (topic.isEmpty()) {
            console.error("link " + link.name() + " keeps no state: tain.state.topic is off");
            return ExitStatus.CONFIGURATION;
        }
        Map<StateKey, byte[]> state = new TreeMap<>(Comparator.comparing(StateKey::kind)
                .thenComparing(key -> key.partition().topic())
                .thenComparing(key -> key.partition().partition())
                .thenComparing(StateKey::chunk));
        try (StateTopic reader =
                new StateTopic(topic.get(), link.target().client(), link.groupId() + "-state-dump", LIMIT)) {
            reader.read(key -> key.link().equals(link.name()), state::clear)
                    .forEach((key, value) -> value.ifPresent(bytes -> state.put(key, bytes)));
        } catch (KafkaException e) {
            console.failure(
                    "link " + link.name() + ": the state topic " + topic.get() + " on the target can't be read: "
                            + Console.describe(e)
                            + "; it is there once a mirror has run, and needs Read on it",
                    e);
            return ExitStatus.TARGET;
        }
        show(link, topic.get(), state);
        return ExitStatus.OK;
    }

    private void show(LinkConfig link, String topic, Map<StateKey, byte[]> state) {
        List<Object> documents = new ArrayList<>();
        Columns table = new Columns("TOPIC", "PARTITION", "SOURCE", "TARGET", "EPOCH", "PHASE", "TIME", "PRODUCERS");
        state.forEach((key, bytes) -> {
            Optional<Checkpoint> found =
                    key.kind() == StateKey.Kind.CHECKPOINT ? Checkpoint.parse(bytes) : Optional.empty();
            found.ifPresent(checkpoint -> {
                documents.add(json(key, checkpoint));
                table.row(
                        key.partition().topic(),
                        key.partition().partition(),
                        checkpoint.sourceOffset(),
                        checkpoint.targetOffset(),
                        checkpoint.leaderEpoch(),
                        checkpoint.phase(),
                        Instant.ofEpochMilli(checkpoint.timeMs()),
                        checkpoint.producers());
            });
        });
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("link", link.name());
            document.put("topic", topic);
            document.put("checkpoints", documents);
            console.out().println(Json.write(document));
        } else {
            table.print(console.out());
        }
        console.out().flush();
    }

    private static Map<String, Object> json(StateKey key, Checkpoint checkpoint) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("topic", key.partition().topic());
        row.put("partition", key.partition().partition());
        row.put("sourceOffset", checkpoint.sourceOffset());
        row.put("targetOffset", checkpoint.targetOffset());
        row.put("leaderEpoch", checkpoint.leaderEpoch());
        row.put("sourceTopicId", checkpoint.sourceTopic());
        row.put("targetTopicId", checkpoint.targetTopic());
        row.put(
                "producers",
                checkpoint.producers().stream().map(Object::toString).toList());
        row.put("phase", checkpoint.phase());
        row.put("time", Instant.ofEpochMilli(checkpoint.timeMs()));
        return row;
    }
}
