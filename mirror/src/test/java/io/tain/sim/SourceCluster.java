package io.tain.sim;

import io.tain.wire.SimulatedClient.Sent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;

/** The brokers that are read from. */
final class SourceCluster extends SimCluster {
    private final World world;
    private final Map<TopicPartition, SourceLog> logs = new LinkedHashMap<>();
    private final FetchBroker fetches;

    SourceCluster(World world) {
        super(world, "source");
        this.world = world;
        this.fetches = new FetchBroker(world, this, logs::get);
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
        return fetches.answer(sent, (FetchRequest) sent.body());
    }

    @Override
    public int holdMs(AbstractResponse answer) {
        return fetches.holdMs((FetchResponse) answer);
    }

    @Override
    public void onDelivered(Sent sent, AbstractResponse answer) {
        fetches.onDelivered((FetchResponse) answer);
    }
}
