package io.tain.sim;

import io.tain.wire.SimulatedClient.Sent;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.EndTxnResponse;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;

/**
 * Whose transactional ids are, as brokers' coordinators keep it for clients of the first transaction protocol (KIP-98): an epoch for each
 * who asks, and a marker in each partition of a transaction that has ended, some time later.
 */
final class TransactionCoordinator {
    private static final short LAST_EPOCH = Short.MAX_VALUE - 1;
    private static final int TIMEOUT_MS = 60_000;

    private final World world;
    private final LongSupplier newProducerId;
    private final Markers markers;
    private final Map<String, Transactional> ids = new LinkedHashMap<>();

    /** Writes a transaction's marker into a partition. */
    interface Markers {
        void write(TopicPartition partition, long producerId, short epoch);
    }

    private enum Status {
        COMPLETE,
        ONGOING,
        ABORTING
    }

    private static final class Transactional {
        long producerId;
        short epoch;
        Status status = Status.COMPLETE;
        long sinceMs;
        long markersDueMs;
        final Set<TopicPartition> partitions = new LinkedHashSet<>();
    }

    TransactionCoordinator(World world, LongSupplier newProducerId, Markers markers) {
        this.world = world;
        this.newProducerId = newProducerId;
        this.markers = markers;
    }

    private int nodeOf(String id) {
        List<Integer> up = SimCluster.NODES.stream().filter(world.target::isUp).toList();
        return up.get(Math.floorMod(id.hashCode(), up.size()));
    }

    AbstractResponse answer(Sent sent) {
        Errors error = Errors.NONE;
        if (world.weather.strikes(Fault.COORDINATOR_ERROR)) {
            error = world.dice.pick(BrokerErrors.COORDINATOR);
            world.see(BrokerErrors.seen("take-over", error), 1);
            world.trace.note("target %d answers a %s of %s with %s", sent.node(), name(sent), sent.client(), error);
        }
        if (sent.body() instanceof FindCoordinatorRequest find) {
            return find(find.data().coordinatorKeys().get(0), error);
        } else if (sent.body() instanceof InitProducerIdRequest init) {
            return init(sent, init.data().transactionalId(), error);
        } else if (sent.body() instanceof AddPartitionsToTxnRequest add) {
            return add(sent, add, error);
        }
        return end(sent, ((EndTxnRequest) sent.body()).data(), error);
    }

    private static String name(Sent sent) {
        return sent.origin().apiKey().name();
    }

    private FindCoordinatorResponse find(String id, Errors error) {
        int node = nodeOf(id);
        return new FindCoordinatorResponse(new FindCoordinatorResponseData()
                .setCoordinators(List.of(FindCoordinatorResponse.prepareCoordinatorResponse(
                        error, id, error == Errors.NONE ? new Node(node, "localhost", node) : Node.noNode()))));
    }

    private InitProducerIdResponse init(Sent sent, String id, Errors trouble) {
        InitProducerIdResponseData answer = new InitProducerIdResponseData();
        Errors error = trouble == Errors.NONE ? begin(sent, id) : trouble;
        if (error == Errors.NONE) {
            Transactional known = ids.get(id);
            answer.setProducerId(known.producerId).setProducerEpoch(known.epoch);
            world.trace.note("target: %s is producer %d/%d of %s", sent.client(), known.producerId, known.epoch, id);
        }
        return new InitProducerIdResponse(answer.setErrorCode(error.code()));
    }

    private Errors begin(Sent sent, String id) {
        if (sent.node() != nodeOf(id)) {
            return Errors.NOT_COORDINATOR;
        }
        Transactional known = ids.computeIfAbsent(id, any -> new Transactional());
        if (known.status == Status.ABORTING) {
            return Errors.CONCURRENT_TRANSACTIONS;
        }
        if (known.status == Status.ONGOING) {
            known.epoch++;
            abort(known);
            return Errors.CONCURRENT_TRANSACTIONS;
        }
        if (known.producerId == 0 || known.epoch >= LAST_EPOCH) {
            known.producerId = newProducerId.getAsLong();
            known.epoch = world.dice.chance(0.2) ? (short) (LAST_EPOCH - world.dice.between(0, 6)) : 0;
        } else {
            known.epoch++;
        }
        known.sinceMs = world.nowMs();
        return Errors.NONE;
    }

    private void abort(Transactional known) {
        known.status = Status.ABORTING;
        known.sinceMs = world.nowMs();
        known.markersDueMs = world.nowMs() + world.dice.skewed(0, 2_000);
    }

    private AddPartitionsToTxnResponse add(Sent sent, AddPartitionsToTxnRequest request, Errors trouble) {
        Map<String, List<TopicPartition>> asked = request.normalizeRequest().partitionsByTransaction();
        String id = asked.keySet().iterator().next();
        Errors error = trouble;
        if (error == Errors.NONE) {
            var data = request.data();
            error = check(sent, id, data.v3AndBelowProducerId(), data.v3AndBelowProducerEpoch());
        }
        if (error == Errors.NONE) {
            Transactional known = ids.get(id);
            known.partitions.addAll(asked.get(id));
            known.sinceMs = known.status == Status.ONGOING ? known.sinceMs : world.nowMs();
            known.status = Status.ONGOING;
        }
        Map<TopicPartition, Errors> told = new LinkedHashMap<>();
        for (TopicPartition partition : asked.get(id)) {
            told.put(partition, error);
        }
        return new AddPartitionsToTxnResponse(new AddPartitionsToTxnResponseData()
                .setResultsByTopicV3AndBelow(AddPartitionsToTxnResponse.resultForTransaction(id, told)
                        .topicResults()));
    }

    private EndTxnResponse end(Sent sent, EndTxnRequestData data, Errors trouble) {
        Errors error = trouble == Errors.NONE
                ? check(sent, data.transactionalId(), data.producerId(), data.producerEpoch())
                : trouble;
        if (error == Errors.NONE && ids.get(data.transactionalId()).status == Status.ONGOING) {
            abort(ids.get(data.transactionalId()));
        }
        return new EndTxnResponse(new EndTxnResponseData().setErrorCode(error.code()));
    }

    private Errors check(Sent sent, String id, long producerId, short epoch) {
        Transactional known = ids.get(id);
        if (sent.node() != nodeOf(id)) {
            return Errors.NOT_COORDINATOR;
        }
        if (known == null || known.producerId != producerId) {
            return Errors.INVALID_PRODUCER_ID_MAPPING;
        }
        if (known.epoch != epoch) {
            return Errors.PRODUCER_FENCED;
        }
        return known.status == Status.ABORTING ? Errors.CONCURRENT_TRANSACTIONS : Errors.NONE;
    }

    /** What coordinators do by themselves: write markers, and abort what has taken too long. */
    void step() {
        for (Transactional known : ids.values()) {
            if (known.status == Status.ONGOING && world.nowMs() - known.sinceMs > TIMEOUT_MS) {
                known.epoch++;
                abort(known);
            } else if (known.status == Status.ABORTING && world.nowMs() >= known.markersDueMs) {
                known.partitions.forEach(partition -> markers.write(partition, known.producerId, known.epoch));
                known.partitions.clear();
                known.status = Status.COMPLETE;
                known.sinceMs = world.nowMs();
            }
        }
    }

    /** Ids that nobody has used for longer expire. Tells whether there were any. */
    boolean forget(long unusedMs) {
        return ids.values()
                .removeIf(known -> known.status == Status.COMPLETE && world.nowMs() - known.sinceMs > unusedMs);
    }
}
