package io.tain.cli;

import io.tain.admin.Json;
import io.tain.state.Checkpoint;
import io.tain.state.StateKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
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
        Optional<LinkState> state = LinkState.of(words.get(1), host, console);
        if (state.isEmpty()) {
            return ExitStatus.CONFIGURATION;
        }
        Optional<Map<StateKey, byte[]>> checkpoints = state.get().read(StateKey.Kind.CHECKPOINT);
        if (checkpoints.isEmpty()) {
            return ExitStatus.TARGET;
        }
        show(state.get(), checkpoints.get());
        return ExitStatus.OK;
    }

    private void show(LinkState state, Map<StateKey, byte[]> checkpoints) {
        List<Object> documents = new ArrayList<>();
        Columns table = new Columns("TOPIC", "PARTITION", "SOURCE", "TARGET", "EPOCH", "PHASE", "TIME", "PRODUCERS");
        checkpoints.forEach((key, bytes) -> {
            Checkpoint.parse(bytes).ifPresent(checkpoint -> {
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
            document.put("link", state.link().name());
            document.put("topic", state.topic());
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
