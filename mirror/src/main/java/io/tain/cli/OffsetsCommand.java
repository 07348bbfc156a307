package io.tain.cli;

import io.tain.admin.Json;
import io.tain.config.LinkConfig;
import io.tain.inspect.ClusterFailure;
import io.tain.inspect.ClusterView;
import io.tain.offset.GroupPlan.Place;
import io.tain.offset.MapChunk;
import io.tain.offset.MapView;
import io.tain.offset.StoredChunk;
import io.tain.offset.Translation;
import io.tain.state.Checkpoint;
import io.tain.state.StateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tain offsets}. */
@Command(
        name = "offsets",
        customSynopsis = {
            "tain offsets translate [--reverse] [--json] --group G FILE",
            "       tain offsets translate [--reverse] [--json] --topic T [--partition P] --offset N FILE",
            "       tain offsets map [--json] FILE TOPIC-PARTITION"
        },
        description = {
            "Tells where records of the source are on the target, or the other way round, by the link's offset maps on the",
            "target. No mirror needs to run, and without --group, or with --reverse, no source.",
            "",
            "HOW is record: the very record; next: the next one that is on both sides, since the offset holds none; end: behind",
            "all that was mirrored; ahead: not mirrored yet, a consumer begun there sees some records again; before-map or",
            "gap: unknown, and the exit status is 1.",
            ""
        })
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
final class OffsetsCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

    private final Host host;
    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private HelpOption help;

    @Option(names = "--group", paramLabel = "G", description = "All that this consumer group has committed.")
    private String group;

    @Option(names = "--topic", paramLabel = "T", description = "A mirrored topic.")
    private String topic;

    @Option(names = "--partition", paramLabel = "P", description = "One of its partitions; without, all.")
    private Integer partition;

    @Option(names = "--offset", paramLabel = "N", description = "An offset in it.")
    private Long offset;

    @Option(names = "--reverse", description = "From the target to the source.")
    private boolean reverse;

    @Option(names = "--json", description = "As one JSON document.")
    private boolean json;

    @Parameters(arity = "0..*", paramLabel = "translate|map FILE", description = "What to do, and the link's file.")
    private List<String> words = List.of();

    OffsetsCommand(Host host, Console console) {
        this.host = host;
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        boolean map = words.size() == 3 && words.get(0).equals("map");
        boolean single = topic != null && offset != null && offset >= 0 && group == null;
        boolean whole = group != null && topic == null && partition == null && offset == null;
        if (!map && !(words.size() == 2 && words.get(0).equals("translate") && (single || whole))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "write: tain offsets translate --group G FILE, tain offsets translate --topic T"
                            + " [--partition P] --offset N FILE, or tain offsets map FILE TOPIC-PARTITION");
        }
        Optional<LinkState> state = LinkState.of(words.get(1), host, console);
        if (state.isEmpty()) {
            return ExitStatus.CONFIGURATION;
        }
        Optional<Map<StateKey, byte[]>> kept = state.get().read();
        if (kept.isEmpty()) {
            return ExitStatus.TARGET;
        }
        LinkConfig link = state.get().link();
        try (ClusterView target =
                ClusterView.open("target", link.target().client(), link.groupId() + "-offsets", LIMIT)) {
            Map<TopicPartition, MapView> maps = maps(kept.get(), target);
            return map ? showMap(link, maps) : translate(link, maps, target);
        } catch (ClusterFailure e) {
            console.failure(e.getMessage(), e);
            return ExitStatus.TARGET;
        }
    }

    /** The maps of those topics that the target has, and that the last checkpoint tells of; not of others of these names. */
    private static Map<TopicPartition, MapView> maps(Map<StateKey, byte[]> kept, ClusterView target)
            throws ClusterFailure, InterruptedException {
        Map<TopicPartition, Uuid> sources = new HashMap<>();
        Set<String> topics = new HashSet<>();
        kept.forEach((key, value) -> {
            if (key.kind() == StateKey.Kind.CHECKPOINT) {
                Checkpoint.parse(value).ifPresent(found -> sources.put(key.partition(), found.sourceTopic()));
            } else if (key.kind() == StateKey.Kind.MAP) {
                topics.add(key.partition().topic());
            }
        });
        Map<String, Uuid> targets = target.topicIds(topics);
        Map<TopicPartition, Map<Integer, MapChunk>> chunks = new TreeMap<>(ORDER);
        kept.forEach((key, value) -> {
            TopicPartition place = key.partition();
            if (key.kind() == StateKey.Kind.MAP && targets.containsKey(place.topic())) {
                StoredChunk stored = StoredChunk.decode(value);
                if (stored.isOf(sources.getOrDefault(place, Uuid.ZERO_UUID), targets.get(place.topic()))) {
                    chunks.computeIfAbsent(place, partition -> new HashMap<>()).put(key.chunk(), stored.chunk());
                }
            }
        });
        Map<TopicPartition, MapView> maps = new TreeMap<>(ORDER);
        chunks.forEach((place, ofPlace) -> maps.put(place, MapView.of(ofPlace)));
        return maps;
    }

    private int translate(LinkConfig link, Map<TopicPartition, MapView> maps, ClusterView target)
            throws ClusterFailure, InterruptedException {
        Map<TopicPartition, Long> asked = new TreeMap<>(ORDER);
        if (partition != null) {
            asked.put(new TopicPartition(topic, partition), offset);
        } else if (group == null) {
            ClusterView.partitions(target.topics(topic::equals)).forEach(place -> asked.put(place, offset));
            if (asked.isEmpty()) {
                console.error("the target has no topic " + topic);
                return ExitStatus.FAILURE;
            }
        } else {
            Map<String, Object> side =
                    reverse ? link.target().client() : link.source().client();
            try (ClusterView view =
                    ClusterView.open(reverse ? "target" : "source", side, link.groupId() + "-offsets", LIMIT)) {
                asked.putAll(view.commits(group));
            } catch (ClusterFailure e) {
                console.failure(e.getMessage(), e);
                return reverse ? ExitStatus.TARGET : ExitStatus.SOURCE;
            }
            asked.keySet().removeIf(place -> !link.topics().matches(place.topic()));
            if (asked.isEmpty()) {
                console.error("group " + group + " has committed nothing on the " + (reverse ? "target" : "source")
                        + " in " + link.topics().describe());
                return ExitStatus.FAILURE;
            }
        }
        Map<TopicPartition, Long> starts =
                target.offsets(asked.keySet(), OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
        Map<TopicPartition, Long> ends =
                target.offsets(asked.keySet(), OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
        Map<TopicPartition, Place> places = new HashMap<>();
        asked.keySet()
                .forEach(place -> places.put(
                        place,
                        new Place(
                                maps.getOrDefault(place, MapView.EMPTY),
                                starts.getOrDefault(place, 0L),
                                ends.getOrDefault(place, Long.MAX_VALUE))));
        return show(asked, places);
    }

    private int show(Map<TopicPartition, Long> asked, Map<TopicPartition, Place> places) {
        Columns table =
                new Columns("TOPIC", "PARTITION", reverse ? "TARGET" : "SOURCE", reverse ? "SOURCE" : "TARGET", "HOW");
        List<Object> rows = new ArrayList<>();
        boolean unknown = false;
        for (Map.Entry<TopicPartition, Long> entry : asked.entrySet()) {
            Place place = places.get(entry.getKey());
            Translation found =
                    reverse ? place.map().toSource(entry.getValue(), place.start()) : place.translate(entry.getValue());
            unknown |= !found.isKnown();
            Object translated = found.isKnown() ? (Object) found.offset() : null;
            String how = found.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
            table.row(
                    entry.getKey().topic(),
                    entry.getKey().partition(),
                    entry.getValue(),
                    translated == null ? "-" : translated,
                    how);
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("topic", entry.getKey().topic());
            row.put("partition", entry.getKey().partition());
            row.put("offset", entry.getValue());
            row.put("translated", translated);
            row.put("how", how);
            rows.add(row);
        }
        print(table, Map.of("direction", reverse ? "target-to-source" : "source-to-target", "offsets", rows));
        if (unknown) {
            console.error(
                    "some offsets can't be translated (- in the table): the map begins later, or has a gap there");
        }
        return unknown ? ExitStatus.FAILURE : ExitStatus.OK;
    }

    private int showMap(LinkConfig link, Map<TopicPartition, MapView> maps) {
        String name = words.get(2);
        Map<String, TopicPartition> places = new HashMap<>();
        maps.keySet().forEach(place -> places.put(place.toString(), place));
        if (!places.containsKey(name)) {
            console.error(
                    "link " + link.name() + " has no offset map of " + name + "; write TOPIC-PARTITION, as orders-0");
            return ExitStatus.FAILURE;
        }
        Columns table = new Columns("SOURCE", "TARGET", "RECORDS");
        List<Object> rows = new ArrayList<>();
        for (MapChunk.Run run : maps.get(places.get(name)).runs()) {
            table.row(run.source(), run.target(), run.count());
            rows.add(json(run));
        }
        MapView map = maps.get(places.get(name));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("partition", name);
        document.put("from", map.from());
        document.put("upTo", map.covered());
        document.put("runs", rows);
        print(table, document);
        return ExitStatus.OK;
    }

    static Map<String, Object> json(MapChunk.Run run) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("source", run.source());
        row.put("target", run.target());
        row.put("records", run.count());
        return row;
    }

    private void print(Columns table, Map<String, Object> document) {
        if (json) {
            console.out().println(Json.write(document));
        } else {
            table.print(console.out());
        }
        console.out().flush();
    }
}
