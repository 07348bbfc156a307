package io.tain.sim;

import io.tain.sim.SourceLog.AbortedRun;
import io.tain.sim.SourceLog.EpochEnd;
import io.tain.wire.SimulatedClient.Sent;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;

/** The brokers that are read from: fetch sessions, leaders, and the errors of a Fetch. */
final class SourceCluster extends SimCluster {
    private final World world;
    private final Map<TopicPartition, SourceLog> logs = new LinkedHashMap<>();
    private final Map<Integer, Session> sessions = new HashMap<>();
    private int lastSession = 100;

    private static final class Session {
        final LinkedHashMap<TopicIdPartition, FetchRequest.PartitionData> asked = new LinkedHashMap<>();
        int nextEpoch = 1;
    }

    SourceCluster(World world) {
        super(world, "source");
        this.world = world;
    }

    void add(SourceLog log) {
        logs.put(log.partition, log);
        addTopic(log.partition.topic());
    }

    Collection<SourceLog> logs() {
        return logs.values();
    }

    SourceLog log(TopicPartition partition) {
        return logs.get(partition);
    }

    /** A topic is deleted, and another of the same name created. */
    void recreate(String topic) {
        world.trace.note("source: %s is deleted and created again", topic);
        renewTopic(topic);
        logs.values().stream()
                .filter(log -> log.partition.topic().equals(topic))
                .forEach(log -> log.recreate(log.leader));
    }

    /** Whether a commit speaks of the topic that is there now, as far as it tells. */
    boolean isCurrent(TopicPartition partition, Uuid topic) {
        return topic.equals(Uuid.ZERO_UUID) || topic.equals(topicId(partition.topic()));
    }

    @Override
    int leader(TopicPartition partition) {
        return logs.get(partition).leader;
    }

    @Override
    int epoch(TopicPartition partition) {
        return logs.get(partition).epoch();
    }

    @Override
    void moveLeader(TopicPartition partition, int node) {
        logs.get(partition).moveLeader(node);
    }

    @Override
    Collection<TopicPartition> partitions() {
        return logs.keySet();
    }

