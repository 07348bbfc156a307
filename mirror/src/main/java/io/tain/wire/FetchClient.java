package io.tain.wire;

import io.tain.wire.FetchListener.FetchEnd;
import io.tain.wire.FetchedPartition.AbortedRun;
import io.tain.wire.FetchedPartition.LogMarks;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.Metadata.LeaderIdAndEpoch;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;

/**
 * Fetches batches from the brokers of the source: one incremental fetch session (KIP-227) and at most one request in
 * flight for each connection. A connection is named by its broker's id, and the second one to the same broker is the {@link #other} of it.
 *
 * <p>Owned by one thread; only {@link #wakeup} may be called from others.
 */
public final class FetchClient implements AutoCloseable {
    /** An answer with so much in it did not wait at the broker for more. */
    private static final int MUCH_BYTES = 64 * 1024;

    private static final short LAST_VERSION_WITHOUT_TOPIC_IDS = 12;

    private final ClusterConnection connection;
    private final Terms terms;
    private final FetchListener listener;
    private final AnswerBuffers buffers;
    private final Map<Integer, FetchSession> sessions = new HashMap<>();
    private final Set<Integer> inFlight = new HashSet<>();
    private final ShortestRoundTrip roundTrip;
    private final AtomicLong throttledMs = new AtomicLong();

    FetchClient(
            ClusterConnection connection,
            AnswerBuffers buffers,
            Terms terms,
            FetchListener listener,
            ShortestRoundTrip roundTrip) {
        this.connection = connection;
        this.buffers = buffers;
        this.terms = terms;
        this.listener = listener;
        this.roundTrip = roundTrip;
    }

    /**
     * What all fetches of a client share.
     *
     * @param isolation which records are shown
     * @param minBytes least bytes worth answering with
     * @param keptBytes most bytes of buffers kept for later answers
     * @param rack where the mirror runs, to be given a nearer replica; empty text when unknown
     */
    public record Terms(IsolationLevel isolation, int minBytes, long keptBytes, String rack) {}

    /**
     * A client with these consumer settings; connects at the first poll.
     *
     * @param watch is told the cluster's id with its metadata; what it throws, {@link #poll} throws
     */
    public static FetchClient connect(
            Map<String, Object> settings, String clientId, Terms terms, FetchListener listener, ConnectionWatch watch) {
        AnswerBuffers buffers = new AnswerBuffers(terms.keptBytes());
        ClusterConnection connection = ClusterConnection.forConsumer(settings, clientId, buffers, watch);
        return new FetchClient(connection, buffers, terms, listener, new ShortestRoundTrip());
    }

    /** Keeps the topic's metadata fresh from now on. */
    public void watch(String topic) {
        connection.metadata().watch(topic);
    }

    public void unwatch(String topic) {
        connection.metadata().unwatch(topic);
    }

    /** The partition's leader; asks for fresh metadata when there is none. */
    public Optional<Leader> leader(TopicPartition partition) {
        return connection.leader(partition);
    }

    /** Why the topic can't be read, in the broker's words; empty when nothing is known to be wrong. */
    public Optional<String> problem(String topic) {
        return connection.topicProblem(topic);
    }

    /**
     * Why no fetch can be sent over a connection, such as refused credentials; empty while it stands or has not failed yet. After
     * a failure the next answer tells of all partitions, and not only of those that have something new.
     */
    public Optional<String> connectionProblem(int channel) {
        Optional<String> problem = connection.connectionProblem(channel);
        problem.ifPresent(failed -> session(channel).onNoAnswer());
        return problem;
    }

    /** The other connection to the same broker: of the two, each is answered by itself. */
    public static int other(int channel) {
        int broker = ClusterConnection.broker(channel);
        return channel == broker ? ClusterConnection.connection(broker, 1) : broker;
    }

    /** Whether a fetch could be sent now: connected and none in flight. Begins to connect if need be. */
    public boolean isReady(int channel, long nowMs) {
        return !inFlight.contains(channel) && connection.isReady(channel, nowMs);
    }

    public boolean isInFlight(int channel) {
        return inFlight.contains(channel);
    }

