package io.tain.link;

import io.tain.config.Delivery;
import io.tain.config.GroupSync;
import io.tain.config.LinkConfig;
import io.tain.config.ObserverSettings;
import io.tain.link.ClusterWatch.OtherClusterException;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.StartFailure.Side;
import io.tain.offset.GroupCarrier;
import io.tain.source.EchoGuard;
import io.tain.state.KeptState;
import io.tain.state.LinkEntry;
import io.tain.state.StateLog;
import io.tain.state.StateTopic;
import io.tain.topic.TargetTopics;
import io.tain.topic.TargetTopics.Wanted;
import io.tain.wire.FenceClient;
import io.tain.wire.FetchClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One source mirrored to one target: its threads, from the first to the last. {@link #start} and {@link #join} are for one
 * thread, the rest for any.
 */
final class Link {
    private static final Logger LOG = LoggerFactory.getLogger(Link.class);

    /** A cluster that does not answer for so long at the start is unreachable. */
    private static final Duration START_LIMIT = Duration.ofSeconds(15);

    /** For the last checkpoints, which are on their way for longer than that only to a target that does not answer. */
    private static final Duration LAST_WORD = Duration.ofSeconds(1);

    /** One request about the link's state. */
    private static final Duration STATE_LIMIT = Duration.ofSeconds(15);

    /** Requests for positions may take some seconds each, with pauses between. */
    private static final Duration LONGEST_ROUND = Duration.ofSeconds(60);

    private final LinkConfig config;
    private final Extensions extensions;
    private final ClientSettings settings;
    private final EventLog events;
    private final LinkCounters counters;
    private final List<PauseOrder> orders;
    private final Consumer<Outcome> onFatal;
    private final List<Thread> threads = new ArrayList<>();
    private Optional<Thread> stateThread = Optional.empty();
    private final List<GroupMember> members = new CopyOnWriteArrayList<>();
    private final Map<String, Ticking> ticking = new ConcurrentHashMap<>();
    private Optional<Admin> source = Optional.empty();
    private Optional<Admin> target = Optional.empty();
    private volatile Optional<Ends> ends = Optional.empty();
    private Optional<KeptState> kept = Optional.empty();
    private List<String> matching = List.of();
    private Desks desks;
    private volatile Optional<GroupDesk> groups = Optional.empty();

    /** @param onFatal told once or more, from any thread, when the link can't go on */
    Link(LinkConfig config, Extensions extensions, Consumer<Outcome> onFatal) {
        this(
                config,
                extensions,
                new LinkCounters(new EventLog(config.name(), System::currentTimeMillis)),
                new CopyOnWriteArrayList<>(),
                onFatal);
    }

    private Link(
            LinkConfig config,
            Extensions extensions,
            LinkCounters counters,
            List<PauseOrder> orders,
            Consumer<Outcome> onFatal) {
        this.config = config;
        this.extensions = extensions;
        this.settings = new ClientSettings(config);
        this.events = counters.events;
        this.counters = counters;
        this.orders = orders;
        this.onFatal = onFatal;
    }

    /** The same link, not started yet, which goes on counting and telling where this one has ended; what was paused stays so. */
    Link again() {
        Link next = new Link(config, extensions, counters, orders, onFatal);
        next.ends = ends;
        return next;
    }

    LinkConfig config() {
        return config;
    }

    Extensions extensions() {
        return extensions;
    }

    ClientSettings settings() {
        return settings;
    }

    LinkCounters counters() {
        return counters;
    }

    Desks desks() {
        return desks;
    }

    /** Which clusters a link joins. */
    record Ends(String sourceId, String targetId) {}

    /** Checks that both clusters answer, allow what is needed at the start, and differ. */
    Ends check() throws StartFailure, InterruptedException {
        StartCheck check = new StartCheck(config, START_LIMIT);
        source = Optional.of(check.connect(Side.SOURCE, settings.sourceAdmin()));
        target = Optional.of(check.connect(Side.TARGET, settings.targetAdmin()));
        StartCheck.Asked asked = check.ask(source.get(), target.get());
        OppositeGroups opposite = new OppositeGroups(source.get(), target.get(), START_LIMIT);
        KafkaFuture<Collection<GroupListing>> targetGroups = opposite.ask();
        Ends now = new Ends(
                check.clusterId(Side.SOURCE, asked.sourceId()), check.clusterId(Side.TARGET, asked.targetId()));
        if (ends.isPresent()) {
            check.checkSame(Side.SOURCE, ends.get().sourceId(), now.sourceId());
            check.checkSame(Side.TARGET, ends.get().targetId(), now.targetId());
        }
        ends = Optional.of(now);
        if (extensions.handler().isEmpty()) {
            check.checkDistinct(now.sourceId(), now.targetId());
        }
        Set<String> visible = check.visible(asked.topics());
        matching = check.topics(asked.topics());
        kept = config.state().topic().map(name -> keptState(name, check));
        check.settleGroup(source.get(), asked, () -> check.hasCopied(kept, target.orElseThrow()));
        LoopCheck loops = new LoopCheck(config, now, START_LIMIT);
        if (kept.isPresent()) {
            Optional<StateLog> usable = check.state(kept.get(), target.get(), matching);
            loops.check(
                    usable,
                    entry(System.currentTimeMillis()).encode(),
                    settings.stateId(),
                    matching,
                    new LoopCheck.Begin(visible, kept.get().checkpoints().isEmpty() && check.isAtTheBeginning(asked)));
        }
        if (extensions.handler().isEmpty()) {
            loops.check(opposite, targetGroups, matching);
        }
        return now;
    }

    private KeptState keptState(String name, StartCheck check) {
        StateTopic topic = new StateTopic(name, config.target().client(), settings.stateId(), STATE_LIMIT);
        topic.replicatedBy(() -> check.stateReplicas(source.orElseThrow(), matching));
        return new KeptState(topic, config.name());
    }

    private LinkEntry entry(long nowMs) {
        Ends known = ends.orElseThrow();
        return new LinkEntry(
                known.sourceId(),
                known.targetId(),
                config.state().delivery(),
                config.topics().pattern().pattern(),
                nowMs);
    }

    /** Whether it can mirror topics that the other one mirrors in the opposite direction; each has to be able to. */
    boolean tellsEchoesOf(Link other) {
        return config.state().delivery() == Delivery.EXACTLY_ONCE
                && config.state().topic().equals(other.config.state().topic());
    }

    /** For a client of that side; after {@link #check}. */
    ClusterWatch watch(Side side) {
        String id = side == Side.SOURCE
                ? ends.orElseThrow().sourceId()
                : ends.orElseThrow().targetId();
        return new ClusterWatch(
                "link " + config.name() + ": " + StartCheck.cluster(config, side),
                id,
                onFatal,
                () -> counters.countRefused(side));
    }

    /** A topic of this link's source that both links mirror; after {@link #check}. */
    Optional<String> sharedTopic(Link other) {
        return matching.stream()
                .filter(topic -> other.config.topics().matches(topic))
                .findFirst();
    }

    /**
     * Starts the threads, after {@link #check}.
     *
     * @param budgetBytesPerStream most bytes of batches for each stream
     * @param mapBytes most bytes of its offset maps
     */
    void start(long budgetBytesPerStream, long mapBytes) {
        TopicDesk topics = new TopicDesk(new TargetTopics(source.orElseThrow(), target.orElseThrow())::prepare);
        start("topics", topics);
        Optional<StateDesk> state = config.state().topic().map(name -> startState());
        boolean once = config.state().delivery() == Delivery.EXACTLY_ONCE;
        Optional<OffsetMaps> maps = state.map(desk -> new OffsetMaps(config.name(), desk, mapBytes));
        Optional<LoopDesk> loops = config.state().topic().map(this::startLoops);
        EchoGuard guard = loops.map(EchoGuard::new).orElseGet(EchoGuard::none);
        desks = new Desks(
                topics,
                state,
                state.filter(kept -> once).map(kept -> startTakeovers(kept, guard)),
                maps,
                loops,
                extensions.handler().isEmpty() ? Optional.of(startOpposite(once)) : Optional.empty());
        groups = maps.map(this::startGroups);
        if (matching.isEmpty()) {
            LOG.warn(
                    "{}: no topic of the source matches {} yet, or none that it may see; looking again every {} s",
                    config.name(),
                    config.topics().describe(),
                    config.tuning().intervals().metadataRefresh().toSeconds());
        }
        if (extensions.handler().isEmpty()) {
            // By the time the group has shared out its partitions, their target topics are ready.
            matching.forEach(topic -> topics.ask(new Wanted(topic, topic)));
        }
        for (int i = 0; i < config.tuning().streams(); i++) {
            int stream = i;
            GroupMember member = new Stream(this, i, budgetBytesPerStream).member(new LinkReports(events, onFatal));
            members.add(member);
            orders.forEach(member::take);
            member.path().start(task -> start(task.role() + "-" + stream, task.task()));
            start("member-" + i, member);
        }
        LOG.info(
                "link {}: mirrors {} from {} to {} with group {}, {} streams",
                config.name(),
                config.topics().describe(),
                config.source().client().get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG),
                config.target().client().get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG),
                config.groupId(),
                config.tuning().streams());
    }

    private GroupDesk startGroups(OffsetMaps maps) {
        GroupCarrier carrier = new GroupCarrier(
                new GroupCarrier.Clusters(source.orElseThrow(), target.orElseThrow()),
                config.groups().map(GroupSync::rewinds).orElse(GroupSync.Rewinds.STAY),
                GroupCarrier.wanted(config.groups(), config.groupId()),
                topic -> desks.loops().filter(loops -> loops.isBothWays(topic)).isPresent());
        GroupDesk desk = new GroupDesk(carrier, maps, config.groups(), this::halted, System::currentTimeMillis);
        start("groups", desk);
        return desk;
    }

    private Set<TopicPartition> halted() {
        return members.stream()
                .flatMap(member -> member.status().partitions().stream())
                .filter(partition -> partition.state() == LinkStatus.State.HALTED)
                .map(PartitionStatus::partition)
                .collect(Collectors.toSet());
    }

    private StateDesk startState() {
        StateDesk desk = new StateDesk(
                config.name(),
                kept.orElseThrow(),
                target.orElseThrow(),
                this::entry,
                why -> onFatal.accept(new Outcome(Outcome.Kind.FAILED_OVER, Optional.of(why))),
                new SystemPace());
        start("state", desk);
        stateThread = Optional.of(threads.remove(threads.size() - 1));
        return desk;
    }

    private LoopDesk startLoops(String name) {
        StateTopic topic = new StateTopic(name, config.source().client(), settings.clientId(0) + "-loop", STATE_LIMIT);
        LoopDesk desk = new LoopDesk(config, matching, topic, source.orElseThrow(), ends.orElseThrow());
        start("loops", desk);
        return desk;
    }

    private OppositeDesk startOpposite(boolean once) {
        OppositeGroups opposite = new OppositeGroups(source.orElseThrow(), target.orElseThrow(), START_LIMIT);
        OppositeDesk desk = new OppositeDesk(config.name(), LoopCheck.search(opposite, once));
        start("opposite", desk);
        return desk;
    }

    private TakeoverDesk startTakeovers(StateDesk state, EchoGuard guard) {
        String id = settings.writerId(0, 0) + "-takeover";
        boolean committed = config.source().readCommitted();
        IsolationLevel isolation = committed ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED;
        TakeoverDesk desk = new TakeoverDesk(
                config.name(),
                state,
                new TakeoverDesk.Connections(
                        () -> new TakeoverDesk.Clients(
                                FenceClient.connect(config.target().client(), id, watch(Side.TARGET)),
                                walk(Side.TARGET, id, IsolationLevel.READ_UNCOMMITTED),
                                walk(Side.SOURCE, id, isolation)),
                        LogOffsets.of(source.orElseThrow()),
                        LogOffsets.of(target.orElseThrow()),
                        new IdLife(IdLife.askedOf(target.orElseThrow()))),
                new TakeoverDesk.Reading(committed, guard),
                events,
                new SystemPace());
        start("takeover", desk);
        return desk;
    }

    private LogWalk walk(Side side, String id, IsolationLevel isolation) {
        Map<String, Object> client =
                side == Side.SOURCE ? config.source().client() : config.target().client();
        return new LogWalk(listener -> FetchClient.connect(
                ObserverSettings.reader(client, id),
                id,
                new FetchClient.Terms(isolation, 1, 0, ""),
                listener,
                watch(side)));
    }

    private void start(String role, Runnable task) {
        String name = "tain-" + config.name() + "-" + role;
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (OtherClusterException e) {
                        LOG.debug("{} has ended", name, e); // the link is ending
                    } catch (Throwable e) { // the top of the thread: a mirror without it would be alive and idle
                        onFatal.accept(new Outcome(Outcome.Kind.FAILED, Optional.of(name + " died: " + e)));
                        LOG.error("{} died", name, e); // last, for without memory even this may fail
                    }
                },
                name);
        threads.add(thread);
        if (task instanceof Ticking rounds) {
            ticking.put(name, rounds);
        }
        thread.start();
    }

    /** Asks the threads to drain, commit and end. */
    void stop() {
        members.forEach(GroupMember::stop);
        if (desks != null) {
            desks.topics().stop();
            desks.takeovers().ifPresent(TakeoverDesk::stop);
            desks.loops().ifPresent(LoopDesk::stop);
            desks.opposite().ifPresent(OppositeDesk::stop);
        }
        groups.ifPresent(GroupDesk::stop);
    }

    /** Waits until the threads have ended, at most the drain time and a little more; tells whether they have. */
    boolean join() throws InterruptedException {
        // First, or the topics' thread could go on waiting for a cluster that does not answer.
        source.ifPresent(admin -> admin.close(Duration.ZERO));
        target.ifPresent(admin -> admin.close(Duration.ZERO));
        long limitMs = config.tuning().intervals().drain().toMillis() + 10_000;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
        boolean ended = true;
        for (Thread thread : threads) {
            ended &= join(thread, deadline);
        }
        if (stateThread.isPresent()) {
            // Only now: partitions leave their last word with it.
            desks.state().ifPresent(StateDesk::stop);
            stateThread.get().join(LAST_WORD.toMillis());
            stateThread.get().interrupt(); // a target that does not answer must not hold up the end
            ended &= join(stateThread.get(), deadline);
        } else {
            kept.ifPresent(KeptState::close);
        }
        if (!threads.isEmpty()) {
            LOG.info(
                    "link {}: stopped after {} records",
                    config.name(),
                    counters.totals().records());
        }
        if (ended) {
            ticking.clear(); // they are not stuck
        }
        return ended;
    }

    private static boolean join(Thread thread, long deadlineNanos) throws InterruptedException {
        thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime())));
        if (thread.isAlive()) {
            LOG.warn("{} did not end in time", thread.getName());
        }
        return !thread.isAlive();
    }

    LinkStatus status() {
        List<StreamStatus> streams = members.stream().map(GroupMember::status).toList();
        List<PartitionStatus> partitions = new ArrayList<>();
        for (int i = 0; i < streams.size(); i++) {
            String clientId = settings.clientId(i);
            streams.get(i).partitions().forEach(partition -> partitions.add(partition.of(clientId)));
        }
        return new LinkStatus(
                config.name(),
                ends.map(known -> new LinkStatus.Clusters(known.sourceId(), known.targetId())),
                List.copyOf(partitions),
                counters.totals(),
                events.counts(),
                load(streams),
                counters.retries(),
                new LinkStatus.Upkeep(
                        groups.map(GroupDesk::status).orElse(List.of()),
                        desks == null
                                ? OptionalLong.empty()
                                : desks.state().stream()
                                        .mapToLong(StateDesk::failingMs)
                                        .findFirst()));
    }

    private LinkStatus.Load load(List<StreamStatus> streams) {
        List<StreamLoad> loads = streams.stream().map(StreamStatus::load).toList();
        return new LinkStatus.Load(
                new LinkStatus.Traffic(counters.intake.records(), counters.intake.bytes()),
                loads.stream().mapToLong(StreamLoad::usedBytes).sum(),
                loads.stream().mapToLong(StreamLoad::budgetBytes).sum(),
                loads.stream().mapToLong(StreamLoad::sourceThrottledMs).sum(),
                loads.stream().mapToLong(StreamLoad::targetThrottledMs).sum(),
                // Of several streams the one that is worse off, in the order of the words.
                streams.stream()
                        .map(StreamStatus::bottleneck)
                        .max(Comparator.naturalOrder())
                        .orElse(Bottleneck.SOURCE_EMPTY),
                new LinkStatus.Delays(counters.latency.look(), counters.acknowledgement.look()),
                !streams.isEmpty() && streams.stream().allMatch(StreamStatus::joined));
    }

    /** What the members' consumers measure, as far as these are numbers. */
    List<ClientMetric> clientMetrics() {
        List<ClientMetric> all = new ArrayList<>();
        for (GroupMember member : members) {
            member.clientMetrics().forEach((name, metric) -> {
                if (metric.metricValue() instanceof Number value) {
                    all.add(new ClientMetric(
                            config.name(), name.group(), name.name(), name.tags(), value.doubleValue()));
                }
            });
        }
        return all;
    }

    /** Threads that have not begun a new round for longer than any wait of theirs can take. */
    List<String> stuckThreads() {
        Duration limit = config.tuning().intervals().drain().plus(LONGEST_ROUND);
        long now = System.nanoTime();
        return ticking.entrySet().stream()
                .filter(entry -> now - entry.getValue().tickNanos() > limit.toNanos())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** Any thread. */
    void take(Order order) {
        LOG.info("link {}: told to follow {}", config.name(), order);
        if (order instanceof PauseOrder pause) {
            orders.removeIf(
                    old -> pause.partition().isEmpty() || old.partition().equals(pause.partition()));
            orders.add(pause);
        }
        members.forEach(member -> member.take(order));
    }

    /** The last events, oldest first. */
    List<Event> events() {
        return events.last();
    }
}
