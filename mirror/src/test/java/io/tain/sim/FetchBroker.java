package io.tain.sim;

import io.tain.sim.SourceLog.AbortedRun;
import io.tain.sim.SourceLog.EpochEnd;
import io.tain.wire.SimulatedClient.Sent;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;

/** What a cluster's brokers do with fetches: sessions, leaders, and the errors of a Fetch. */
final class FetchBroker {
    private final World world;
    private final SimCluster cluster;
    private final Function<TopicPartition, ReadableLog> logs;
    private final Map<Integer, Session> sessions = new HashMap<>();
    private int lastSession = 100;

    private static final class Session {
        final LinkedHashMap<TopicIdPartition, FetchRequest.PartitionData> asked = new LinkedHashMap<>();
        int nextEpoch = 1;
    }

    FetchBroker(World world, SimCluster cluster, Function<TopicPartition, ReadableLog> logs) {
        this.world = world;
        this.cluster = cluster;
        this.logs = logs;
    }

    Optional<AbstractResponse> answer(Sent sent, FetchRequest request) {
        if (world.weather.strikes(Fault.FETCH_SESSION_LOST)) {
            Errors error = world.dice.pick(BrokerErrors.FETCH_SESSION);
            sessions.clear();
            world.trace.note("%s %d answers a fetch of %s with %s", cluster, sent.node(), sent.client(), error);
            return Optional.of(FetchResponse.of(error, 0, 0, new LinkedHashMap<>(), List.of()));
        }
        int id = request.metadata().sessionId();
        boolean full = request.metadata().isFull();
        Session session = full ? new Session() : sessions.get(id);
        if (session == null) {
            return Optional.of(
                    FetchResponse.of(Errors.FETCH_SESSION_ID_NOT_FOUND, 0, 0, new LinkedHashMap<>(), List.of()));
        }
        if (!full && request.metadata().epoch() != session.nextEpoch++) {
            return Optional.of(
                    FetchResponse.of(Errors.INVALID_FETCH_SESSION_EPOCH, 0, 0, new LinkedHashMap<>(), List.of()));
        }
        request.forgottenTopics(cluster.topicNames()).forEach(session.asked::remove);
        request.fetchData(cluster.topicNames()).forEach((partition, data) -> {
            session.asked.remove(partition);
            session.asked.put(partition, data);
        });
        LinkedHashMap<TopicIdPartition, PartitionData> parts = new LinkedHashMap<>();
        int room = request.maxBytes();
        for (Map.Entry<TopicIdPartition, FetchRequest.PartitionData> asked : session.asked.entrySet()) {
            PartitionData part = read(sent, request, asked, room);
            room -= FetchResponse.recordsSize(part);
            if (full || isNews(part) || world.dice.chance(0.3)) {
                parts.put(asked.getKey(), part);
            }
        }
        if (full) {
            id = world.dice.chance(0.8) ? ++lastSession : 0;
            sessions.put(id, session);
        }
        return Optional.of(FetchResponse.of(Errors.NONE, 0, id, parts, List.of()));
    }

