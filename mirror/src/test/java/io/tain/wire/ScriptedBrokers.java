package io.tain.wire;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.utils.LogContext;

/**
 * Brokers that answer when a test says so, with real request and response objects and no sockets. Requests wait in the order
 * they were sent; an answer is delivered at the next poll.
 */
public final class ScriptedBrokers extends UnwiredClient {
    private final List<ClientRequest> sent = new ArrayList<>();
    private final List<Runnable> deliveries = new ArrayList<>();
    private final Map<TopicPartition, Integer> leaders = new HashMap<>();
    private final Map<String, Uuid> topicIds = new HashMap<>();
    private final Set<Integer> unreachable = new HashSet<>();
    private final Set<String> deleted = new HashSet<>();
    private long nextProducerId = 1_000;
    private long latencyMs;
    private final TopicMetadata metadata =
            new TopicMetadata(new TopicMetadata.Timing(10, 100, 300_000), new LogContext(), cluster -> {});

    /** Answers what is asked of coordinators, or loses the connection. */
    private Function<AbstractRequest, Optional<AbstractResponse>> coordinator =
            request -> Optional.of(new InitProducerIdResponse(new InitProducerIdResponseData()
                    .setProducerId(nextProducerId++)
                    .setProducerEpoch((short) 0)));

    public ScriptedBrokers() {
        metadata.bootstrap(List.of(new InetSocketAddress("localhost", 9)));
    }

    /** A client that speaks to these brokers. */
    public ProduceClient produceClient(int acks) {
        return new ProduceClient(new ClusterConnection(this, metadata, new Metrics(), 30_000), (short) acks);
    }

    /** A client that speaks to these brokers. */
    public FetchClient fetchClient(FetchClient.Terms terms, FetchListener listener) {
        ClusterConnection connection = new ClusterConnection(this, metadata, new Metrics(), 30_000);
        return new FetchClient(
                connection, new AnswerBuffers(terms.keptBytes()), terms, listener, new ShortestRoundTrip());
    }

    /** A client that speaks to these brokers, and is answered by this coordinator; its connection is lost where there is no answer. */
    FenceClient fenceClient(Function<AbstractRequest, Optional<AbstractResponse>> answers) {
        coordinator = answers;
        return new FenceClient(new ClusterConnection(this, metadata, new Metrics(), 30_000));
    }

    /** Says who leads a partition; takes effect at the next metadata answer, which every poll brings if it is wanted. */
    public void lead(TopicPartition partition, int nodeId) {
        leaders.put(partition, nodeId);
        topicIds.computeIfAbsent(partition.topic(), topic -> Uuid.randomUuid());
        metadata.requestUpdate(false);
    }

    public void cutOff(int nodeId) {
        unreachable.add(nodeId);
    }

    public void reconnect(int nodeId) {
        unreachable.remove(nodeId);
    }

    /** One batch of a Produce request that waits for its answer. */
    public record Produced(int node, TopicPartition partition, MemoryRecords records) {
        public int baseSequence() {
            return records.batches().iterator().next().baseSequence();
        }

        public long producerId() {
            return records.batches().iterator().next().producerId();
        }

        public short epoch() {
            return records.batches().iterator().next().producerEpoch();
        }

        public int count() {
            return records.batches().iterator().next().countOrNull();
        }

        public boolean isIntact() {
            return records.batches().iterator().next().isValid();
        }
    }

    /** Batches of all Produce requests that wait for their answers, in order. */
    public List<Produced> produced() {
        List<Produced> all = new ArrayList<>();
        for (ClientRequest request : sent) {
            if (request.apiKey() == ApiKeys.PRODUCE) {
                all.addAll(batchesOf(request));
            }
        }
        return all;
    }

    private List<Produced> batchesOf(ClientRequest request) {
        List<Produced> all = new ArrayList<>();
        for (TopicProduceData topic : produceData(request).data().topicData()) {
            for (PartitionProduceData data : topic.partitionData()) {
                all.add(new Produced(
                        Integer.parseInt(request.destination()),
                        new TopicPartition(topic.name(), data.index()),
                        (MemoryRecords) data.records()));
            }
        }
        return all;
    }

    private static ProduceRequest produceData(ClientRequest request) {
        return (ProduceRequest) request.requestBuilder().build(ApiKeys.PRODUCE.latestVersion());
    }