    @Override
    public Optional<AbstractResponse> answer(Sent sent) {
        FetchRequest request = (FetchRequest) sent.body();
        if (world.weather.strikes(Fault.FETCH_SESSION_LOST)) {
            Errors error = world.dice.pick(BrokerErrors.FETCH_SESSION);
            sessions.clear();
            world.trace.note("source %d answers a fetch of %s with %s", sent.node(), sent.client(), error);
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
        request.forgottenTopics(topicNames()).forEach(session.asked::remove);
        request.fetchData(topicNames()).forEach((partition, data) -> {
            session.asked.remove(partition);
            session.asked.put(partition, data);
        });
        LinkedHashMap<TopicIdPartition, PartitionData> parts = new LinkedHashMap<>();
        int room = request.maxBytes();
        for (Map.Entry<TopicIdPartition, FetchRequest.PartitionData> asked : session.asked.entrySet()) {
            PartitionData part = read(sent, asked.getKey(), asked.getValue(), room);
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

    private PartitionData read(Sent sent, TopicIdPartition asked, FetchRequest.PartitionData want, int room) {
        TopicPartition partition = asked.topicPartition();
        SourceLog log = logs.get(partition);
        PartitionData part = new PartitionData()
                .setPartitionIndex(partition.partition())
                .setHighWatermark(log.end())
                .setLastStableOffset(log.lastStable())
                .setLogStartOffset(log.start())
                .setRecords(MemoryRecords.EMPTY);
        Errors error = errorOf(sent.node(), log, want);
        if (!asked.topicId().equals(topicId(partition.topic()))) {
            error = world.dice.pick(List.of(Errors.UNKNOWN_TOPIC_ID, Errors.INCONSISTENT_TOPIC_ID));
        }
        if (error != Errors.NONE) {
            world.trace.note(
                    "source %d answers the fetch of %s@%d by %s with %s",
                    sent.node(), partition, want.fetchOffset, sent.client(), error);
            if (error == Errors.NOT_LEADER_OR_FOLLOWER && world.dice.chance(0.5)) {
                part.currentLeader().setLeaderId(log.leader).setLeaderEpoch(log.epoch());
            }
            return part.setErrorCode(error.code());
        }
        if (want.lastFetchedEpoch.isPresent()) {
            EpochEnd end = log.endOf(want.lastFetchedEpoch.get());
            if (end.epoch() < want.lastFetchedEpoch.get() || end.offset() < want.fetchOffset) {
                world.trace.note("source: %s@%d of %s diverges: %s", partition, want.fetchOffset, sent.client(), end);
                part.divergingEpoch().setEpoch(end.epoch()).setEndOffset(end.offset());
                return part;
            }
        }
        if (want.fetchOffset < log.start() || want.fetchOffset > log.end()) {
            world.trace.note("source: %s@%d of %s is out of range", partition, want.fetchOffset, sent.client());
            return part.setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code());
        }
        if (room > 0) {
            fill(sent, log, want, Math.min(room, want.maxBytes), part);
        }
        return part;
    }

    private Errors errorOf(int node, SourceLog log, FetchRequest.PartitionData want) {
        if (world.weather.strikes(Fault.FETCH_ERROR)) {
            Errors error = world.dice.pick(BrokerErrors.FETCH);
            if (error == Errors.CORRUPT_MESSAGE) {
                world.checker.onCorrupted(log.partition);
            }
            return error;
        }
        if (node != log.leader) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }
        int known = want.currentLeaderEpoch.orElse(log.epoch());
        if (known != log.epoch()) {
            return known < log.epoch() ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
        }
        return Errors.NONE;
    }

    private void fill(Sent sent, SourceLog log, FetchRequest.PartitionData want, int maxBytes, PartitionData part) {
        boolean committed = world.terms.isolation() == IsolationLevel.READ_COMMITTED;
        long below = committed ? log.lastStable() : log.end();
        byte[] bytes = log.read(want.fetchOffset, below, maxBytes, world.weather.strikes(Fault.PARTIAL_FETCH));
        if (bytes.length == 0) {
            return;
        }
        if (world.weather.strikes(Fault.CORRUPT_FETCH)) {
            // Of the first batch, and where its checksum looks.
            int end = Math.min(bytes.length, 12 + ByteBuffer.wrap(bytes).getInt(8));
            int place = world.dice.between(17, end - 1);
            bytes[place] ^= (byte) (1 << world.dice.between(0, 7));
            world.trace.note("source serves a wrong byte of %s", log.partition);
            world.checker.onCorrupted(log.partition);
        }
        part.setRecords(MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)));
        if (committed) {
            List<AbortedRun> runs = log.abortedFrom(want.fetchOffset, below);
            part.setAbortedTransactions(runs.stream()
                    .map(run -> new AbortedTransaction()
                            .setProducerId(run.producerId())
                            .setFirstOffset(run.firstOffset()))
                    .toList());
        }
        world.trace.note(
                "source %d gives %s %d bytes of %s from %d (end %d)",
                sent.node(), sent.client(), bytes.length, log.partition, want.fetchOffset, below);
    }

    /** A fetch that finds nothing waits for something to come. */
    @Override
    public int holdMs(AbstractResponse answer) {
        FetchResponse fetched = (FetchResponse) answer;
        boolean finds = fetched.error() != Errors.NONE
                || fetched.data().responses().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .anyMatch(SourceCluster::isNews);
        return finds ? 0 : world.dice.between(0, 500);
    }

    private static boolean isNews(PartitionData part) {
        return FetchResponse.recordsSize(part) > 0
                || part.errorCode() != 0
                || part.divergingEpoch().endOffset() >= 0;
    }

    @Override
    public void onDelivered(Sent sent, AbstractResponse answer) {
        FetchResponse fetched = (FetchResponse) answer;
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
