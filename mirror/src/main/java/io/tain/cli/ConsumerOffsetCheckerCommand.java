package io.tain.cli;

import io.tain.config.ConsumerFile;
import io.tain.config.InvalidConfigException;
import io.tain.inspect.ClusterFailure;
import io.tain.inspect.ClusterView;
import io.tain.inspect.GroupMembers;
import io.tain.inspect.GroupMembers.Owner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * {@code tain consumer-offset-checker}: the options and columns of Kafka's ConsumerOffsetChecker, which was removed in 1.0. Asks
 * brokers where that asked ZooKeeper, and fails with status 1 where later versions of that said 0.
 */
final class ConsumerOffsetCheckerCommand {
    private static final CommandOption SERVER =
            CommandOption.value("bootstrap-server", "HOST:PORT,...", "Brokers to ask; or in --consumer.config.");
    private static final CommandOption CONFIG =
            CommandOption.value("consumer.config", "FILE", "Properties of a consumer, for addresses and security.");
    private static final CommandOption GROUP = CommandOption.value("group", "GROUP", "Consumer group. Required.");
    private static final CommandOption TOPIC = CommandOption.value(
            "topic", "TOPIC,...", "Topics, comma-separated; without it, all that the group has committed in.");
    private static final CommandOption BROKER_INFO = CommandOption.flag("broker-info", "Print the brokers, too.");
    private static final CommandOption TIMEOUT =
            CommandOption.value("socket.timeout.ms", "MS", "Longest wait for an answer. Default: 6000.");
    private static final CommandOption BACKOFF =
            CommandOption.value("retry.backoff.ms", "MS", "Time between tries. Default: the client's.");
    private static final CommandOption ZOOKEEPER =
            CommandOption.value("zookeeper", "URL", "No effect: offsets are kept by brokers; use --bootstrap-server.");
    private static final CommandOption ZKCONNECT = CommandOption.value("zkconnect", "URL", "Old name of --zookeeper.");
    private static final CommandOption HELP = CommandOption.flag("help", "Print this and exit.");
    static final List<CommandOption> OPTIONS =
            List.of(SERVER, CONFIG, GROUP, TOPIC, BROKER_INFO, TIMEOUT, BACKOFF, ZOOKEEPER, ZKCONNECT, HELP);

    private static final String ROW = "%-15s %-30s %-3s %-15s %-15s %-15s %s%n";
    private static final long DEFAULT_TIMEOUT_MS = 6_000;

    private final ParsedOptions options;
    private final Host host;
    private final Console console;

    private ConsumerOffsetCheckerCommand(ParsedOptions options, Host host, Console console) {
        this.options = options;
        this.host = host;
        this.console = console;
    }

    static String usage() {
        StringBuilder usage = new StringBuilder();
        usage.append("Usage: tain consumer-offset-checker --group GROUP --bootstrap-server HOST:PORT [OPTION...]\n");
        usage.append("Shows a group's offsets and lag; takes the options of Kafka's ConsumerOffsetChecker.\n\n");
        OPTIONS.forEach(option ->
                usage.append(String.format("  %-35s %s%n", (option + " " + option.argument()).strip(), option.doc())));
        usage.append("\nExit status: 0 shown, 1 wrong usage, or a cluster or group that can't be asked.\n");
        return usage.toString();
    }

    static int run(List<String> arguments, Host host, Console console) throws InterruptedException {
        if (arguments.isEmpty()) {
            console.err().print(usage());
            return ExitStatus.FAILURE;
        }
        ParsedOptions options = ParsedOptions.of(OPTIONS, arguments);
        if (options.has(HELP)) {
            console.out().print(usage());
            return ExitStatus.OK;
        }
        return new ConsumerOffsetCheckerCommand(options, host, console).run();
    }

