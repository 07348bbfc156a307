package io.tain.cli;

import io.tain.admin.Json;
import io.tain.offset.MapChunk;
import io.tain.offset.StoredChunk;
import io.tain.state.Checkpoint;
import io.tain.state.LinkEntry;
import io.tain.state.StateKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.common.TopicPartition;
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
            "on since TIME, RELEASED where the partition was let go of in order. No mirror needs to run. With --json, all that is",
            "kept: offset maps, and what the link says of itself to others, too.",
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
        Optional<Map<StateKey, byte[]>> kept = state.get().read();
        if (kept.isEmpty()) {
            return ExitStatus.TARGET;
        }
        if (json) {
            console.out().println(Json.write(document(state.get(), kept.get())));
        } else {
            table(kept.get()).print(console.out());
        }
        console.out().flush();
        return ExitStatus.OK;
    }

    private static Columns table(Map<StateKey, byte[]> kept) {
        Columns table = new Columns("TOPIC", "PARTITION", "SOURCE", "TARGET", "EPOCH", "PHASE", "TIME", "PRODUCERS");
        checkpoints(kept)
                .forEach((partition, checkpoint) -> table.row(
                        partition.topic(),
                        partition.partition(),
                        checkpoint.sourceOffset(),
                        checkpoint.targetOffset(),
                        checkpoint.leaderEpoch(),
                        checkpoint.phase(),
                        Instant.ofEpochMilli(checkpoint.timeMs()),
                        checkpoint.writers().all()));
        return table;
    }

    private static Map<TopicPartition, Checkpoint> checkpoints(Map<StateKey, byte[]> kept) {
        Map<TopicPartition, Checkpoint> checkpoints = new LinkedHashMap<>();
        kept.forEach((key, value) -> {
            if (key.kind() == StateKey.Kind.CHECKPOINT) {
                Checkpoint.parse(value).ifPresent(checkpoint -> checkpoints.put(key.partition(), checkpoint));
            }
        });
        return checkpoints;
    }

    private Map<String, Object> document(LinkState state, Map<StateKey, byte[]> kept) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("link", state.link().name());
        document.put("topic", state.topic());
        document.put(
                "entry",
                Optional.ofNullable(kept.get(StateKey.ofLink(state.link().name())))
                        .flatMap(LinkEntry::parse)
                        .map(StateCommand::json)
                        .orElse(null));
        List<Object> checkpoints = new ArrayList<>();
        checkpoints(kept).forEach((partition, checkpoint) -> checkpoints.add(json(partition, checkpoint)));
        document.put("checkpoints", checkpoints);
        List<Object> maps = new ArrayList<>();
        kept.forEach((key, value) -> {
            if (key.kind() == StateKey.Kind.MAP) {
                maps.add(map(key, value));
            }
        });
        document.put("maps", maps);
        return document;
    }

    private static Map<String, Object> json(LinkEntry entry) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("source", entry.source());
        row.put("target", entry.target());
        row.put("delivery", entry.delivery().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        row.put("topics", entry.topics());
        row.put("time", Instant.ofEpochMilli(entry.timeMs()));
        return row;
    }

    /** A chunk of an offset map. */
    private Map<String, Object> map(StateKey key, byte[] value) {
        Map<String, Object> row = row(key.partition());
        row.put("chunk", key.chunk());
        try {
            StoredChunk stored = StoredChunk.decode(value);
            row.put("sourceTopicId", stored.sourceTopic());
            row.put("targetTopicId", stored.targetTopic());
            row.put("from", stored.chunk().from());
            row.put("upTo", stored.chunk().covered());
            List<Object> runs = new ArrayList<>();
            for (MapChunk.Run run : stored.chunk().runs()) {
                runs.add(OffsetsCommand.json(run));
            }
            row.put("runs", runs);
        } catch (IllegalArgumentException e) {
            console.error(key + " can't be read: " + e.getMessage());
        }
        return row;
    }

    private static Map<String, Object> row(TopicPartition partition) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("topic", partition.topic());
        row.put("partition", partition.partition());
        return row;
    }

    private static Map<String, Object> json(TopicPartition partition, Checkpoint checkpoint) {
        Map<String, Object> row = row(partition);
        row.put("sourceOffset", checkpoint.sourceOffset());
        row.put("targetOffset", checkpoint.targetOffset());
        row.put("leaderEpoch", checkpoint.leaderEpoch());
        row.put("sourceTopicId", checkpoint.sourceTopic());
        row.put("targetTopicId", checkpoint.targetTopic());
        row.put(
                "producers",
                checkpoint.writers().all().stream().map(Object::toString).toList());
        row.put("phase", checkpoint.phase());
        row.put("time", Instant.ofEpochMilli(checkpoint.timeMs()));
        return row;
    }
}