    /** Answers the oldest Produce request, every partition of it alike. */
    public void answerProduce(Errors error, long baseOffset) {
        ClientRequest request = take(ApiKeys.PRODUCE);
        ProduceResponseData answer = new ProduceResponseData();
        for (TopicProduceData topic : produceData(request).data().topicData()) {
            TopicProduceResponse part = new TopicProduceResponse().setTopicId(topic.topicId());
            topic.partitionData()
                    .forEach(data -> part.partitionResponses()
                            .add(new PartitionProduceResponse()
                                    .setIndex(data.index())
                                    .setErrorCode(error.code())
                                    .setBaseOffset(error == Errors.NONE ? baseOffset : -1)));
            answer.responses().add(part);
        }
        deliver(request, new ProduceResponse(answer));
    }

    /** One partition of a Fetch request: what it asks for. */
    public record Asked(TopicPartition partition, long offset, int maxBytes, Optional<Integer> leaderEpoch) {}

    /** Answers seem to have taken this long from now on. */
    public void delayBy(long millis) {
        latencyMs = millis;
    }

    /** Where the waiting Fetch requests were sent, in order. */
    public List<String> fetchDestinations() {
        return sent.stream()
                .filter(r -> r.apiKey() == ApiKeys.FETCH)
                .map(ClientRequest::destination)
                .toList();
    }

    /** What the oldest waiting Fetch request asks for, in addition to what its session asked for before. */
    public List<Asked> fetchAsked() {
        ClientRequest request = sent.stream()
                .filter(r -> r.apiKey() == ApiKeys.FETCH)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no fetch waits"));
        FetchRequest fetch = (FetchRequest) request.requestBuilder().build(ApiKeys.FETCH.latestVersion());
        List<Asked> asked = new ArrayList<>();
        fetch.data()
                .topics()
                .forEach(topic -> topic.partitions()
                        .forEach(part -> asked.add(new Asked(
                                new TopicPartition(nameOf(topic.topicId()), part.partition()),
                                part.fetchOffset(),
                                part.partitionMaxBytes(),
                                Optional.of(part.currentLeaderEpoch())))));
        return asked;
    }

