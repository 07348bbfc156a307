package io.tain.wire;

import io.tain.wire.TopicMetadata.Timing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.clients.Metadata;
import org.apache.kafka.clients.RequestCompletionHandler;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.memory.MemoryPool;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Utils;

/**
 * One thread's connections to the brokers of one cluster: Kafka's network client and the metadata it keeps fresh.
 *
 * <p>Everything but {@link #wakeup} belongs to the thread that calls {@link #poll}. Callbacks run inside {@code poll}.
 */
final class ClusterConnection implements AutoCloseable {
    static final int CONNECTIONS = 8;
    private static final int STEP = 1 << 27;

    private final KafkaClient client;
    private final TopicMetadata metadata;
    private final Metrics metrics;
    private final int requestTimeoutMs;

    /** For a scripted client: {@code metrics} are closed with the connection. */
    ClusterConnection(KafkaClient client, TopicMetadata metadata, Metrics metrics, int requestTimeoutMs) {
        this.client = client;
        this.metadata = metadata;
        this.metrics = metrics;
        this.requestTimeoutMs = requestTimeoutMs;
    }

    /** Connects with consumer settings; no broker is contacted before the first poll. */
    static ClusterConnection forConsumer(
            Map<String, Object> settings, String clientId, MemoryPool buffers, ConnectionWatch watch) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        ConsumerConfig config = new ConsumerConfig(all);
        int maxAnswerBytes = BoundedNetwork.limit(
                config.getInt(ConsumerConfig.FETCH_MAX_BYTES_CONFIG),
                Runtime.getRuntime().maxMemory());
        return connect(config, new BoundedNetwork.Terms("fetch", 100, maxAnswerBytes, buffers), watch);
    }

    /** Connects with producer settings, allowing {@code maxInFlight} unanswered requests to each broker. */
    static ClusterConnection forProducer(
            Map<String, Object> settings, String clientId, int maxInFlight, ConnectionWatch watch) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
        all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        int maxAnswerBytes =
                BoundedNetwork.limitWithoutBatches(Runtime.getRuntime().maxMemory());
        return connect(
                new ProducerConfig(all),
                new BoundedNetwork.Terms("produce", maxInFlight, maxAnswerBytes, MemoryPool.NONE),
                watch);
    }

    private static ClusterConnection connect(AbstractConfig config, BoundedNetwork.Terms terms, ConnectionWatch watch) {
        String clientId = config.getString(CommonClientConfigs.CLIENT_ID_CONFIG);
        LogContext logContext = new LogContext("[" + clientId + "] ");
        Timing timing = new Timing(
                config.getLong(CommonClientConfigs.RETRY_BACKOFF_MS_CONFIG),
                config.getLong(CommonClientConfigs.RETRY_BACKOFF_MAX_MS_CONFIG),
                config.getLong(CommonClientConfigs.METADATA_MAX_AGE_CONFIG));
        TopicMetadata metadata = new TopicMetadata(timing, logContext, watch);
        metadata.bootstrap(ClientUtils.parseAndValidateAddresses(config));
        Metrics metrics = new Metrics();
        KafkaClient client = BoundedNetwork.connect(config, terms, metadata, metrics, logContext);
        return new ClusterConnection(
                client, metadata, metrics, config.getInt(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG));
    }

    TopicMetadata metadata() {
        return metadata;
    }

    int requestTimeoutMs() {
        return requestTimeoutMs;
    }

    /** The partition's leader, if it has one that can be reached; a refresh is asked for if it hasn't. */
    Optional<Leader> leader(TopicPartition partition) {
        Metadata.LeaderAndEpoch leader = metadata.currentLeader(partition);
        if (leader.leader.isEmpty() || leader.leader.get().isEmpty()) {
            metadata.requestUpdate(false);
            return Optional.empty();
        }
        return Optional.of(new Leader(leader.leader.get().id(), leader.epoch, topicId(partition.topic())));
    }

    Uuid topicId(String topic) {
        return metadata.topicIds().getOrDefault(topic, Uuid.ZERO_UUID);
    }

    /**
     * Whether metadata has the topic that was asked for, as far as ids are known. A leader told by an answer about one that was deleted
     * since would count for the new topic of the name: its epoch is higher, so that metadata with the true one is not believed any more.
     */
    boolean isCurrent(String topic, Uuid asked) {
        return asked.equals(Uuid.ZERO_UUID) || asked.equals(topicId(topic));
    }

    /** Why the topic has no metadata, in the broker's words; empty when nothing is wrong with it. */
    Optional<String> topicProblem(String topic) {
        Optional<String> ofTopic =
                metadata.topicError(topic).filter(e -> e != Errors.NONE).map(Errors::name);
        return ofTopic.isPresent() ? ofTopic : clusterProblem();
    }

    Optional<String> clusterProblem() {
        return metadata.problem().map(e -> e.getClass().getSimpleName() + ": " + e.getMessage());
    }

    /**
     * One of {@link #CONNECTIONS} connections to a broker. The network client has one connection for each id, so the first is
     * named by the broker's id, and the others by ids far above all of these (as consumers do for their coordinator's).
     *
     * @param index from 0
     */
    static int connection(int nodeId, int index) {
        return nodeId >= 0 && nodeId < STEP ? nodeId + index * STEP : nodeId;
    }

    /** The broker that a connection leads to. */
    static int broker(int connection) {
        return connection % STEP;
    }

    Optional<Node> node(int connection) {
        Node node = metadata.fetch().nodeById(broker(connection));
        return node == null || node.id() == connection
                ? Optional.ofNullable(node)
                : Optional.of(new Node(connection, node.host(), node.port(), node.rack()));
    }

    /** Whether a request could be written to the connection now; begins to connect if not connected. */
    boolean isReady(int connection, long nowMs) {
        Optional<Node> node = node(connection);
        return node.isPresent() && client.ready(node.get(), nowMs);
    }

    /** Why no request can go over the connection; empty while it stands or has not failed yet. */
    Optional<String> connectionProblem(int connection) {
        return clusterProblem()
                .or(() -> node(connection)
                        .filter(client::connectionFailed)
                        .map(node -> "can't connect to broker " + broker(connection)));
    }

    /** A node that can take a request now, connecting if need be; empty when none can yet. */
    Optional<Node> anyReadyNode(long nowMs) {
        Node node = client.leastLoadedNode(nowMs).node();
        return node != null && client.ready(node, nowMs) ? Optional.of(node) : Optional.empty();
    }

    void send(
            int connection,
            AbstractRequest.Builder<?> request,
            boolean expectAnswer,
            RequestCompletionHandler onAnswer) {
        long nowMs = SteadyClock.nowMs();
        client.send(
                client.newClientRequest(
                        Integer.toString(connection), request, nowMs, expectAnswer, requestTimeoutMs, onAnswer),
                nowMs);
    }

    void poll(long timeoutMs, long nowMs) {
        client.poll(timeoutMs, nowMs);
    }

    /** Makes a poll in progress return; from any thread. */
    void wakeup() {
        client.wakeup();
    }

    /** Takes over new leaders told in an answer (KIP-951). */
    void updateLeaders(Map<TopicPartition, Metadata.LeaderIdAndEpoch> leaders, List<Node> nodes) {
        metadata.updatePartitionLeadership(leaders, nodes);
    }

    @Override
    public void close() {
        Utils.closeQuietly(client, "network client");
        metadata.close();
        metrics.close();
    }
}
