package io.tain.sim;

import io.tain.sim.Checker.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** The source's group coordinator: who owns which partition, and the committed positions. */
final class SimGroup {
    private static final Pattern SOURCE_TOPIC = Pattern.compile("source=([A-Za-z0-9_-]{22})");

    private final World world;
    private final Map<TopicPartition, OffsetAndMetadata> committed = new LinkedHashMap<>();
    private final Map<TopicPartition, GroupConsumer> owners = new LinkedHashMap<>();
    private final List<GroupConsumer> members = new ArrayList<>();

    SimGroup(World world) {
        this.world = world;
    }

    void join(GroupConsumer member) {
        members.add(member);
        rebalance();
    }

    /** The member is gone, or the coordinator thinks so. */
    void remove(GroupConsumer member) {
        if (members.remove(member)) {
            owners.values().removeIf(owner -> owner == member);
            rebalance();
        }
    }

    boolean has(GroupConsumer member) {
        return members.contains(member);
    }

    List<GroupConsumer> members() {
        return members;
    }

    /** Wants the partitions shared out anew; members hear of it when they poll. */
    void rebalance() {
        Map<GroupConsumer, Set<TopicPartition>> wanted = new LinkedHashMap<>();
        members.forEach(member -> wanted.put(member, new LinkedHashSet<>()));
        if (!members.isEmpty()) {
            for (TopicPartition partition : world.source.partitions()) {
                GroupConsumer owner = owners.get(partition);
                boolean stays = owner != null && world.dice.chance(0.5);
                wanted.get(stays ? owner : world.dice.pick(members)).add(partition);
            }
        }
        wanted.forEach(GroupConsumer::want);
    }

    boolean isFree(TopicPartition partition) {
        return !owners.containsKey(partition);
    }

    boolean owns(GroupConsumer member, TopicPartition partition) {
        return owners.get(partition) == member;
    }

    void give(TopicPartition partition, GroupConsumer member) {
        owners.put(partition, member);
        long start = committed(partition).map(OffsetAndMetadata::offset).orElse(-1L);
        world.trace.note("group: %s is given %s, committed %d", member.mirror(), partition, start);
        world.checker.onAssigned(member.mirror(), partition, start);
    }

    void takeBack(TopicPartition partition, GroupConsumer member) {
        if (owners.get(partition) == member) {
            owners.remove(partition);
            world.trace.note("group: %s gives %s back", member.mirror(), partition);
        }
    }

    Optional<OffsetAndMetadata> committed(TopicPartition partition) {
        return Optional.ofNullable(committed.get(partition));
    }

    void commit(GroupConsumer member, Map<TopicPartition, OffsetAndMetadata> offsets) {
        for (TopicPartition partition : world.source.partitions()) {
            OffsetAndMetadata offset = offsets.get(partition);
            if (offset != null) {
                world.trace.note(
                        "group: %s commits %s@%d, %s", member.mirror(), partition, offset.offset(), offset.metadata());
                world.checker.onCommitted(
                        member.mirror(), partition, position(committed(partition)), position(Optional.of(offset)));
                committed.put(partition, offset);
            }
        }
    }

    private static Position position(Optional<OffsetAndMetadata> offset) {
        return offset.map(o -> new Position(o.offset(), o.leaderEpoch().orElse(-1), topicOf(o)))
                .orElse(Position.NONE);
    }

    /** Which source topic a commit speaks of; zero if it does not tell. */
    static Uuid topicOf(OffsetAndMetadata offset) {
        Matcher told = SOURCE_TOPIC.matcher(offset.metadata());
        return told.find() ? Uuid.fromString(told.group(1)) : Uuid.ZERO_UUID;
    }

    /** Whether there are positions in all partitions of the topic that tell which topic they are in. */
    boolean knowsTopic(String topic) {
        return world.source.partitions().stream()
                .filter(partition -> partition.topic().equals(topic))
                .allMatch(partition -> committed(partition)
                        .filter(offset -> !topicOf(offset).equals(Uuid.ZERO_UUID))
                        .isPresent());
    }

    /** The coordinator hears that the topic was deleted. */
    void forget(String topic) {
        committed.keySet().removeIf(partition -> partition.topic().equals(topic));
    }

    /** Somebody committed before the simulation began. */
    void begin(TopicPartition partition, long offset, int epoch) {
        committed.put(partition, new OffsetAndMetadata(offset, epoch < 0 ? Optional.empty() : Optional.of(epoch), ""));
    }

    /** An operator's kafka-consumer-groups --reset-offsets. */
    void seek(TopicPartition partition, long offset) {
        world.trace.note("operator: seeks %s to %d", partition, offset);
        committed.put(partition, new OffsetAndMetadata(offset));
    }
}