    private int run() throws InterruptedException {
        List<String> errors = new ArrayList<>(options.errors());
        if (!options.has(GROUP)) {
            errors.add("--group is missing; name the consumer group");
        }
        long timeoutMs = number(TIMEOUT, errors).orElse(DEFAULT_TIMEOUT_MS);
        Optional<Long> backoffMs = number(BACKOFF, errors);
        boolean zooKeeper = options.has(ZOOKEEPER) || options.has(ZKCONNECT);
        if (!options.has(SERVER) && !options.has(CONFIG)) {
            errors.add((zooKeeper
                            ? (options.has(ZOOKEEPER) ? ZOOKEEPER : ZKCONNECT) + ": offsets are no longer in"
                                    + " ZooKeeper but with the brokers"
                            : "--bootstrap-server is missing")
                    + "; write --bootstrap-server HOST:9092, or --consumer.config FILE with bootstrap.servers in it");
        } else if (zooKeeper) {
            console.warning(ZOOKEEPER + " has no effect: the brokers are asked");
        }
        errors.forEach(console::error);
        if (!errors.isEmpty()) {
            return ExitStatus.FAILURE;
        }
        try {
            ConsumerFile file = ConsumerFile.read(text(CONFIG).map(Path::of), text(SERVER), host.environment());
            file.warnings().forEach(console::problem);
            Map<String, Object> client = new HashMap<>(file.client());
            backoffMs.ifPresent(millis -> client.put("retry.backoff.ms", Long.toString(millis)));
            Duration limit = Duration.ofMillis(timeoutMs);
            try (ClusterView cluster = ClusterView.open("cluster", client, "consumer-offset-checker", limit)) {
                return show(cluster, text(GROUP).orElseThrow());
            }
        } catch (InvalidConfigException e) {
            e.errors().forEach(console::problem);
            return ExitStatus.FAILURE;
        } catch (ClusterFailure e) {
            console.failure(e.getMessage(), e);
            return ExitStatus.FAILURE;
        }
    }

    private int show(ClusterView cluster, String group) throws ClusterFailure, InterruptedException {
        Map<TopicPartition, Long> commits = cluster.commits(group);
        GroupMembers members = cluster.members(group);
        if (commits.isEmpty() && members.owners().isEmpty()) {
            console.error("group " + group + " has committed nothing on this cluster and has no members;"
                    + " check its name (kafka-consumer-groups --list)");
            return ExitStatus.FAILURE;
        }
        Set<String> wanted = text(TOPIC)
                .map(text -> Arrays.stream(text.split(",")).map(String::strip).collect(Collectors.toSet()))
                .orElseGet(() ->
                        commits.keySet().stream().map(TopicPartition::topic).collect(Collectors.toSet()));
        Map<String, Integer> topics = cluster.topics(wanted::contains);
        List<TopicPartition> partitions = ClusterView.partitions(topics);
        Map<TopicPartition, Long> ends =
                cluster.offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
        console.out().printf(ROW, "Group", "Topic", "Pid", "Offset", "logSize", "Lag", "Owner");
        for (TopicPartition partition : partitions) {
            Long end = ends.get(partition);
            if (end == null) {
                console.out().printf("No broker for partition %s - %d%n", partition.topic(), partition.partition());
                continue;
            }
            Optional<Long> offset = Optional.ofNullable(commits.get(partition));
            console.out()
                    .printf(
                            ROW,
                            group,
                            partition.topic(),
                            partition.partition(),
                            offset.map(String::valueOf).orElse("unknown"),
                            end,
                            offset.map(committed -> String.valueOf(end - committed))
                                    .orElse("unknown"),
                            Optional.ofNullable(members.owners().get(partition))
                                    .map(Owner::consumerId)
                                    .orElse("none"));
        }
        if (options.has(BROKER_INFO)) {
            console.out().println("BROKER INFO");
            cluster.brokers().forEach((id, address) -> console.out().println(id + " -> " + address));
        }
        Set<String> missing = new TreeSet<>(wanted);
        missing.removeAll(topics.keySet());
        missing.forEach(topic -> console.error("topic " + topic + " is not on this cluster, or may not be seen"));
        return missing.isEmpty() ? ExitStatus.OK : ExitStatus.FAILURE;
    }

    private Optional<String> text(CommandOption option) {
        return options.value(option).map(ParsedOptions.Written::value);
    }

    private Optional<Long> number(CommandOption option, List<String> errors) {
        Optional<String> text = text(option);
        if (text.isPresent() && !text.get().matches("[1-9]\\d{0,8}")) {
            errors.add(option + " " + text.get() + ": write a number of milliseconds, 1 or more");
            return Optional.empty();
        }
        return text.map(Long::parseLong);
    }
}
