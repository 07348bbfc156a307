package io.tain.source;

import io.tain.batch.Assignment;
import io.tain.batch.BufferLease;
import io.tain.batch.MemoryBudget;
import io.tain.wire.FetchClient;
import io.tain.wire.FetchListener;
import io.tain.wire.FetchOutcome;
import io.tain.wire.FetchPosition;
import io.tain.wire.FetchedPartition;
import io.tain.wire.FetchedPartition.LogMarks;
import io.tain.wire.Leader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * Fetches from every broker that leads a partition it reads, one request at a time each, and hands what it admits to its
 * listener. Brokers that are far away, or whose small batches are joined, are asked over two connections ({@link Channels}). A
 * fetch is sent only when its answer fits into the memory budget, and a partition whose batches pile up before the target is left
 * out until they are gone; the others go on.
 *
 * <p>Owned by one thread, which calls {@link #poll} over and over. The clock is the caller's.
 */
public final class SourceReader implements FetchListener, AutoCloseable {
    /** While partitions wait for room, a fetch of the others is kept short, so that they can join the next one soon. */
    private static final int SHORT_WAIT_MS = 20;

    /** With less room than this a fetch is not worth sending. */
    private static final int MIN_FETCH_BYTES = 64 * 1024;

    /** Near the source small answers follow each other quickly, and keep the memory small. */
    private static final int NEAR_PARTITION_BYTES = 1024 * 1024;

    /** From here on a way is long: with one answer a round trip its size sets the pace. */
    private static final long LONG_WAY_MS = 20;

    /** A topic that may not be read, or is missing, is tried again this often. */
    private static final long SLOW_RETRY_MS = 5_000;

    private final FetchClient client;
    private final ReaderTerms terms;
    private final MemoryBudget budget;
    private final BatchIntake intake;
    private final ReaderListener listener;
    private final BooleanSupplier queueFull;
    private final LongSupplier targetRoundTripMs;
    private final Map<TopicPartition, SourcePartition> partitions = new LinkedHashMap<>();
    private final Map<Integer, Connection> connections = new HashMap<>();
    private final Channels channels = new Channels();

    /** Kept when the topic is no longer read: its name may come back with other records under the same offsets. */
    private final Map<String, Uuid> topicIds = new HashMap<>();

    /** Brokers whose fetch found no room, longest first; they are served before those that had their turn. */
    private final Set<Integer> turnedAway = new LinkedHashSet<>();

    private BufferLease answer;
    private Connection answering;
    private long nowMs;

    /** Whether what is asked of brokers has to be decided anew for all partitions. */
    private boolean look = true;

    private volatile boolean woken;
    private long nextRetryMs;
    private int metadataVersion;
    private long share;
    private long reservedBytes;
    private boolean farSource;
    private boolean farTarget;
    private boolean someWait;

    /** A connection to a broker that is fetched over. */
    private static final class Connection {
        final int id;

        /** Partitions of it that got on since its last fetch. */
        final Set<SourcePartition> moved = new LinkedHashSet<>();

        /** Whether its session asks for the right partitions, so that only those that moved need to be told. */
        boolean settled;

        int reserved;

        Connection(int id) {
            this.id = id;
        }
    }

    /**
     * @param connect makes the client that tells its answers to this reader
     * @param queueFull whether enough records wait before the writers, so that fetching should pause
     * @param targetRoundTripMs how far away the target is, as {@link FetchClient#shortestRoundTripMs} is for the source
     */
    public SourceReader(
            Function<FetchListener, FetchClient> connect,
            ReaderTerms terms,
            MemoryBudget budget,
            BatchIntake intake,
            BooleanSupplier queueFull,
            LongSupplier targetRoundTripMs) {
        this.terms = terms;
        this.budget = budget;
        this.intake = intake;
        this.listener = intake.listener();
        this.queueFull = queueFull;
        this.targetRoundTripMs = targetRoundTripMs;
        this.client = connect.apply(this);
    }

    public void add(SourcePartition partition) {
        look = true;
        partitions.put(partition.partition(), partition);
        if (!partition.topicId().equals(Uuid.ZERO_UUID)) {
            topicIds.put(partition.partition().topic(), partition.topicId());
        }
        client.watch(partition.partition().topic());
    }

    public void remove(Assignment assignment) {
        SourcePartition current = partitions.get(assignment.partition());
        if (current != null && current.assignment() == assignment) {
            look = true;
            partitions.remove(assignment.partition());
            String topic = assignment.partition().topic();
            if (partitions.keySet().stream().noneMatch(p -> p.topic().equals(topic))) {
                client.unwatch(topic);
            }
        }
    }

    /** Sends what fetches can be sent, then waits at most {@code timeoutMs} for the network. */
    public void poll(long timeoutMs, long now) {
        nowMs = now;
        sendFetches();
        client.poll(Math.max(0, Math.min(timeoutMs, nextRetryMs - nowMs)), nowMs);
    }

    /** {@link FetchClient#throttledMs}; from any thread. */
    public long throttledMs() {
        return client.throttledMs();
    }

    /** What the reader's batches are charged to; from any thread. */
    public MemoryBudget budget() {
        return budget;
    }

    /** Makes a poll in progress return; from any thread. */
    public void wakeup() {
        woken = true;
        client.wakeup();
    }

    @Override
    public void close() {
        client.close();
        intake.close();
    }

    private void sendFetches() {
        if (queueFull.getAsBoolean()) {
            budget.awaitRoom();
            nextRetryMs = Long.MAX_VALUE;
            look = true;
            return;
        }
        if (mustLook() || !fetchOn()) {
            fetchAnew();
        }
    }

    /**
     * Whether something may have changed but the positions of partitions that were just read. With thousands of partitions
     * a look at all of them costs more than all the rest, so it is not taken for every fetch.
     */
    private boolean mustLook() {
        farSource = client.shortestRoundTripMs() >= LONG_WAY_MS;
        farTarget = targetRoundTripMs.getAsLong() >= LONG_WAY_MS;
        boolean twofold = farSource || intake.joins(nowMs);
        look |= woken
                || channels.setTwofold(twofold)
                || someWait
                || nowMs >= nextRetryMs
                || metadataVersion != client.metadataVersion()
                || share != mayHold();
        return look;
    }

    /** Fetches from all idle brokers as before; false if all partitions have to be looked at after all. */
    private boolean fetchOn() {
        for (int id : inTurn(connections.keySet())) {
            Connection connection = connections.get(id);
            if (client.isInFlight(id)) {
                continue;
            }
            if (!connection.settled || connection.moved.stream().anyMatch(this::holdsTooMuch)) {
                return false;
            }
            List<FetchPosition> moved = new ArrayList<>();
            for (SourcePartition partition : connection.moved) {
                Optional<Leader> leader = client.leader(partition.partition());
                if (leader.isEmpty()) {
                    return false;
                }
                moved.add(positionOf(partition, leader.get()));
            }
            send(connection, limits -> client.fetchOn(id, moved, limits));
        }
        return true;
    }

    private boolean holdsTooMuch(SourcePartition partition) {
        return partition.assignment().pendingBytes() > share / 2;
    }

    /** Decides for all partitions whether they are fetched, and from where. */
    private void fetchAnew() {
        if (look) {
            connections.values().forEach(connection -> connection.settled = false);
        }
        look = false;
        woken = false;
        nextRetryMs = Long.MAX_VALUE;
        metadataVersion = client.metadataVersion();
        share = mayHold();
        someWait = false;
        Map<Integer, List<FetchPosition>> wanted = new LinkedHashMap<>();
        for (SourcePartition partition : List.copyOf(partitions.values())) {
            if (partition.isWaiting(nowMs)) {
                nextRetryMs = Math.min(nextRetryMs, partition.retryAtMs());
            } else if (holdsTooMuch(partition)) {
                someWait = true;
            } else {
                want(partition, wanted);
            }
        }
        if (someWait) {
            budget.awaitRoom();
        }
        connections.values().removeIf(idle -> !wanted.containsKey(idle.id) && !client.isInFlight(idle.id));
        for (int id : inTurn(wanted.keySet())) {
            List<FetchPosition> positions = wanted.get(id);
            send(connections.computeIfAbsent(id, Connection::new), limits -> client.fetch(id, positions, limits));
            if (!client.isInFlight(id)) {
                client.connectionProblem(id).ifPresent(problem -> tell(positions, problem));
            }
        }
    }

    private void tell(List<FetchPosition> unread, String problem) {
        unread.forEach(position -> partitions.get(position.partition()).setProblem(problem));
    }

    /** Without turns, fetches that fill the budget would be followed by fetches from the same brokers, for ever. */
    private Set<Integer> inTurn(Set<Integer> ids) {
        if (turnedAway.isEmpty()) {
            return ids;
        }
        Set<Integer> ordered = new LinkedHashSet<>(turnedAway);
        ordered.retainAll(ids);
        ordered.addAll(ids);
        return ordered;
    }

    /**
     * How many bytes one partition may have before the target. While half of the room is free, as much as one answer, so
     * that a single busy partition is not held back; beyond that, its even share of the other half, so that those that are stuck
     * can never take everything.
     */
    private long mayHold() {
        boolean plenty = budget.used() - reservedBytes < room() / 2; // what is asked for may never come
        long bytes = plenty ? answerBytes() : room() / 2 / Math.max(1, partitions.size());
        return Math.max(MIN_FETCH_BYTES, bytes);
    }

    /** How much of the budget is used: a long way takes all of it to stay busy, on short ones a third is as fast and saves memory. */
    private long room() {
        return farSource || farTarget ? budget.limit() : budget.limit() / 3;
    }

    /** Most bytes of an answer: from afar a third of the budget, since the next is asked for only when it is there. */
    private long answerBytes() {
        return Math.min(terms.maxFetchBytes(), room() / (farSource ? 3 : 8));
    }

    private int maxPartitionBytes() {
        return terms.maxPartitionBytes().orElse(farSource ? Integer.MAX_VALUE : NEAR_PARTITION_BYTES);
    }

    private void want(SourcePartition partition, Map<Integer, List<FetchPosition>> wanted) {
        Optional<Leader> leader = client.leader(partition.partition());
        if (leader.isEmpty()) {
            waitForLeader(partition);
            return;
        }
        if (!partition.isIn(leader.get().topicId(), topicIds)) {
            if (partition.hasSurelyOtherTopic(client.metadataVersion())) {
                breakOff(partition, LogBreak.recreated(partition, leader.get().topicId()));
            } else {
                client.refreshMetadata();
                pause(partition, SHORT_WAIT_MS);
            }
            return;
        }
        int node = partition.replica(nowMs).orElse(leader.get().nodeId());
        if (node != leader.get().nodeId() && !client.knows(node)) {
            partition.forgetReplica();
            node = leader.get().nodeId();
        }
        int channel = channels.of(partition, node);
        int other = FetchClient.other(channel);
        if (client.isInFlight(channel) || (partition.channel() == other && client.isInFlight(other))) {
            if (partition.channel()
                    != channel) { // its session does not ask for the partition, and must not go on without
                connections.computeIfAbsent(channel, Connection::new).settled = false;
            }
            return;
        }
        partition.setChannel(channel);
        wanted.computeIfAbsent(channel, c -> new ArrayList<>()).add(positionOf(partition, leader.get()));
    }

    private FetchPosition positionOf(SourcePartition partition, Leader leader) {
        int maxBytes = (int) Math.min(maxPartitionBytes(), share);
        return new FetchPosition(partition.partition(), leader, partition.position(), partition.lastEpoch(), maxBytes);
    }

    /** Metadata that is merely on its way ends a poll when it comes: a pause would only delay the first fetch. */
    private void waitForLeader(SourcePartition partition) {
        Optional<String> problem = client.problem(partition.partition().topic());
        if (problem.isPresent()) {
            partition.setProblem(problem.get());
            pause(partition, terms.retryBackoffMs());
        }
    }

    private void send(Connection connection, Consumer<FetchClient.Limits> fetch) {
        int bytes = (int) Math.min(answerBytes(), room() - budget.used());
        // An empty budget always lets one fetch go, however small it was configured.
        if (bytes < MIN_FETCH_BYTES && budget.used() > 0) {
            turnedAway.add(connection.id);
            budget.awaitRoom();
            return;
        }
        turnedAway.remove(connection.id);
        if (!client.isReady(connection.id, nowMs)) {
            look = true;
            nextRetryMs = Math.min(nextRetryMs, nowMs + terms.retryBackoffMs());
            return;
        }
        connection.moved.clear();
        connection.settled = true;
        connection.reserved = Math.max(bytes, MIN_FETCH_BYTES);
        budget.reserve(connection.reserved);
        reservedBytes += connection.reserved;
        fetch.accept(new FetchClient.Limits(connection.reserved, someWait ? SHORT_WAIT_MS : terms.maxWaitMs()));
    }

    private void pause(SourcePartition partition, long forMs) {
        look = true;
        partition.retryAt(nowMs + forMs);
        nextRetryMs = Math.min(nextRetryMs, nowMs + forMs);
    }

    @Override
    public void onAnswer(int channel, int bytes, Runnable giveBack) {
        budget.reserve(bytes);
        answer = new BufferLease(budget, bytes, giveBack);
        answering = connections.get(channel);
        releaseReserved(channel);
    }

    @Override
    public void onPartition(FetchedPartition fetched) {
        SourcePartition partition = partitions.get(fetched.partition());
        if (partition == null || fetched.fetchOffset() != partition.position()) {
            return; // no longer ours, or rewound since
        }
        fetched.preferredReplica().ifPresent(node -> {
            look = true;
            partition.preferReplica(node, nowMs);
        });
        if (fetched.outcome() == FetchOutcome.OK) {
            admit(partition, fetched);
            answering.moved.add(partition);
        } else {
            onProblem(partition, fetched);
        }
    }

    @Override
    public void onFetchEnded(FetchEnd end) {
        releaseReserved(end.channel());
        if (answer != null) {
            intake.flush();
            answer.release();
            answer = null;
        }
        if (!end.problem().isEmpty()) {
            for (TopicPartition asked : end.asked()) {
                SourcePartition partition = partitions.get(asked);
                if (partition != null) {
                    partition.setProblem(end.problem());
                    intake.countRetry("NO_ANSWER");
                    partition.forgetReplica();
                    pause(partition, terms.retryBackoffMs());
                }
            }
        }
    }

    private void releaseReserved(int channel) {
        Connection connection = connections.get(channel);
        if (connection != null) {
            budget.release(connection.reserved);
            reservedBytes -= connection.reserved;
            connection.reserved = 0;
        }
    }

    private void admit(SourcePartition partition, FetchedPartition fetched) {
        partition.clearProblem();
        long end = terms.readCommitted()
                ? fetched.marks().lastStable()
                : fetched.marks().highWatermark();
        partition.setEndOffset(end);
        partition.setOpen(end, fetched.marks().highWatermark(), nowMs);
        if (!fetched.records().hasRemaining()) {
            return;
        }
        switch (intake.admit(partition, fetched, answer, nowMs)) {
            case READ_ON -> {}
            case READ_AGAIN -> pause(partition, terms.retryBackoffMs());
            case STOPPED -> remove(partition.assignment());
        }
    }

    private void onProblem(SourcePartition partition, FetchedPartition fetched) {
        partition.setProblem(fetched.error());
        boolean asksAgain =
                fetched.outcome() != FetchOutcome.OUT_OF_RANGE && fetched.outcome() != FetchOutcome.DIVERGED;
        if (asksAgain) {
            intake.countRetry(fetched.outcome().name());
        }
        switch (fetched.outcome()) {
            case MOVED -> {
                partition.forgetReplica();
                pause(partition, SHORT_WAIT_MS);
            }
            case OUT_OF_RANGE, DIVERGED -> {
                // A follower may lag behind or be ahead in what it has deleted: only the leader's word counts.
                if (!partition.forgetReplica()) {
                    LogMarks marks = fetched.marks();
                    breakOff(
                            partition,
                            fetched.outcome() == FetchOutcome.DIVERGED
                                    ? LogBreak.diverged(partition, marks.divergedAt(), marks.leaderEpoch())
                                    : LogBreak.outOfRange(partition, marks.leaderEpoch()));
                }
            }
            case UNAUTHORIZED, UNKNOWN_TOPIC -> pause(partition, SLOW_RETRY_MS);
            case CORRUPT -> {
                if (partition.countCorruptRead() >= BatchIntake.MAX_CORRUPT_READS) {
                    unreadable(partition, "the source broker calls its stored batch corrupt");
                } else {
                    pause(partition, terms.retryBackoffMs());
                }
            }
            default -> pause(partition, terms.retryBackoffMs());
        }
    }

    private void breakOff(SourcePartition partition, LogBreak found) {
        remove(partition.assignment());
        listener.onBreak(partition.assignment(), found);
    }

    private void unreadable(SourcePartition partition, String reason) {
        remove(partition.assignment());
        listener.onUnreadable(partition.assignment(), partition.position(), reason);
    }
}
