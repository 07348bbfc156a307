package io.tain.config;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** All of Tain's options for a link. Parsing, spelling hints and the reference page are made from this table. */
public final class LinkOptions {
    public static final LinkOption<String> NAME = new LinkOption<>(
            "link.name",
            ValueType.name(),
            "(the file's name without .properties)",
            "Names the link in logs, thread names, client ids and metrics.");
    public static final LinkOption<String> GROUP = new LinkOption<>(
            "group.id",
            ValueType.text("the name of a consumer group"),
            "",
            "The consumer group on the source that holds the link's positions and shares out its partitions.");
    public static final LinkOption<String> INCLUDE = new LinkOption<>(
            "topics.include",
            ValueType.text("Java regexes, comma-separated, such as orders,payments\\..*"),
            "",
            "Topics to mirror: comma-separated Java regexes that match whole names; * means all.");
    public static final LinkOption<String> EXCLUDE = new LinkOption<>(
            "topics.exclude",
            ValueType.text("Java regexes, comma-separated, such as .*\\.tmp,test-.*"),
            "(none)",
            "Topics to leave out of the included ones: comma-separated Java regexes that match whole names.");
    public static final LinkOption<Integer> STREAMS = new LinkOption<>(
            "num.streams",
            ValueType.integer(1, 128),
            "1",
            "Group members in this process, each with its own reader and writers.");
    public static final LinkOption<Integer> PRODUCERS = new LinkOption<>(
            "num.producers",
            ValueType.integer(1, 64),
            "1",
            "Writers of each stream, each with its own connections and producer id; a partition stays with one.");
    public static final LinkOption<Delivery> DELIVERY = new LinkOption<>(
            "delivery",
            choice(List.of(Delivery.values())),
            "exactly-once",
            "What is promised about records after a crash: none lost, and none copied twice or some perhaps.");
    public static final LinkOption<Optional<String>> STATE_TOPIC = new LinkOption<>(
            "tain.state.topic",
            ValueType.stateTopic(),
            "tain-state",
            "The compacted topic on the target in which the link keeps where each partition's copy stands; made if missing,"
                    + " and never mirrored.");
    public static final LinkOption<Duration> COMMIT_INTERVAL = new LinkOption<>(
            "offset.commit.interval.ms",
            ValueType.duration(Duration.ofMillis(100), Duration.ofHours(1)),
            "5000",
            "Time between commits of the acknowledged positions to the group on the source.");
    public static final LinkOption<Duration> METADATA_REFRESH = new LinkOption<>(
            "metadata.refresh.interval",
            ValueType.duration(Duration.ofMillis(100), Duration.ofHours(1)),
            "5s",
            "Time between looks for new topics and partitions.");
    public static final LinkOption<Duration> SHUTDOWN_TIMEOUT = new LinkOption<>(
            "shutdown.timeout",
            ValueType.duration(Duration.ZERO, Duration.ofHours(1)),
            "25s",
            "Longest wait for outstanding acknowledgements at a stop, or when partitions move to another process.");
    public static final LinkOption<Optional<Duration>> RESTART_BACKOFF = new LinkOption<>(
            "restart.backoff",
            ValueType.durationOrOff(Duration.ofMillis(100), Duration.ofHours(1)),
            "10s",
            "Time from the failure of a link to its next start, twice as long after each failure up to 5 minutes; off ends"
                    + " the process instead.");
    public static final LinkOption<Long> MEMORY_BUDGET = new LinkOption<>(
            "memory.budget",
            ValueType.size(4L << 20, 64L << 30),
            "48MiB",
            "Bytes of record batches that the process may hold at once, fetched and not yet acknowledged; of several"
                    + " files the largest value counts.");
    public static final LinkOption<Integer> QUEUE_SIZE = new LinkOption<>(
            "queue.size",
            ValueType.integer(1, Integer.MAX_VALUE),
            "(bounded by memory.budget alone)",
            "Records that may wait between reader and writers.");
    public static final LinkOption<OnRefused> ON_REFUSED = new LinkOption<>(
            "on.refused",
            choice(List.of(OnRefused.HALT, OnRefused.DEAD_LETTER, OnRefused.SKIP)),
            "halt",
            "What happens to a record that the target will not take: its partition halts, the record goes to the target"
                    + " topic's name with .refused behind it, or it is left out.");
    public static final LinkOption<BreakPolicies.Lost> ON_LOST = new LinkOption<>(
            "on.lost",
            choice(List.of(BreakPolicies.Lost.values())),
            "halt",
            "What happens when retention on the source deleted records before they were copied: the partition halts, or"
                    + " jumps to the log's beginning.");
    public static final LinkOption<BreakPolicies.Truncated> ON_TRUNCATED = new LinkOption<>(
            "on.truncated",
            choice(List.of(BreakPolicies.Truncated.values())),
            "halt",
            "What happens when the source's log was cut off below what was copied: the partition halts, goes back to the"
                    + " cut, or goes on without going back.");
    public static final LinkOption<BreakPolicies.Recreated> ON_RECREATED = new LinkOption<>(
            "on.recreated",
            choice(List.of(BreakPolicies.Recreated.values())),
            "halt",
            "What happens when the source topic was deleted and created again: its partitions halt, or the new topic is"
                    + " copied from its beginning behind what the target has of the old.");