    private String nameOf(Uuid topicId) {
        return topicIds.entrySet().stream()
                .filter(entry -> entry.getValue().equals(topicId))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new AssertionError("unknown topic id " + topicId));
    }

    /** Gives the topic a new id, as deleting and creating it does. */
    public void recreate(String topic) {
        recreate(topic, Uuid.randomUuid());
    }

    /** {@link #recreate(String)} with an id of the test's choice; takes effect at the next metadata answer. */
    public void recreate(String topic, Uuid id) {
        topicIds.put(topic, id);
        metadata.requestUpdate(false);
    }

    /** The topic's id now. */
    public Uuid topicId(String topic) {
        return topicIds.get(topic);
    }

    /** The topic is no longer known to any broker, until it is led again. */
    public void delete(String topic) {
        leaders.keySet().removeIf(partition -> partition.topic().equals(topic));
        deleted.add(topic);
        metadata.requestUpdate(false);
    }

    /** Answers the oldest Fetch: what was read diverges from the leader's log at this offset (KIP-595). */
    public void answerDiverging(TopicPartition partition, long cutAt) {
        ClientRequest request = take(ApiKeys.FETCH);
        LinkedHashMap<TopicIdPartition, FetchResponseData.PartitionData> parts = new LinkedHashMap<>();
        parts.put(
                new TopicIdPartition(topicIds.get(partition.topic()), partition),
                new FetchResponseData.PartitionData()
                        .setPartitionIndex(partition.partition())
                        .setDivergingEpoch(new FetchResponseData.EpochEndOffset()
                                .setEpoch(3)
                                .setEndOffset(cutAt))
                        .setRecords(MemoryRecords.EMPTY));
        deliver(request, FetchResponse.of(Errors.NONE, 0, 77, parts, List.of()));
    }

    /** Answers the oldest Fetch request with these bytes, or this error, of one partition, and nothing of the others. */
    public void answerFetch(TopicPartition partition, Errors error, MemoryRecords records, long endOffset) {
        answerFetch(partition, error, records, endOffset, endOffset);
    }

    /** The same with a transaction open at the last stable offset, if that is below the end. */
    public void answerFetch(
            TopicPartition partition, Errors error, MemoryRecords records, long lastStable, long endOffset) {
        List<Asked> asked = fetchAsked();
        ClientRequest request = take(ApiKeys.FETCH);
        FetchResponseData.PartitionData data = new FetchResponseData.PartitionData()
                .setPartitionIndex(partition.partition())
                .setErrorCode(error.code())
                .setHighWatermark(endOffset)
                .setLastStableOffset(lastStable)
                .setLogStartOffset(0)
                .setRecords(records);
        LinkedHashMap<TopicIdPartition, FetchResponseData.PartitionData> parts = new LinkedHashMap<>();
        for (Asked other : asked) {
            parts.put(
                    new TopicIdPartition(topicIds.get(other.partition().topic()), other.partition()),
                    new FetchResponseData.PartitionData()
                            .setPartitionIndex(other.partition().partition())
                            .setRecords(MemoryRecords.EMPTY));
        }
        parts.put(new TopicIdPartition(topicIds.get(partition.topic()), partition), data);
        deliver(request, FetchResponse.of(Errors.NONE, 0, 77, parts, List.of()));
    }

    /** Breaks the connection: the oldest request of this kind will never be answered. */
    public void disconnect(ApiKeys kind) {
        ClientRequest request = take(kind);
        deliveries.add(() -> request.callback().onComplete(response(request, null, true)));
    }

    public boolean isWaiting(ApiKeys kind) {
        return sent.stream().anyMatch(request -> request.apiKey() == kind);
    }

    /** The oldest waiting request of this kind; it waits no more. */
    ClientRequest take(ApiKeys kind) {
        for (ClientRequest request : sent) {
            if (request.apiKey() == kind) {
                sent.remove(request);
                return request;
            }
        }
        throw new AssertionError("no " + kind + " request waits");
    }

    void deliver(ClientRequest request, AbstractResponse body) {
        deliveries.add(() -> request.callback().onComplete(response(request, body, false)));
    }

    private ClientResponse response(ClientRequest request, AbstractResponse body, boolean disconnected) {
        short version = request.apiKey().latestVersion();
        return new ClientResponse(
                request.makeHeader(version),
                request.callback(),
                request.destination(),
                0,
                latencyMs,
                disconnected,
                false,
                null,
                null,
                body);
    }

    private void updateMetadata(long now) {
        MetadataResponseData data = new MetadataResponseData().setClusterId("scripted");
        for (int id = 1; id <= 3; id++) {
            data.brokers()
                    .add(new MetadataResponseBroker()
                            .setNodeId(id)
                            .setHost("localhost")
                            .setPort(id));
        }
        Map<String, MetadataResponseTopic> topics = new HashMap<>();
        leaders.forEach((partition, leader) -> topics.computeIfAbsent(
                        partition.topic(),
                        name -> new MetadataResponseTopic().setName(name).setTopicId(topicIds.get(name)))
                .partitions()
                .add(new MetadataResponsePartition()
                        .setPartitionIndex(partition.partition())
                        .setLeaderId(leader)
                        .setLeaderEpoch(5)
                        .setReplicaNodes(List.of(leader))
                        .setIsrNodes(List.of(leader))));
        topics.values().forEach(data.topics()::add);
        deleted.stream()
                .filter(topic -> !topics.containsKey(topic))
                .forEach(topic -> data.topics()
                        .add(new MetadataResponseTopic()
                                .setName(topic)
                                .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())));
        MetadataResponse response = new MetadataResponse(data, ApiKeys.METADATA.latestVersion());
        metadata.update(metadata.newMetadataRequestAndVersion(now).requestVersion, response, false, now);
    }

    @Override
    public List<ClientResponse> poll(long timeout, long now) {
        if (metadata.updateRequested()) {
            updateMetadata(now);
        }
        for (ClientRequest request : List.copyOf(sent)) {
            if (request.apiKey() != ApiKeys.PRODUCE && request.apiKey() != ApiKeys.FETCH) {
                sent.remove(request);
                AbstractRequest body =
                        request.requestBuilder().build(request.requestBuilder().latestAllowedVersion());
                coordinator
                        .apply(body)
                        .ifPresentOrElse(
                                answer -> deliver(request, answer),
                                () -> deliveries.add(
                                        () -> request.callback().onComplete(response(request, null, true))));
            }
        }
        List<Runnable> due = List.copyOf(deliveries);
        deliveries.clear();
        due.forEach(Runnable::run);
        return List.of();
    }

    @Override
    public void send(ClientRequest request, long now) {
        sent.add(request);
    }

    @Override
    public boolean isReady(Node node, long now) {
        return !unreachable.contains(node.id());
    }

    @Override
    public int inFlightRequestCount() {
        return sent.size();
    }

    @Override
    public boolean connectionFailed(Node node) {
        return unreachable.contains(node.id());
    }
}