    /** Whether the cluster knows the broker (a preferred replica may have gone). */
    public boolean knows(int nodeId) {
        return connection.node(nodeId).isPresent();
    }

    /** Changes whenever the cluster has told something new about topics, their leaders or its brokers. */
    public int metadataVersion() {
        return connection.metadata().updateVersion();
    }

    /** Asks for fresh metadata at the next poll. */
    public void refreshMetadata() {
        connection.metadata().requestUpdate(false);
    }

    /**
     * How a broker is to answer a fetch.
     *
     * @param maxBytes most bytes of batches in the answer, but for a first batch that is larger
     * @param maxWaitMs longest the broker may hold the answer back for lack of data
     */
    public record Limits(int maxBytes, int maxWaitMs) {}

    /** Sends a fetch of exactly these partitions over a ready connection. */
    public void fetch(int channel, List<FetchPosition> positions, Limits limits) {
        send(channel, session(channel).ask(positions), limits);
    }

    /** Sends a fetch of the same partitions as the last one over a ready connection, with these from where they are now. */
    public void fetchOn(int channel, List<FetchPosition> moved, Limits limits) {
        send(channel, session(channel).askOn(moved), limits);
    }

    private void send(int channel, FetchSession.Ask ask, Limits limits) {
        short version = ask.withTopicIds() ? ApiKeys.FETCH.latestVersion() : LAST_VERSION_WITHOUT_TOPIC_IDS;
        FetchRequest.Builder request = FetchRequest.Builder.forConsumer(
                        version, limits.maxWaitMs(), terms.minBytes(), ask.toSend())
                .isolationLevel(terms.isolation())
                .setMaxBytes(limits.maxBytes())
                .metadata(ask.metadata())
                .removed(ask.toForget())
                .replaced(ask.toReplace())
                .rackId(terms.rack());
        inFlight.add(channel);
        connection.send(channel, request, true, answer -> onAnswer(channel, answer));
    }

    /**
     * How long the source took for the quickest answer with much in it of late, in milliseconds: about the delay of the way
     * there. 0 if there was none.
     */
    public long shortestRoundTripMs() {
        return roundTrip.millis();
    }

    /** How long the source's brokers have told us to wait because of quotas, in all (KIP-219); from any thread. */
    public long throttledMs() {
        return throttledMs.get();
    }

    /** Reads and writes the network, and tells answers to the listener, for at most {@code timeoutMs}. */
    public void poll(long timeoutMs, long nowMs) {
        connection.poll(timeoutMs, nowMs);
    }

    /** Makes a poll in progress return; from any thread. */
    public void wakeup() {
        connection.wakeup();
    }

    @Override
    public void close() {
        connection.close();
    }

    private void onAnswer(int channel, ClientResponse answer) {
        inFlight.remove(channel);
        FetchSession session = session(channel);
        String problem = "";
        if (answer.wasDisconnected() || answer.versionMismatch() != null || answer.authenticationException() != null) {
            problem = failure(channel, answer);
            session.onNoAnswer();
        } else {
            FetchResponse response = (FetchResponse) answer.responseBody();
            if (response.throttleTimeMs() > 0) {
                throttledMs.addAndGet(response.throttleTimeMs());
            }
            if (session.onAnswer(response)) {
                tellPartitions(channel, answer);
            } else {
                problem = response.error().name();
                connection.metadata().requestUpdate(false);
            }
        }
        listener.onFetchEnded(new FetchEnd(channel, session.asked(), problem));
    }

    private FetchSession session(int channel) {
        return sessions.computeIfAbsent(channel, node -> new FetchSession());
    }

    private static String failure(int channel, ClientResponse answer) {
        int nodeId = ClusterConnection.broker(channel);
        if (answer.versionMismatch() != null) {
            return "broker " + nodeId + " has no Fetch version in common: "
                    + answer.versionMismatch().getMessage();
        }
        if (answer.authenticationException() != null) {
            return "broker " + nodeId + ": " + answer.authenticationException().getMessage();
        }
        return (answer.wasTimedOut() ? "no answer in time from broker " : "disconnected from broker ") + nodeId;
    }

