package io.tain.sim;

import io.tain.wire.SimulatedClient.Brokers;
import io.tain.wire.SimulatedClient.Trouble;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.MetadataResponse;

/** What the two clusters have in common: three brokers, some of them down at times, and who leads what. */
abstract class SimCluster implements Brokers {
    static final List<Integer> NODES = List.of(1, 2, 3);

    private final World world;
    private final String name;
    private final Map<String, Uuid> topicIds = new HashMap<>();
    private final Map<Uuid, String> topicNames = new HashMap<>();
    private final Set<Integer> down = new HashSet<>();
    private int renewed;

    SimCluster(World world, String name) {
        this.world = world;
        this.name = name;
    }

    abstract int leader(TopicPartition partition);

    abstract int epoch(TopicPartition partition);

    abstract void moveLeader(TopicPartition partition, int node);

    abstract Collection<TopicPartition> partitions();

    /** Topics that clients may ask for, and that nobody has made. */
    Collection<String> missingTopics() {
        return List.of();
    }

    void addTopic(String topic) {
        topicIds.computeIfAbsent(topic, t -> {
            Uuid id = new Uuid(topic.hashCode(), name.hashCode());
            topicNames.put(id, topic);
            return id;
        });
    }

    /** The topic is another one of the same name. What the old id meant is not forgotten, since clients go on asking for it. */
    void renewTopic(String topic) {
        Uuid id = new Uuid(topic.hashCode(), ++renewed);
        topicIds.put(topic, id);
        topicNames.put(id, topic);
    }

    Uuid topicId(String topic) {
        return topicIds.get(topic);
    }

    Map<Uuid, String> topicNames() {
        return topicNames;
    }

    @Override
    public long nowMs() {
        return world.nowMs();
    }

    @Override
    public long moment() {
        return world.steps();
    }

    @Override
    public boolean isUp(int node) {
        return !down.contains(node);
    }

    /** Takes a broker down, if another is left; the partitions that it led move. */
    boolean maybeTakeDown(int node) {
        if (down.size() >= NODES.size() - 1 || !down.add(node)) {
            return false;
        }
        world.trace.note("%s broker %d goes down", name, node);
        List<Integer> up = new ArrayList<>(NODES);
        up.removeAll(down);
        for (TopicPartition partition : partitions()) {
            if (leader(partition) == node) {
                moveLeader(partition, world.dice.pick(up));
            }
        }
        return true;
    }

    void bringUp(int node) {
        if (down.remove(node)) {
            world.trace.note("%s broker %d is up again", name, node);
        }
    }

    void moveSomeLeader() {
        TopicPartition partition = world.dice.pick(new ArrayList<>(partitions()));
        List<Integer> up = new ArrayList<>(NODES);
        up.removeAll(down);
        int node = world.dice.pick(up);
        moveLeader(partition, node);
        world.trace.note("%s: %s is led by %d now, epoch %d", name, partition, node, epoch(partition));
    }

    @Override
    public MetadataResponse metadata() {
        MetadataResponseData data = new MetadataResponseData().setClusterId(name);
        for (int node : NODES) {
            data.brokers()
                    .add(new MetadataResponseBroker()
                            .setNodeId(node)
                            .setHost("localhost")
                            .setPort(node));
        }
        Map<String, MetadataResponseTopic> topics = new HashMap<>();
        for (TopicPartition partition : partitions()) {
            int leader = leader(partition);
            topics.computeIfAbsent(
                            partition.topic(),
                            topic -> new MetadataResponseTopic().setName(topic).setTopicId(topicIds.get(topic)))
                    .partitions()
                    .add(new MetadataResponsePartition()
                            .setPartitionIndex(partition.partition())
                            .setLeaderId(leader)
                            .setLeaderEpoch(epoch(partition))
                            .setReplicaNodes(NODES)
                            .setIsrNodes(NODES));
        }
        topics.values().forEach(data.topics()::add);
        missingTopics()
                .forEach(topic -> data.topics()
                        .add(new MetadataResponseTopic()
                                .setName(topic)
                                .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())));
        return new MetadataResponse(data, ApiKeys.METADATA.latestVersion());
    }

    @Override
    public boolean strikes(Trouble trouble) {
        return world.weather.strikes(
                switch (trouble) {
                    case METADATA_FAILS -> Fault.METADATA_FAILS;
                    case STALE_METADATA -> Fault.STALE_METADATA;
                    case SLOW_ANSWER -> Fault.SLOW_ANSWER;
                    case LOST_ANSWER -> Fault.LOST_ANSWER;
                    case LATE_EXECUTION -> Fault.OLD_REQUEST_EXECUTED_LATE;
                });
    }

    @Override
    public int delayMs(int longest) {
        return world.dice.skewed(0, longest);
    }

    @Override
    public int holdMs(AbstractResponse answer) {
        return 0;
    }

    @Override
    public String toString() {
        return name;
    }
}
