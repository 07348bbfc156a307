package io.tain.sim;

import io.tain.sim.TargetLog.Written;
import io.tain.wire.SimulatedClient.Sent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;

/** The brokers that are written to: producer ids, and the errors of a Produce before and after it is done. Take-overs read them, too. */
final class TargetCluster extends SimCluster {
    private static final List<Errors> NO_ID = List.of(
            Errors.COORDINATOR_LOAD_IN_PROGRESS,
            Errors.COORDINATOR_NOT_AVAILABLE,
            Errors.CLUSTER_AUTHORIZATION_FAILED,
            Errors.UNKNOWN_SERVER_ERROR);

    private final World world;
    private final Map<TopicPartition, TargetLog> logs = new LinkedHashMap<>();
    private final FetchBroker fetches;
    private final TransactionCoordinator coordinator;
    private long lastProducerId = 900;

    TargetCluster(World world) {
        super(world, "target");
        this.world = world;
        this.fetches = new FetchBroker(world, this, logs::get);
        this.coordinator = new TransactionCoordinator(
                world,
                () -> ++lastProducerId,
                (partition, id, epoch) -> logs.get(partition).writeMarker(id, epoch));
    }

    TargetLog log(TopicPartition partition) {
        return logs.get(partition);
    }

    TransactionCoordinator coordinator() {
        return coordinator;
    }

    void add(TargetLog log) {
        logs.put(log.partition, log);
        addTopic(log.partition.topic());
    }

    /** Makes a topic for what the partitions' own topic refuses, unless it is there. */
    void makeDeadLetters(String source, String name) {
        if (topicId(name) == null) {
            world.trace.note("target: %s is created", name);
            List.copyOf(logs.values()).stream()
                    .filter(log -> log.partition.topic().equals(source))
                    .map(log -> new TargetLog(world, name, log.source, world.dice.pick(NODES)))
                    .forEach(this::add);
        }
    }

    @Override
    Collection<String> missingTopics() {
        return logs.values().stream()
                .map(log -> log.source.topic() + TargetLog.DEAD_LETTERS)
                .filter(name -> topicId(name) == null)
                .distinct()
                .toList();
    }

    Collection<TargetLog> logs() {
        return logs.values();
    }

    @Override
    int leader(TopicPartition partition) {
        return logs.get(partition).leader;
    }

    @Override
    int epoch(TopicPartition partition) {
        return logs.get(partition).epoch;
    }

    @Override
    void moveLeader(TopicPartition partition, int node) {
        TargetLog log = logs.get(partition);
        log.leader = node;
        log.epoch++;
    }

    @Override
    Collection<TopicPartition> partitions() {
        return logs.keySet();
    }

    @Override
    public Optional<AbstractResponse> answer(Sent sent) {
        if (sent.body() instanceof ProduceRequest produce) {
            return Optional.of(produce(sent, produce));
        }
        if (sent.body() instanceof FetchRequest fetch) {
            return fetches.answer(sent, fetch);
        }
        boolean isOfNobody =
                sent.body() instanceof InitProducerIdRequest init && init.data().transactionalId() == null;
        if (!isOfNobody) {
            return Optional.of(coordinator.answer(sent));
        }
        InitProducerIdResponseData data = new InitProducerIdResponseData();
        if (world.weather.strikes(Fault.PRODUCER_ID_REFUSED)) {
            data.setErrorCode(world.dice.pick(NO_ID).code());
        } else {
            data.setProducerId(++lastProducerId).setProducerEpoch((short) 0);
        }
        return Optional.of(new InitProducerIdResponse(data));
    }

    private ProduceResponse produce(Sent sent, ProduceRequest request) {
        ProduceResponseData answer = new ProduceResponseData();
        for (TopicProduceData topic : request.data().topicData()) {
            String name = topicNames().get(topic.topicId());
            TopicProduceResponse part = new TopicProduceResponse().setTopicId(topic.topicId());
            for (PartitionProduceData data : topic.partitionData()) {
                TargetLog log = logs.get(new TopicPartition(name, data.index()));
                PartitionProduceResponse result = write(sent, log, (MemoryRecords) data.records());
                if (!world.weather.strikes(Fault.PARTITION_LEFT_OUT)) {
                    part.partitionResponses().add(result.setIndex(data.index()));
                }
            }
            answer.responses().add(part);
        }
        return new ProduceResponse(answer);
    }