    public static final LinkOption<String> GROUPS_INCLUDE = new LinkOption<>(
            "groups.include",
            ValueType.text("Java regexes, comma-separated, such as billing,web-.*"),
            "*",
            "Consumer groups whose offsets are carried to the target: comma-separated Java regexes that match whole names;"
                    + " the mirror's own group never is.");
    public static final LinkOption<String> GROUPS_EXCLUDE = new LinkOption<>(
            "groups.exclude",
            ValueType.text("Java regexes, comma-separated, such as test-.*"),
            "(none)",
            "Consumer groups to leave out of the included ones: comma-separated Java regexes that match whole names.");
    public static final LinkOption<Optional<Duration>> GROUPS_INTERVAL = new LinkOption<>(
            "groups.sync.interval",
            ValueType.durationOrOff(Duration.ofMillis(100), Duration.ofHours(1)),
            "5s",
            "Time between looks at the groups' offsets on the source; off carries none to the target.");
    public static final LinkOption<Boolean> GROUPS_REWINDS = new LinkOption<>(
            "groups.follow.rewinds",
            ValueType.choice(String::valueOf, List.of(true, false)),
            "false",
            "Whether a group's offset on the target goes back when it does on the source, or stays.");
    public static final LinkOption<Optional<InetSocketAddress>> ADMIN_LISTEN = new LinkOption<>(
            "admin.listen",
            ValueType.listener(),
            "127.0.0.1:8181",
            "Where the process's admin server listens: health, metrics and status over HTTP.");
    public static final LinkOption<Set<String>> ADMIN_HOSTS = new LinkOption<>(
            "admin.hosts",
            ValueType.hosts(),
            "(none)",
            "Names under which the admin server may be asked, beside addresses, localhost and the name in admin.listen.");
    public static final LinkOption<String> ADMIN_TOKEN_FILE = new LinkOption<>(
            "admin.token.file",
            ValueType.text("the path of a file with a token of at least 32 characters"),
            "(none: nothing can be changed)",
            "A file with the token that whoever pauses or resumes something over HTTP must send.");

    /** In the order of the reference page. */
    public static final List<LinkOption<?>> ALL = List.of(
            NAME,
            GROUP,
            INCLUDE,
            EXCLUDE,
            STREAMS,
            PRODUCERS,
            DELIVERY,
            STATE_TOPIC,
            COMMIT_INTERVAL,
            METADATA_REFRESH,
            SHUTDOWN_TIMEOUT,
            RESTART_BACKOFF,
            MEMORY_BUDGET,
            QUEUE_SIZE,
            ON_REFUSED,
            ON_LOST,
            ON_TRUNCATED,
            ON_RECREATED,
            GROUPS_INCLUDE,
            GROUPS_EXCLUDE,
            GROUPS_INTERVAL,
            GROUPS_REWINDS,
            ADMIN_LISTEN,
            ADMIN_HOSTS,
            ADMIN_TOKEN_FILE);

    private LinkOptions() {}

    private static <E extends Enum<E>> ValueType<E> choice(List<E> choices) {
        return ValueType.choice(choice -> choice.name().toLowerCase(Locale.ROOT).replace('_', '-'), choices);
    }

    public static List<String> keys() {
        return ALL.stream().map(LinkOption::key).toList();
    }

    static boolean knows(String key) {
        return keys().contains(key);
    }

    /** What an operator who wrote this unknown key should write instead. */
    static String remedy(String key) {
        Optional<String> meant = KafkaSide.meantKey(key);
        if (meant.isPresent()) {
            return "unknown key; " + meant.get();
        }
        return "unknown key"
                + Nearest.of(key, keys())
                        .map(near -> "; did you mean " + near + "?")
                        .orElse("; Kafka's own settings are written with source. or target. before them");
    }
}
