package io.tain.wire;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.LeastLoadedNode;
import org.apache.kafka.clients.Metadata.MetadataRequestAndVersion;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.utils.LogContext;

/**
 * A network client whose connections a simulation moves: it says when a broker looks at the next request, when an answer is
 * on its way, and when a connection breaks. Requests of a connection are executed, and answered, in order.
 */
public final class SimulatedClient extends UnwiredClient {
    private static final int REQUEST_TIMEOUT_MS = 5_000;

    private final String name;
    private final Brokers brokers;
    private final int maxInFlight;
    private final Consumer<Sent> orphans;
    private final Map<Integer, Connection> connections = new TreeMap<>();
    private final List<Runnable> deliveries = new ArrayList<>();
    private final TopicMetadata metadata =
            new TopicMetadata(new TopicMetadata.Timing(0, 0, 300_000), new LogContext(), cluster -> {});
    private Optional<Update> update = Optional.empty();
    private long nextUpdateMs;

    /** The cluster at the other end. */
    public interface Brokers {
        long nowMs();

        /** Counts the steps of the simulation. */
        long moment();

        MetadataResponse metadata();

        boolean isUp(int node);

        /** Executes a request. */
        Optional<AbstractResponse> answer(Sent sent);

        /** The answer reaches the client that asked. */
        void onDelivered(Sent sent, AbstractResponse answer);

        boolean strikes(Trouble trouble);

        int delayMs(int longest);

        /** How long the broker holds an answer back. */
        int holdMs(AbstractResponse answer);
    }

    /** What may happen to requests, whatever they are. */
    public enum Trouble {
        METADATA_FAILS,
        STALE_METADATA,
        SLOW_ANSWER,
        LOST_ANSWER,
        LATE_EXECUTION
    }

    /** A request with bytes of its own. */
    public record Sent(String client, int node, AbstractRequest body, ClientRequest origin, long sentMs, long sentAt) {}

    private record Answer(Sent sent, AbstractResponse body, long dueMs) {}

    private record Update(MetadataRequestAndVersion asked, MetadataResponse answer, long dueMs) {}

    private static final class Connection {
        final Deque<Sent> waiting = new ArrayDeque<>();
        final Deque<Answer> answers = new ArrayDeque<>();
        final IdentityHashMap<Sent, List<ByteBuffer>> borrowed = new IdentityHashMap<>();
        long readyMs = -1;
        boolean dead;

        int inFlight() {
            return waiting.size() + answers.size();
        }
    }

    /** @param orphans is given what was sent over a connection that broke and may be executed yet */
    public SimulatedClient(String name, Brokers brokers, int maxInFlight, Consumer<Sent> orphans) {
        this.name = name;
        this.brokers = brokers;
        this.maxInFlight = maxInFlight;
        this.orphans = orphans;
        metadata.bootstrap(List.of(new InetSocketAddress("localhost", 9)));
    }

    /** @param far whether the brokers seem to be far away */
    public FetchClient fetchClient(FetchClient.Terms terms, FetchListener listener, boolean far) {
        ShortestRoundTrip roundTrip = new ShortestRoundTrip();
        roundTrip.observe(far ? 100 : 1, brokers.nowMs());
        return new FetchClient(connection(), new AnswerBuffers(terms.keptBytes()), terms, listener, roundTrip);
    }

    public ProduceClient produceClient(int acks) {
        return new ProduceClient(connection(), (short) acks);
    }

    public FenceClient fenceClient() {
        return new FenceClient(connection());
    }

    private ClusterConnection connection() {
        return new ClusterConnection(this, metadata, new Metrics(), REQUEST_TIMEOUT_MS);
    }

    /** Connections whose broker could look at a request of this client. */
    public List<Integer> busy() {
        List<Integer> nodes = new ArrayList<>();
        connections.forEach((node, connection) -> {
            if (!connection.dead && !connection.waiting.isEmpty() && brokers.isUp(ClusterConnection.broker(node))) {
                nodes.add(node);
            }
        });
        return nodes;
    }

    /** Connections that this client has requests on, answered or not. */
    public List<Integer> connected() {
        List<Integer> nodes = new ArrayList<>();
        connections.forEach((node, connection) -> {
            if (connection.inFlight() > 0) {
                nodes.add(node);
            }
        });
        return nodes;
    }

    /** The broker executes the oldest request. */
    public void process(int node) {
        Connection connection = connections.get(node);
        Sent sent = connection.waiting.remove();
        checkUnchanged(connection, sent);
        Optional<AbstractResponse> body = brokers.answer(sent);
        if (body.isEmpty() || brokers.strikes(Trouble.LOST_ANSWER)) {
            connection.waiting.addFirst(sent);
            breakOff(node, true);
            return;
        }
        int longest = brokers.strikes(Trouble.SLOW_ANSWER) ? 2_000 : 30;
        connection.answers.add(
                new Answer(sent, body.get(), brokers.nowMs() + brokers.holdMs(body.get()) + brokers.delayMs(longest)));
    }

    /** The connection breaks; {@code executed} says that the first waiting request was executed all the same. */
    private void breakOff(int node, boolean executed) {
        Connection connection = connections.get(node);
        List<Sent> unanswered = new ArrayList<>();
        connection.answers.forEach(answer -> unanswered.add(answer.sent));
        unanswered.addAll(connection.waiting);
        boolean first = executed;
        for (Sent sent : connection.waiting) {
            if (!first && brokers.strikes(Trouble.LATE_EXECUTION)) {
                orphans.accept(sent);
            }
            first = false;
        }
        connections.remove(node);
        unanswered.forEach(sent -> deliveries.add(() -> complete(sent, null)));
    }

