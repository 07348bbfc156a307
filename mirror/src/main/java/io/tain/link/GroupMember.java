package io.tain.link;

import io.tain.batch.Assignment;
import io.tain.config.LinkConfig;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.TakeoverDesk.Origin;
import io.tain.offset.TopicIds;
import io.tain.source.LogBreak;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control thread of a stream: a member of the source's consumer group that joins, heartbeats and commits, and never
 * fetches, since every partition it is given is paused at once. What it is given it has the {@link DataPath} copy.
 *
 * <p>Owns the consumer and the flows. Others speak to it through its mailbox, which it looks into after every poll.
 */
final class GroupMember implements Runnable, ConsumerRebalanceListener, StreamEvents, Ticking {
    private static final Logger LOG = LoggerFactory.getLogger(GroupMember.class);
    /** While partitions wait to be started, or for the group, steps follow each other soon; with many, three times as slowly. */
    private static final Duration BUSY_POLL = Duration.ofMillis(20);

    /** With all partitions running there is little to do, and a poll, like the status, looks at every one of them. */
    private static final Duration QUIET_POLL = Duration.ofMillis(250);

    /**
     * With this many partitions the looks are taken more rarely, so that idling costs next to nothing, and the member waits
     * beside its consumer: one that fetches nothing looks at every partition each {@code retry.backoff.ms} of a poll.
     */
    private static final int MANY = 1_000;

    private static final Duration PAUSE_OF_MANY = Duration.ofMillis(500);

    /** Polls of many before their partitions are looked at again. */
    private static final int POLLS_OF_MANY = 4;

    private static final Duration PUBLISH = Duration.ofMillis(250);
    private static final Duration ASK = Duration.ofSeconds(5);
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofSeconds(1);

    /** While the source can't be reached, it is told this often. */
    private static final Duration TROUBLE_AGAIN = Duration.ofMinutes(1);

    private static final Duration LEAVE = Duration.ofSeconds(5);
    private static final int MAX_CORRUPT_READS = 3;

