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
import java.util.Set;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.FetchSessionHandler;
import org.apache.kafka.clients.FetchSessionHandler.FetchRequestData;
import org.apache.kafka.clients.Metadata.LeaderIdAndEpoch;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.utils.LogContext;

/**
 * Fetches batches from the brokers of the source: one incremental fetch session (KIP-227) and at most one request in
 * flight for each broker.
 *
 * <p>Owned by one thread; only {@link #wakeup} may be called from others.
 */
public final class FetchClient implements AutoCloseable {
    private static final short LAST_VERSION_WITHOUT_TOPIC_IDS = 12;

    private final ClusterConnection connection;
    private final Terms terms;
    private final FetchListener listener;
    private final LogContext logContext;
    private final Map<Integer, FetchSessionHandler> sessions = new HashMap<>();
    private final Set<Integer> nodesInFlight = new HashSet<>();

    FetchClient(ClusterConnection connection, Terms terms, FetchListener listener, String clientId) {
        this.connection = connection;
        this.terms = terms;
        this.listener = listener;
        this.logContext = new LogContext("[" + clientId + "] ");
    }

    /**
     * What all fetches of a client share.
     *
     * @param isolation which records are shown
     * @param minBytes least bytes worth answering with
     * @param rack where the mirror runs, to be given a nearer replica; empty text when unknown
     */
    public record Terms(IsolationLevel isolation, int minBytes, String rack) {}

    /** A client with these consumer settings; connects at the first poll. */
    public static FetchClient connect(
            Map<String, Object> settings, String clientId, Terms terms, FetchListener listener) {
        return new FetchClient(ClusterConnection.forConsumer(settings, clientId), terms, listener, clientId);
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

    /** Whether a fetch could go to the broker now: connected and none in flight. Begins to connect if need be. */
    public boolean isReady(int nodeId, long nowMs) {
        return !nodesInFlight.contains(nodeId) && connection.isReady(nodeId, nowMs);
    }

    public boolean isInFlight(int nodeId) {
        return nodesInFlight.contains(nodeId);
    }

    /** Whether the cluster knows the broker (a preferred replica may have gone). */
    public boolean knows(int nodeId) {
        return connection.node(nodeId).isPresent();
    }

    /**
     * Sends a fetch to a ready broker.
     *
     * @param maxBytes most bytes of batches in the answer, but for a first batch that is larger
     * @param maxWaitMs longest the broker may hold the answer back for lack of data
     */
    public void fetch(int nodeId, List<FetchPosition> positions, int maxBytes, int maxWaitMs) {
        FetchSessionHandler session =
                sessions.computeIfAbsent(nodeId, node -> new FetchSessionHandler(logContext, node));
        FetchSessionHandler.Builder builder = session.newBuilder(positions.size(), true);
        for (FetchPosition position : positions) {
            builder.add(
                    position.partition(),
                    new FetchRequest.PartitionData(
                            position.leader().topicId(),
                            position.offset(),
                            FetchRequest.INVALID_LOG_START_OFFSET,
                            position.maxBytes(),
                            position.leader().epoch(),
                            position.lastEpoch()));
        }
        FetchRequestData data = builder.build();
        short version = data.canUseTopicIds() ? ApiKeys.FETCH.latestVersion() : LAST_VERSION_WITHOUT_TOPIC_IDS;
        FetchRequest.Builder request = FetchRequest.Builder.forConsumer(
                        version, maxWaitMs, terms.minBytes(), data.toSend())
                .isolationLevel(terms.isolation())
                .setMaxBytes(maxBytes)
                .metadata(data.metadata())
                .removed(data.toForget())
                .replaced(data.toReplace())
                .rackId(terms.rack());
        nodesInFlight.add(nodeId);
        connection.send(nodeId, request, true, answer -> onAnswer(nodeId, data, answer));
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

    private void onAnswer(int nodeId, FetchRequestData asked, ClientResponse answer) {
        nodesInFlight.remove(nodeId);
        String problem = "";
        if (answer.wasDisconnected() || answer.versionMismatch() != null || answer.authenticationException() != null) {
            problem = failure(nodeId, answer);
            session(nodeId).handleError(DisconnectException.INSTANCE);
        } else {
            FetchResponse response = (FetchResponse) answer.responseBody();
            short version = answer.requestHeader().apiVersion();
            if (session(nodeId).handleResponse(response, version)) {
                tellPartitions(nodeId, asked, response, version);
            } else {
                problem = response.error().name();
                connection.metadata().requestUpdate(false);
            }
        }
        listener.onFetchEnded(new FetchEnd(nodeId, asked.sessionPartitions().keySet(), problem));
    }

    private FetchSessionHandler session(int nodeId) {
        return sessions.get(nodeId);
    }

    private static String failure(int nodeId, ClientResponse answer) {
        if (answer.versionMismatch() != null) {
            return "broker " + nodeId + " has no Fetch version in common: "
                    + answer.versionMismatch().getMessage();
        }
        if (answer.authenticationException() != null) {
            return "broker " + nodeId + ": " + answer.authenticationException().getMessage();
        }
        return (answer.wasTimedOut() ? "no answer in time from broker " : "disconnected from broker ") + nodeId;
    }

    private void tellPartitions(int nodeId, FetchRequestData asked, FetchResponse response, short version) {
        Map<TopicPartition, PartitionData> parts =
                response.responseData(session(nodeId).sessionTopicNames(), version);
        int bytes = 0;
        for (PartitionData part : parts.values()) {
            bytes += FetchResponse.recordsSize(part);
        }
        listener.onAnswer(nodeId, bytes);
        Map<TopicPartition, LeaderIdAndEpoch> moved = new HashMap<>();
        for (Map.Entry<TopicPartition, PartitionData> entry : parts.entrySet()) {
            TopicPartition partition = entry.getKey();
            FetchRequest.PartitionData position = asked.sessionPartitions().get(partition);
            if (position == null) {
                throw new IllegalStateException(
                        "broker " + nodeId + " answered for " + partition + ", never asked for");
            }
            FetchedPartition fetched = fetched(partition, position.fetchOffset, entry.getValue());
            if (fetched.outcome() == FetchOutcome.MOVED) {
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

    private static FetchedPartition fetched(TopicPartition partition, long fetchOffset, PartitionData data) {
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
                new LogMarks(data.logStartOffset(), data.lastStableOffset(), data.highWatermark()),
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