    private PartitionProduceResponse write(Sent sent, TargetLog log, MemoryRecords records) {
        PartitionProduceResponse result = new PartitionProduceResponse().setBaseOffset(-1);
        Errors error = Errors.NONE;
        if (world.weather.strikes(Fault.PRODUCE_ERROR)) {
            error = world.dice.pick(BrokerErrors.PRODUCE);
        } else if (sent.node() != log.leader) {
            error = Errors.NOT_LEADER_OR_FOLLOWER;
        } else if (world.weather.strikes(Fault.CORRUPT_PRODUCE)) {
            error = Errors.CORRUPT_MESSAGE;
            world.checker.onCorrupted(log.source);
        } else if (world.terms.idempotent() && world.weather.strikes(Fault.PRODUCER_LOST)) {
            error = world.dice.pick(BrokerErrors.PRODUCER);
            world.checker.onProducersForgotten(log.source);
        }
        if (error == Errors.NONE) {
            Written written = log.append(sent, records);
            error = written.error();
            result.setBaseOffset(written.baseOffset());
            if (written.refused() >= 0) {
                result.recordErrors().add(new BatchIndexAndErrorMessage().setBatchIndex(written.refused()));
            }
            if (error == Errors.NONE && world.weather.strikes(Fault.PRODUCE_ERROR_AFTER_APPEND)) {
                error = world.dice.pick(BrokerErrors.WRITTEN);
                result.setBaseOffset(-1);
            }
        }
        if (error != Errors.NONE) {
            world.trace.note("target %d answers %s of %s with %s", sent.node(), log.partition, sent.client(), error);
        }
        if (error == Errors.NOT_LEADER_OR_FOLLOWER && world.dice.chance(0.5)) {
            result.currentLeader().setLeaderId(log.leader).setLeaderEpoch(log.epoch);
        }
        return result.setErrorCode(error.code());
    }

    @Override
    public int holdMs(AbstractResponse answer) {
        return answer instanceof FetchResponse fetched ? fetches.holdMs(fetched) : 0;
    }

    @Override
    public void onDelivered(Sent sent, AbstractResponse answer) {
        if (answer instanceof FetchResponse fetched) {
            fetches.onDelivered(fetched);
        } else if (answer instanceof ProduceResponse response) {
            ProduceRequest request = (ProduceRequest) sent.body();
            for (TopicProduceResponse topic : response.data().responses()) {
                for (PartitionProduceResponse part : topic.partitionResponses()) {
                    if (part.errorCode() != Errors.NONE.code()) {
                        world.see(BrokerErrors.seen("produce", Errors.forCode(part.errorCode())), 1);
                    }
                    if (part.errorCode() == Errors.NONE.code()
                            || part.errorCode() == Errors.DUPLICATE_SEQUENCE_NUMBER.code()) {
                        world.checker.onAcknowledged(sent, recordsOf(request, topic, part.index()));
                    }
                }
            }
        }
    }

    private Acknowledged recordsOf(ProduceRequest request, TopicProduceResponse answer, int index) {
        for (TopicProduceData topic : request.data().topicData()) {
            for (PartitionProduceData data : topic.partitionData()) {
                if (topic.topicId().equals(answer.topicId()) && data.index() == index) {
                    TopicPartition partition = new TopicPartition(topicNames().get(topic.topicId()), index);
                    return new Acknowledged(logs.get(partition).source, (MemoryRecords) data.records());
                }
            }
        }
        throw new IllegalStateException("an answer to nothing");
    }

    /** @param partition the source partition */
    record Acknowledged(TopicPartition partition, MemoryRecords records) {}
}
