package io.tain.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.Metadata.LeaderIdAndEpoch;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;

/**
 * Sends batches to the brokers of the target, several requests in flight for each.
 *
 * <p>Owned by one thread; only {@link #wakeup} and {@link #throttledMs} may be called from others.
 */
public final class ProduceClient implements AutoCloseable {
    private final ClusterConnection connection;
    private final short acks;
    private final ShortestRoundTrip roundTrip = new ShortestRoundTrip();
    private boolean identityAsked;
    private final AtomicLong throttledMs = new AtomicLong();

    ProduceClient(ClusterConnection connection, short acks) {
        this.connection = connection;
        this.acks = acks;
    }

    /**
     * A client with these producer settings; connects at the first poll.
     *
     * @param watch is told the cluster's id with its metadata; what it throws, {@link #poll} throws
     */
    public static ProduceClient connect(
            Map<String, Object> settings, String clientId, short acks, int maxInFlight, ConnectionWatch watch) {
        return new ProduceClient(ClusterConnection.forProducer(settings, clientId, maxInFlight, watch), acks);
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

    /** How many partitions the topic has; empty while unknown. */
    public OptionalInt partitions(String topic) {
        Integer count = connection.metadata().fetch().partitionCountForTopic(topic);
        return count == null ? OptionalInt.empty() : OptionalInt.of(count);
    }

    /** Why the topic can't be written, in the broker's words; empty when nothing is known to be wrong. */
    public Optional<String> problem(String topic) {
        return connection.topicProblem(topic);
    }

    /** Why no broker lets us in, such as refused credentials; empty when one has since. */
    public Optional<String> clusterProblem() {
        return connection.clusterProblem();
    }

    /** Whether a request could be sent to the broker now. Begins to connect if need be. */
    public boolean isReady(int nodeId, long nowMs) {
        return connection.isReady(nodeId, nowMs);
    }

    /**
     * Sends one batch for each of these partitions to their common leader. Each is answered once through the listener;
     * their bytes must not change until then.
     */
    public void produce(int nodeId, Map<TopicPartition, ByteBuffer> batches, ProduceListener listener) {
        TopicProduceDataCollection topics = new TopicProduceDataCollection();
        Map<Uuid, String> names = new HashMap<>();
        for (Map.Entry<TopicPartition, ByteBuffer> batch : batches.entrySet()) {
            String topic = batch.getKey().topic();
            Uuid topicId = connection.topicId(topic);
            TopicProduceData data = topics.find(topic, topicId);
            if (data == null) {
                data = new TopicProduceData().setName(topic).setTopicId(topicId);
                topics.add(data);
                names.put(topicId, topic);
            }
            data.partitionData()
                    .add(new PartitionProduceData()
                            .setIndex(batch.getKey().partition())
                            .setRecords(MemoryRecords.readableRecords(
                                    batch.getValue().duplicate())));
        }
        ProduceRequest.Builder request = ProduceRequest.builder(new ProduceRequestData()
                .setAcks(acks)
                .setTimeoutMs(connection.requestTimeoutMs())
                .setTopicData(topics));
        List<TopicPartition> asked = List.copyOf(batches.keySet());
        connection.send(nodeId, request, acks != 0, answer -> onAnswer(answer, asked, names, listener));
    }

    /** Asks any broker for a producer id, if one is ready; the answer, or a problem's text, comes from a later poll. */
    public void maybeAskIdentity(long nowMs, Consumer<ProducerIdentity> onIdentity, Consumer<String> onProblem) {
        if (identityAsked) {
            return;
        }
        Optional<Node> node = connection.anyReadyNode(nowMs);
        if (node.isEmpty()) {
            connection.clusterProblem().ifPresent(onProblem);
            return;
        }
        identityAsked = true;
        InitProducerIdRequest.Builder request = new InitProducerIdRequest.Builder(
                new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(Integer.MAX_VALUE));
        connection.send(node.get().id(), request, true, answer -> {
            identityAsked = false;
            if (!answer.hasResponse()) {
                onProblem.accept("no producer id: " + failure(answer));
                return;
            }
            InitProducerIdResponseData data = ((InitProducerIdResponse) answer.responseBody()).data();
            if (data.errorCode() == Errors.NONE.code()) {
                onIdentity.accept(new ProducerIdentity(data.producerId(), data.producerEpoch()));
            } else {
                onProblem.accept("no producer id: " + Errors.forCode(data.errorCode()));
            }
        });
    }

    /** How long the target took for the quickest answer of late, in milliseconds: about the delay of the way there. */
    public long shortestRoundTripMs() {
        return roundTrip.millis();
    }

    /** How long the target's brokers have told us to wait because of quotas, in all (KIP-219); from any thread. */
    public long throttledMs() {
        return throttledMs.get();
    }

    /** Changes whenever the cluster has told something new about topics, their leaders or its brokers. */
    public int metadataVersion() {
        return connection.metadata().updateVersion();
    }

    /** Asks for fresh metadata at the next poll. */
    public void refreshMetadata() {
        connection.metadata().requestUpdate(false);
    }

    /** Reads and writes the network, and tells answers to the listeners, for at most {@code timeoutMs}. */
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

    private void onAnswer(
            ClientResponse answer, List<TopicPartition> asked, Map<Uuid, String> names, ProduceListener listener) {
        if (answer.wasDisconnected() || answer.versionMismatch() != null) {
            ProduceResult failed = ProduceResult.failed(ProduceOutcome.RETRY, failure(answer));
            asked.forEach(partition -> listener.onResult(partition, failed));
            return;
        }
        if (!answer.hasResponse()) { // acks=0: written to the socket is all there is to know
            ProduceResult sent = ProduceResult.failed(ProduceOutcome.ACKNOWLEDGED, Errors.NONE.name());
            asked.forEach(partition -> listener.onResult(partition, sent));
            return;
        }
        roundTrip.observe(answer.requestLatencyMs(), answer.receivedTimeMs());
        ProduceResponse response = (ProduceResponse) answer.responseBody();
        if (response.throttleTimeMs() > 0) {
            throttledMs.addAndGet(response.throttleTimeMs());
        }
        Map<TopicPartition, LeaderIdAndEpoch> moved = new HashMap<>();
        Set<TopicPartition> unanswered = new HashSet<>(asked);
        response.data().responses().forEach(topic -> {
            String name = names.getOrDefault(topic.topicId(), topic.name());
            for (PartitionProduceResponse part : topic.partitionResponses()) {
                // Since version 13 an answer names its topic by id only.
                String topicName = topic.topicId().equals(Uuid.ZERO_UUID) ? topic.name() : name;
                TopicPartition partition = new TopicPartition(topicName, part.index());
                ProduceResult result = result(part, answer.requestLatencyMs());
                if (result.outcome() == ProduceOutcome.MOVED && connection.isCurrent(topicName, topic.topicId())) {
                    noteLeader(partition, part, moved);
                } else if (result.outcome() != ProduceOutcome.ACKNOWLEDGED) {
                    connection.metadata().requestUpdate(false);
                }
                if (unanswered.remove(partition)) {
                    listener.onResult(partition, result);
                }
            }
        });
        unanswered.forEach(partition -> listener.onResult(
                partition, ProduceResult.failed(ProduceOutcome.RETRY, "left out of the broker's answer")));
        if (!moved.isEmpty()) {
            List<Node> nodes = new ArrayList<>();
            response.data().nodeEndpoints().forEach(e -> nodes.add(new Node(e.nodeId(), e.host(), e.port(), e.rack())));
            connection.updateLeaders(moved, nodes);
        }
    }

    private void noteLeader(
            TopicPartition partition, PartitionProduceResponse part, Map<TopicPartition, LeaderIdAndEpoch> moved) {
        if (part.currentLeader().leaderId() >= 0 && part.currentLeader().leaderEpoch() >= 0) {
            moved.put(
                    partition,
                    new LeaderIdAndEpoch(
                            Optional.of(part.currentLeader().leaderId()),
                            Optional.of(part.currentLeader().leaderEpoch())));
        } else {
            connection.metadata().requestUpdate(false);
        }
    }

    private static ProduceResult result(PartitionProduceResponse part, long latencyMs) {
        Errors error = Errors.forCode(part.errorCode());
        String text = part.errorMessage() == null ? error.name() : error.name() + ": " + part.errorMessage();
        List<Integer> refused = part.recordErrors().stream()
                .map(BatchIndexAndErrorMessage::batchIndex)
                .toList();
        return new ProduceResult(ProduceOutcome.of(error), text, part.baseOffset(), refused, latencyMs);
    }

    private static String failure(ClientResponse answer) {
        if (answer.versionMismatch() != null) {
            return "broker " + answer.destination() + " has no version in common: "
                    + answer.versionMismatch().getMessage();
        }
        if (answer.authenticationException() != null) {
            return "broker " + answer.destination() + ": "
                    + answer.authenticationException().getMessage();
        }
        return (answer.wasTimedOut() ? "no answer in time from broker " : "disconnected from broker ")
                + answer.destination();
    }
}