    /** All connections to the broker break. */
    public void disconnectFrom(int broker) {
        for (int i = 0; i < ClusterConnection.CONNECTIONS; i++) {
            disconnect(ClusterConnection.connection(broker, i));
        }
    }

    public void disconnect(int node) {
        if (connections.containsKey(node)) {
            breakOff(node, false);
        }
    }

    /** From now on nothing comes back, and nothing says so. */
    public void turnIntoBlackHole(int node) {
        Optional.ofNullable(connections.get(node)).ifPresent(connection -> connection.dead = true);
    }

    /** The process has died: what it had sent may be executed yet. */
    public void die() {
        List.copyOf(connections.keySet()).forEach(this::disconnect);
        deliveries.clear();
        metadata.close();
    }

    private void complete(Sent sent, AbstractResponse body) {
        short version = sent.origin.apiKey().latestVersion();
        sent.origin
                .callback()
                .onComplete(new ClientResponse(
                        sent.origin.makeHeader(version),
                        sent.origin.callback(),
                        sent.origin.destination(),
                        sent.sentMs,
                        brokers.nowMs(),
                        body == null,
                        false,
                        null,
                        null,
                        body));
    }

    @Override
    public void send(ClientRequest request, long now) {
        int node = Integer.parseInt(request.destination());
        short version = (short) Math.min(
                request.apiKey().latestVersion(), request.requestBuilder().latestAllowedVersion());
        AbstractRequest body = request.requestBuilder().build(version);
        Sent sent = new Sent(name, ClusterConnection.broker(node), body, request, brokers.nowMs(), brokers.moment());
        Connection connection = connections.get(node);
        if (body instanceof ProduceRequest produce) {
            connection.borrowed.put(sent, own(produce));
        }
        connection.waiting.add(sent);
    }

    /** Gives a request bytes of its own, since it may be executed long after the client forgot it; returns the client's. */
    private static List<ByteBuffer> own(ProduceRequest request) {
        List<ByteBuffer> borrowed = new ArrayList<>();
        for (TopicProduceData topic : request.data().topicData()) {
            for (PartitionProduceData data : topic.partitionData()) {
                ByteBuffer theirs = ((MemoryRecords) data.records()).buffer();
                ByteBuffer copy = ByteBuffer.allocate(theirs.remaining());
                copy.put(theirs.duplicate()).flip();
                data.setRecords(MemoryRecords.readableRecords(copy));
                borrowed.add(theirs);
            }
        }
        return borrowed;
    }

    /** A socket may take a request's bytes any time before the answer, so that they have to stay as they are. */
    private static void checkUnchanged(Connection connection, Sent sent) {
        List<ByteBuffer> borrowed = connection.borrowed.remove(sent);
        if (borrowed == null) {
            return;
        }
        int i = 0;
        for (TopicProduceData topic : ((ProduceRequest) sent.body).data().topicData()) {
            for (PartitionProduceData data : topic.partitionData()) {
                if (!borrowed.get(i++).equals(((MemoryRecords) data.records()).buffer())) {
                    throw new AssertionError("the bytes of a request changed while it was being sent");
                }
            }
        }
    }

    @Override
    public List<ClientResponse> poll(long timeout, long now) {
        updateMetadata(now);
        for (Map.Entry<Integer, Connection> entry : List.copyOf(connections.entrySet())) {
            if (isOverdue(entry.getValue(), now)) {
                disconnect((int) entry.getKey());
            } else {
                deliver(entry.getValue(), now);
            }
        }
        List<Runnable> due = List.copyOf(deliveries);
        deliveries.clear();
        due.forEach(Runnable::run);
        return List.of();
    }

    private static boolean isOverdue(Connection connection, long now) {
        Sent oldest = connection.answers.isEmpty() ? connection.waiting.peek() : connection.answers.element().sent;
        return oldest != null && now - oldest.sentMs > REQUEST_TIMEOUT_MS;
    }

    private void deliver(Connection connection, long now) {
        while (!connection.dead && !connection.answers.isEmpty() && connection.answers.element().dueMs <= now) {
            Answer answer = connection.answers.remove();
            deliveries.add(() -> {
                brokers.onDelivered(answer.sent, answer.body);
                complete(answer.sent, answer.body);
            });
        }
    }

    private void updateMetadata(long now) {
        if (update.isEmpty() && now >= nextUpdateMs && metadata.timeToNextUpdate(now) == 0) {
            int longest = brokers.strikes(Trouble.STALE_METADATA) ? 1_500 : 20;
            update = Optional.of(new Update(
                    metadata.newMetadataRequestAndVersion(now), brokers.metadata(), now + brokers.delayMs(longest)));
        }
        if (update.isPresent() && now >= update.get().dueMs) {
            Update done = update.get();
            update = Optional.empty();
            nextUpdateMs = now + 20;
            if (brokers.strikes(Trouble.METADATA_FAILS)) {
                metadata.failedUpdate(now);
            } else {
                metadata.update(done.asked.requestVersion, done.answer, done.asked.isPartialUpdate, now);
            }
        }
    }

    @Override
    public boolean isReady(Node node, long now) {
        if (!brokers.isUp(ClusterConnection.broker(node.id()))) {
            return false;
        }
        Connection connection = connections.computeIfAbsent(node.id(), id -> new Connection());
        if (connection.readyMs < 0) {
            connection.readyMs = now + brokers.delayMs(100);
        }
        return now >= connection.readyMs && connection.inFlight() < maxInFlight;
    }

    @Override
    public LeastLoadedNode leastLoadedNode(long now) {
        int id = 1 + brokers.delayMs(2);
        return new LeastLoadedNode(new Node(id, "localhost", id), true);
    }

    @Override
    public String toString() {
        return name;
    }

    @Override
    public int inFlightRequestCount() {
        return connections.values().stream().mapToInt(Connection::inFlight).sum();
    }
}