    private final LinkConfig config;
    private final Consumer<byte[], byte[]> consumer;
    private final DataPath path;
    private final Optional<ConsumerRebalanceListener> userListener;
    private final LinkReports reports;
    private final EventLog events;
    private final Pace pace;
    private final Mailbox mailbox = new Mailbox(() -> {});
    private final Map<TopicPartition, PartitionFlow> flows =
            new TreeMap<>(Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
    private final Commits commits;
    private final Repositioning repositioning;
    private final WaitLog waits;
    private final ProgressWatch progress;
    private final CompletableFuture<Void> told = new CompletableFuture<>();
    private final Orders orders;
    private final BottleneckWatch bottleneck;
    private volatile StreamStatus status = StreamStatus.NONE;
    private volatile long tickNanos;
    private volatile boolean stopping;

    /** Only a poll may be woken, not the requests for positions between polls. Guarded by this. */
    private boolean polling;

    private long nextPositionsNanos;
    private long nextTroubleNanos;
    private long nextPublishNanos;

    GroupMember(
            LinkConfig config,
            Consumer<byte[], byte[]> consumer,
            DataPath.Factory path,
            Optional<ConsumerRebalanceListener> userListener,
            LinkReports reports,
            Pace pace) {
        this.config = config;
        this.consumer = consumer;
        this.userListener = userListener;
        this.reports = reports;
        this.events = reports.events();
        this.pace = pace;
        this.path = path.create(this);
        this.commits = new Commits(config.name(), config.tuning().intervals().commit(), consumer, flows, events, pace);
        this.repositioning = new Repositioning(config, consumer, this.path, events, pace);
        this.progress = new ProgressWatch(events, pace::nanoTime);
        this.orders = new Orders(config.name(), flows, this.path, events);
        this.bottleneck = new BottleneckWatch(pace::nanoTime);
        this.tickNanos = pace.nanoTime();
        this.waits = new WaitLog(config.name(), pace::nanoTime, LOG::warn, LOG::info);
    }

    DataPath path() {
        return path;
    }

    /** Any thread: drain, commit and leave the group, then end. */
    synchronized void stop() {
        stopping = true;
        told.complete(null);
        if (polling) {
            consumer.wakeup();
        }
    }

    /** Any thread: the partitions this member owns, and how it goes with them. */
    StreamStatus status() {
        return status;
    }

    /** Any thread: what the consumer measures; Kafka's own map, which others may read. */
    Map<MetricName, ? extends Metric> clientMetrics() {
        return consumer.metrics();
    }

    @Override
    public long tickNanos() {
        return tickNanos;
    }

    /** Any thread: does it at the next look into the mailbox. */
    void take(Order order) {
        mailbox.post(() -> {
            orders.take(order);
            nextPublishNanos = pace.nanoTime();
        });
    }

    @Override
    public void run() {
        try {
            begin();
            while (!stopping) {
                step();
            }
            release();
        } finally {
            end();
        }
    }

    void begin() {
        consumer.subscribe(config.topics().pattern(), this);
        nextPublishNanos = pace.nanoTime();
        nextPositionsNanos = pace.nanoTime();
        nextTroubleNanos = pace.nanoTime();
    }

    /** One cycle of the thread. */
    void step() {
        tickNanos = pace.nanoTime();
        poll();
        if (stopping) {
            return; // a wake-up that came when the poll was over is still to be heard of, by the next request
        }
        mailbox.drain();
        repositioning.decide(flows.values());
        findPositions();
        startReady();
        maybeCommit();
        maybePublish();
    }

    /** Gives everything up, drained and committed. */
    void release() {
        release(Set.copyOf(flows.keySet()));
    }

    void end() {
        publish();
        path.stop();
        try {
            consumer.close(CloseOptions.timeout(LEAVE));
        } catch (KafkaException e) {
            LOG.warn("{}: the group was not left in an orderly way: {}", config.name(), e.toString());
        }
    }

    private void poll() {
        boolean settled = isSettled();
        int count = flows.size();
        if (!settled || count < MANY) {
            poll(settled ? QUIET_POLL : BUSY_POLL.multipliedBy(count < MANY ? 1 : 3));
            return;
        }
        for (int i = 0; i < POLLS_OF_MANY && flows.size() == count && !stopping; i++) {
            pace.await(told, PAUSE_OF_MANY);
            poll(Duration.ZERO);
        }
    }

    private void poll(Duration longest) {
        if (!beginPoll()) {
            return;
        }
        try {
            consumer.poll(longest);
        } catch (WakeupException e) {
            LOG.debug("told to stop", e);
        } catch (TopicAuthorizationException | AuthenticationException | RetriableException e) {
            onTrouble(e);
        } catch (FencedInstanceIdException e) {
            fatal(Outcome.Kind.REPLACED, "another process has joined the group under this one's group.instance.id");
        } catch (AuthorizationException e) {
            fatal(Outcome.Kind.FAILED, "not authorised on the source: " + e.getMessage());
        } catch (KafkaException e) {
            fatal(Outcome.Kind.FAILED, "the group member failed: " + e);
        } finally {
            endPoll();
        }
    }

    private synchronized boolean beginPoll() {
        polling = !stopping;
        return polling;
    }

    private synchronized void endPoll() {
        polling = false;
    }

    private boolean isSettled() {
        return !flows.isEmpty() && flows.values().stream().allMatch(PartitionFlow::isAtRest);
    }

    private void fatal(Outcome.Kind kind, String cause) {
        reports.onFatal().accept(new Outcome(kind, Optional.of(cause)));
        stopping = true;
    }

    /** Credentials may be renewed and brokers come back; the data path goes on with what it has meanwhile. */
    private void onTrouble(KafkaException e) {
        long now = pace.nanoTime();
        if (now - nextTroubleNanos >= 0) {
            nextTroubleNanos = now + TROUBLE_AGAIN.toNanos();
            LOG.warn("{}: the group member can't reach the source: {}; trying again", config.name(), e.toString());
        }
        long until = now + PAUSE_AFTER_ERROR.toNanos();
        while (!stopping && pace.nanoTime() < until) {
            pace.await(Duration.ofMillis(100));
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        consumer.pause(partitions);
        for (TopicPartition partition : partitions) {
            orders.apply(flows.computeIfAbsent(partition, PartitionFlow::new));
        }
        if (!partitions.isEmpty()) {
            LOG.info("{}: assigned {}", config.name(), Commits.text(partitions));
        }
        userListener.ifPresent(listener -> listener.onPartitionsAssigned(partitions));
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        if (!partitions.isEmpty()) {
            LOG.info("{}: revoked {}", config.name(), Commits.text(partitions));
        }
        release(partitions);
        userListener.ifPresent(listener -> listener.onPartitionsRevoked(partitions));
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        LOG.warn("{}: lost {}; somebody else may be copying them already", config.name(), Commits.text(partitions));
        for (TopicPartition partition : partitions) {
            PartitionFlow flow = flows.remove(partition);
            if (flow != null) {
                path.lose(flow);
            }
        }
        userListener.ifPresent(listener -> listener.onPartitionsLost(partitions));
    }

    /** Gives partitions up: stops reading, waits for what is under way, commits. */
    private void release(Collection<TopicPartition> partitions) {
        mailbox.drain();
        List<PartitionFlow> leaving = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            PartitionFlow flow = flows.remove(partition);
            if (flow != null) {
                leaving.add(flow);
            }
        }
        if (leaving.isEmpty()) {
            return; // closing the consumer revokes everything once more, when the data path has ended already
        }
        boolean drained = path.drain(leaving, config.tuning().intervals().drain(), pace);
        commits.commitLast(leaving);
        path.release(leaving, drained, pace);
    }

    /** Finds where the newly assigned partitions begin, and commits that before their first record is read. */
    private void findPositions() {
        Set<TopicPartition> without = new HashSet<>();
        flows.values().stream()
                .filter(flow -> flow.phase() == PartitionFlow.Phase.ASSIGNED)
                .forEach(flow -> without.add(flow.partition()));
        if (without.isEmpty() || pace.nanoTime() - nextPositionsNanos < 0) {
            return;
        }
        try {
            Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>(consumer.committed(without, ASK));
            found.values().removeIf(Objects::isNull);
            position(found, Origin::of);
            without.removeAll(found.keySet());
            without.removeIf(partition -> !hasLeader(partition));
            if (!without.isEmpty()) {
                // A group's first start was settled before it was joined: these appeared later, or have lost their
                // commits.
                Map<TopicPartition, OffsetAndMetadata> beginnings = new HashMap<>();
                consumer.beginningOffsets(without, ASK).forEach((p, o) -> beginnings.put(p, new OffsetAndMetadata(o)));
                beginnings.putAll(path.remembered(without, pace));
                if (!path.takesOver()) { // else the take-over may know better
                    consumer.commitSync(beginnings, ASK);
                }
                position(beginnings, any -> Origin.NONE);
            }
        } catch (TimeoutException | CommitFailedException | RebalanceInProgressException e) {
            nextPositionsNanos = pace.nanoTime() + PAUSE_AFTER_ERROR.toNanos();
            LOG.warn("the positions of {} are not known yet: {}; trying again", Commits.text(without), e.toString());
        } catch (TopicAuthorizationException e) {
            // What may be read was committed nevertheless, and is found then.
            nextPositionsNanos = pace.nanoTime() + PAUSE_AFTER_ERROR.toNanos();
            without.stream()
                    .filter(partition -> e.unauthorizedTopics().contains(partition.topic()))
                    .forEach(partition -> flows.get(partition).setReason(Commits.unreadable(partition)));
        } catch (AuthenticationException | RetriableException e) {
            onTrouble(e);
        } catch (KafkaException e) {
            fatal(Outcome.Kind.FAILED, "can't find the positions of " + Commits.text(without) + ": " + e);
        }
    }

    private void position(Map<TopicPartition, OffsetAndMetadata> offsets, Function<OffsetAndMetadata, Origin> by) {
        offsets.forEach((partition, offset) -> {
            flows.get(partition).position(TopicIds.position(offset), TopicIds.of(offset), by.apply(offset));
            // The member's own position is of no use, but without one it would go looking for it.
            consumer.seek(partition, offset.offset());
        });
    }

    /** A partition without a leader has no beginning to ask for, and must not keep the others waiting. */
    private boolean hasLeader(TopicPartition partition) {
        boolean led = consumer.partitionsFor(partition.topic(), ASK).stream()
                .anyMatch(p -> p.partition() == partition.partition() && p.leader() != null);
        if (!led) {
            flows.get(partition).setReason("no leader on the source");
        }
        return led;
    }

    private void startReady() {
        do {
            for (PartitionFlow flow : flows.values()) {
                if (flow.phase() == PartitionFlow.Phase.POSITIONED && !flow.isPaused()) {
                    path.maybeStart(flow, pace).ifPresent(what -> onTargetReplaced(flow, what));
                }
            }
        } while (commits.mark());
    }

    private void onTargetReplaced(PartitionFlow flow, String what) {
        flow.halt(
                events, Optional.empty(), what + "; " + new Resuming(config).fromTheBeginningOrHere(flow.partition()));
    }

    private void maybeCommit() {
        try {
            commits.maybeBegin();
        } catch (AuthenticationException | RetriableException e) {
            onTrouble(e);
        }
    }

    private void maybePublish() {
        long now = pace.nanoTime();
        if (now - nextPublishNanos >= 0) {
            nextPublishNanos = now + PUBLISH.toNanos();
            path.maybeRenew(flows.values(), pace);
            waits.observe(publish());
        }
    }

    /** Returns what the flows say, before the watch has its word. */
    private List<PartitionStatus> publish() {
        events.flush();
        Map<TopicPartition, String> blocked = path.blocked();
        List<PartitionStatus> told =
                flows.values().stream().map(flow -> flow.status(blocked, pace)).toList();
        List<PartitionStatus> watched = progress.observe(told);
        StreamLoad load = path.load(
                flows.values().stream().mapToLong(PartitionFlow::pendingBytes).sum());
        boolean joined = consumer.groupMetadata().generationId() >= 0;
        status = new StreamStatus(watched, load, bottleneck.observe(watched, load), joined);
        return told;
    }

    @Override
    public void onBreak(Assignment assignment, LogBreak found) {
        mailbox.post(() -> flowOf(assignment)
                .filter(flow -> flow.phase() == PartitionFlow.Phase.RUNNING)
                .ifPresent(flow -> flow.breakOff(found)));
    }

    @Override
    public void onHalt(Assignment assignment, String reason) {
        mailbox.post(() -> flowOf(assignment).ifPresent(flow -> {
            if (assignment.hasEnded()) {
                path.abandon(assignment);
            } // else only reading has ended: what was read before is still copied
            flow.halt(events, Optional.empty(), reason);
        }));
    }

    @Override
    public void onFenced(Assignment assignment, String what) {
        mailbox.post(() -> flowOf(assignment).filter(PartitionFlow::isReading).ifPresent(flow -> {
            path.abandon(assignment);
            flow.restart();
            flow.postpone(pace.nanoTime() + DataPath.TAKE_OVER_AGAIN.toNanos(), what);
        }));
    }

    @Override
    public void onTargetReplaced(Assignment assignment, String what) {
        mailbox.post(() -> flowOf(assignment).ifPresent(flow -> {
            path.abandon(assignment);
            onTargetReplaced(flow, what);
        }));
    }

    @Override
    public void onCorrupt(Assignment assignment, long offset) {
        mailbox.post(() -> flowOf(assignment).ifPresent(flow -> {
            path.abandon(assignment);
            if (!flow.isReading()) {
                LOG.warn("the batch at {}@{} has a wrong checksum, and is not read again", assignment, offset);
            } else if (flow.countCorrupt(offset) < MAX_CORRUPT_READS) {
                LOG.warn("the batch at {}@{} has a wrong checksum; reading it again", assignment, offset);
                flow.restart();
            } else {
                flow.halt(
                        events,
                        Optional.empty(),
                        "corrupt batch on the source at " + assignment + "@" + offset + "; "
                                + Resuming.AFTER_CORRUPTION);
            }
        }));
    }

    @Override
    public void onFatal(Outcome outcome) {
        reports.onFatal().accept(outcome);
    }

    private Optional<PartitionFlow> flowOf(Assignment assignment) {
        return Optional.ofNullable(flows.get(assignment.partition())).filter(flow -> flow.isOf(assignment));
    }
}