    private PartitionData read(
            Sent sent, FetchRequest request, Map.Entry<TopicIdPartition, FetchRequest.PartitionData> asked, int room) {
        TopicPartition partition = asked.getKey().topicPartition();
        FetchRequest.PartitionData want = asked.getValue();
        ReadableLog log = logs.apply(partition);
        PartitionData part = new PartitionData()
                .setPartitionIndex(partition.partition())
                .setHighWatermark(log.end())
                .setLastStableOffset(log.lastStable())
                .setLogStartOffset(log.start())
                .setRecords(MemoryRecords.EMPTY);
        Errors error = errorOf(sent.node(), partition, want);
        if (!asked.getKey().topicId().equals(cluster.topicId(partition.topic()))) {
            error = world.dice.pick(List.of(Errors.UNKNOWN_TOPIC_ID, Errors.INCONSISTENT_TOPIC_ID));
        }
        if (error != Errors.NONE) {
            world.trace.note(
                    "%s %d answers the fetch of %s@%d by %s with %s",
                    cluster, sent.node(), partition, want.fetchOffset, sent.client(), error);
            if (error == Errors.NOT_LEADER_OR_FOLLOWER && world.dice.chance(0.5)) {
                part.currentLeader().setLeaderId(cluster.leader(partition)).setLeaderEpoch(cluster.epoch(partition));
            }
            return part.setErrorCode(error.code());
        }
        if (want.lastFetchedEpoch.isPresent()) {
            EpochEnd end = log.endOf(want.lastFetchedEpoch.get());
            if (end.epoch() < want.lastFetchedEpoch.get() || end.offset() < want.fetchOffset) {
                world.trace.note(
                        "%s: %s@%d of %s diverges: %s", cluster, partition, want.fetchOffset, sent.client(), end);
                part.divergingEpoch().setEpoch(end.epoch()).setEndOffset(end.offset());
                return part;
            }
        }
        if (want.fetchOffset < log.start() || want.fetchOffset > log.end()) {
            world.trace.note("%s: %s@%d of %s is out of range", cluster, partition, want.fetchOffset, sent.client());
            return part.setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code());
        }
        if (room > 0) {
            boolean committed = request.isolationLevel() == IsolationLevel.READ_COMMITTED;
            long below = committed ? log.lastStable() : log.end();
            fill(sent, partition, want, below, Math.min(room, want.maxBytes), part);
            if (committed && FetchResponse.recordsSize(part) > 0) {
                part.setAbortedTransactions(aborted(log.abortedFrom(want.fetchOffset, below)));
            }
        }
        return part;
    }

    private Errors errorOf(int node, TopicPartition partition, FetchRequest.PartitionData want) {
        if (world.weather.strikes(Fault.FETCH_ERROR)) {
            Errors error = world.dice.pick(BrokerErrors.FETCH);
            if (error == Errors.CORRUPT_MESSAGE) {
                world.checker.onCorrupted(partition);
            }
            return error;
        }
        if (node != cluster.leader(partition)) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }
        int epoch = cluster.epoch(partition);
        int known = want.currentLeaderEpoch.orElse(epoch);
        if (known != epoch) {
            return known < epoch ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
        }
        return Errors.NONE;
    }

    private void fill(
            Sent sent,
            TopicPartition partition,
            FetchRequest.PartitionData want,
            long below,
            int maxBytes,
            PartitionData part) {
        byte[] bytes = logs.apply(partition)
                .read(want.fetchOffset, below, maxBytes, world.weather.strikes(Fault.PARTIAL_FETCH));
        if (bytes.length == 0) {
            return;
        }
        if (world.weather.strikes(Fault.CORRUPT_FETCH)) {
            // Of the first batch, and where its checksum looks.
            int end = Math.min(bytes.length, 12 + ByteBuffer.wrap(bytes).getInt(8));
            int place = world.dice.between(17, end - 1);
            bytes[place] ^= (byte) (1 << world.dice.between(0, 7));
            world.trace.note("%s serves a wrong byte of %s", cluster, partition);
            world.checker.onCorrupted(partition);
        }
        part.setRecords(MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)));
        world.trace.note(
                "%s %d gives %s %d bytes of %s from %d (end %d)",
                cluster, sent.node(), sent.client(), bytes.length, partition, want.fetchOffset, below);
    }

    private static List<AbortedTransaction> aborted(List<AbortedRun> runs) {
        return runs.stream()
                .map(run ->
                        new AbortedTransaction().setProducerId(run.producerId()).setFirstOffset(run.firstOffset()))
                .toList();
    }

    /** A fetch that finds nothing waits for something to come. */
    int holdMs(FetchResponse fetched) {
        boolean finds = fetched.error() != Errors.NONE
                || fetched.data().responses().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .anyMatch(FetchBroker::isNews);
        return finds ? 0 : world.dice.between(0, 500);
    }

    private static boolean isNews(PartitionData part) {
        return FetchResponse.recordsSize(part) > 0
                || part.errorCode() != 0
                || part.divergingEpoch().endOffset() >= 0;
    }

    void onDelivered(FetchResponse fetched) {
        if (fetched.error() != Errors.NONE) {
            world.see(BrokerErrors.seen("fetch", fetched.error()), 1);
        }
        fetched.data().responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .filter(part -> part.errorCode() != Errors.NONE.code())
                .forEach(part ->
                        world.see(BrokerErrors.seen("fetch of a partition", Errors.forCode(part.errorCode())), 1));
    }
}