    private void tellPartitions(int channel, ClientResponse answer) {
        FetchResponse response = (FetchResponse) answer.responseBody();
        FetchSession session = session(channel);
        Map<TopicPartition, PartitionData> parts =
                session.partsOf(response, answer.requestHeader().apiVersion());
        int bytes = 0;
        int held = 0;
        Runnable giveBack = () -> {};
        for (PartitionData part : parts.values()) {
            if (FetchResponse.recordsSize(part) > 0) {
                bytes += FetchResponse.recordsSize(part);
                ByteBuffer whole = bytesOf(part); // all parts lie in one buffer
                held = buffers.heldBy(whole);
                giveBack = () -> buffers.release(whole);
            }
        }
        if (bytes >= MUCH_BYTES) {
            roundTrip.observe(answer.requestLatencyMs(), answer.receivedTimeMs());
        }
        listener.onAnswer(channel, Math.max(bytes, held), giveBack);
        Map<TopicPartition, LeaderIdAndEpoch> moved = new HashMap<>();
        for (Map.Entry<TopicPartition, PartitionData> entry : parts.entrySet()) {
            TopicPartition partition = entry.getKey();
            OptionalLong asked = session.offset(partition);
            if (asked.isEmpty()) {
                continue; // what was never asked for has no meaning
            }
            FetchedPartition fetched =
                    fetched(partition, asked.getAsLong(), session.leaderEpoch(partition), entry.getValue());
            boolean isCurrent = connection.isCurrent(partition.topic(), session.topicId(partition));
            if (fetched.outcome() == FetchOutcome.MOVED && isCurrent) {
                noteLeader(partition, entry.getValue(), moved);
            } else if (fetched.outcome() != FetchOutcome.OK) {
                connection.metadata().requestUpdate(false);
            }
            listener.onPartition(fetched);
        }
        if (!moved.isEmpty()) {
            connection.updateLeaders(moved, endpoints(response));
        }
    }

    private void noteLeader(TopicPartition partition, PartitionData data, Map<TopicPartition, LeaderIdAndEpoch> moved) {
        if (data.currentLeader().leaderId() >= 0 && data.currentLeader().leaderEpoch() >= 0) {
            moved.put(
                    partition,
                    new LeaderIdAndEpoch(
                            Optional.of(data.currentLeader().leaderId()),
                            Optional.of(data.currentLeader().leaderEpoch())));
        } else {
            connection.metadata().requestUpdate(false);
        }
    }

    private static List<Node> endpoints(FetchResponse response) {
        List<Node> nodes = new ArrayList<>();
        response.data().nodeEndpoints().forEach(e -> nodes.add(new Node(e.nodeId(), e.host(), e.port(), e.rack())));
        return nodes;
    }

    private static FetchedPartition fetched(
            TopicPartition partition, long fetchOffset, int leaderEpoch, PartitionData data) {
        Errors error = Errors.forCode(data.errorCode());
        FetchOutcome outcome = FetchOutcome.of(error);
        if (outcome == FetchOutcome.OK && data.divergingEpoch().endOffset() >= 0) {
            outcome = FetchOutcome.DIVERGED;
        }
        List<AbortedRun> aborted = List.of();
        if (data.abortedTransactions() != null && !data.abortedTransactions().isEmpty()) {
            aborted = data.abortedTransactions().stream()
                    .map(t -> new AbortedRun(t.producerId(), t.firstOffset()))
                    .toList();
        }
        int replica = data.preferredReadReplica();
        return new FetchedPartition(
                partition,
                fetchOffset,
                outcome,
                error.name(),
                bytesOf(data),
                new LogMarks(
                        data.logStartOffset(),
                        data.lastStableOffset(),
                        data.highWatermark(),
                        data.divergingEpoch().endOffset(),
                        leaderEpoch),
                aborted,
                replica >= 0 ? OptionalInt.of(replica) : OptionalInt.empty());
    }

    private static ByteBuffer bytesOf(PartitionData data) {
        if (FetchResponse.recordsSize(data) == 0) {
            return ByteBuffer.allocate(0);
        }
        return ((MemoryRecords) FetchResponse.recordsOrFail(data)).buffer();
    }
}
