package io.tain.sim;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;

/** A consumer as a group member sees it: what its coordinator decides reaches it when it polls. */
final class GroupConsumer extends MockConsumer<byte[], byte[]> {
    private final World world;
    private final String mirror;
    private final Set<TopicPartition> owned = new LinkedHashSet<>();
    private final Deque<Commit> commits = new ArrayDeque<>();
    private final List<Runnable> callbacks = new ArrayList<>();
    private Set<TopicPartition> wanted = Set.of();
    private ConsumerRebalanceListener listener;
    private int generation;

    private record Commit(
            Map<TopicPartition, OffsetAndMetadata> offsets,
            OffsetCommitCallback callback,
            int generation,
            long dueMs) {}

    GroupConsumer(World world, String mirror) {
        super("earliest");
        this.world = world;
        this.mirror = mirror;
    }

    String mirror() {
        return mirror;
    }

    void want(Set<TopicPartition> partitions) {
        wanted = partitions;
    }

    @Override
    public synchronized void subscribe(Pattern pattern, ConsumerRebalanceListener given) {
        listener = given;
        world.group.join(this);
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        applyCommits(world.nowMs());
        callBack();
        if (world.weather.strikes(Fault.ASK_FAILS)) {
            throw new TimeoutException("simulated");
        }
        if (!world.group.has(this)) {
            List<TopicPartition> lost = List.copyOf(owned);
            owned.clear();
            generation++;
            world.trace.note("group: %s was taken for dead, and has lost %s", mirror, lost);
            world.group.join(this);
            listener.onPartitionsLost(lost);
            return ConsumerRecords.empty();
        }
        maybeRevoke();
        maybeAssign();
        return ConsumerRecords.empty();
    }

    private void callBack() {
        List<Runnable> due = List.copyOf(callbacks);
        callbacks.clear();
        due.forEach(Runnable::run);
    }

    private void maybeRevoke() {
        List<TopicPartition> leaving = new ArrayList<>(owned);
        leaving.removeAll(wanted);
        if (!leaving.isEmpty()) {
            world.trace.note("group: %s is to give up %s", mirror, leaving);
            listener.onPartitionsRevoked(leaving);
            generation++;
            owned.removeAll(leaving);
            leaving.forEach(partition -> world.group.takeBack(partition, this));
        }
    }

    private void maybeAssign() {
        List<TopicPartition> given = new ArrayList<>();
        for (TopicPartition partition : wanted) {
            if (!owned.contains(partition) && world.group.has(this) && world.group.isFree(partition)) {
                given.add(partition);
            }
        }
        if (!given.isEmpty()) {
            owned.addAll(given);
            given.forEach(partition -> world.group.give(partition, this));
            listener.onPartitionsAssigned(given);
        }
    }

    private void applyCommits(long untilMs) {
        while (!commits.isEmpty() && commits.element().dueMs <= untilMs) {
            Commit commit = commits.remove();
            Exception failure = null;
            if (!world.group.has(this)) {
                failure = new CommitFailedException("simulated: fenced");
            } else if (commit.generation != generation) {
                failure = new RebalanceInProgressException("simulated");
            } else if (world.weather.strikes(Fault.COMMIT_FAILS)) {
                failure = new RetriableCommitFailedException("simulated");
                if (world.dice.chance(0.5)) {
                    world.group.commit(this, commit.offsets);
                }
            } else {
                world.group.commit(this, commit.offsets);
            }
            Exception told = failure;
            callbacks.add(() -> commit.callback.onComplete(commit.offsets, told));
        }
    }

    /** The process dies: of what it had sent, some may arrive. */
    void die() {
        if (world.dice.chance(0.5)) {
            applyCommits(Long.MAX_VALUE);
        }
        commits.clear();
    }

    @Override
    public synchronized void commitAsync(
            Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
        commits.add(new Commit(Map.copyOf(offsets), callback, generation, world.nowMs() + world.dice.skewed(0, 500)));
    }

    @Override
    public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
        applyCommits(Long.MAX_VALUE);
        callBack(); // as Kafka's consumer promises
        if (!world.group.has(this)
                || !offsets.keySet().stream().allMatch(partition -> world.group.owns(this, partition))) {
            throw new CommitFailedException("simulated: fenced");
        }
        if (world.weather.strikes(Fault.COMMIT_FAILS)) {
            if (world.dice.chance(0.3)) {
                throw new RebalanceInProgressException("simulated");
            }
            if (world.dice.chance(0.5)) {
                world.group.commit(this, offsets);
            }
            throw new TimeoutException("simulated");
        }
        world.group.commit(this, offsets);
    }

    private void ask() {
        if (world.weather.strikes(Fault.ASK_FAILS)) {
            throw new TimeoutException("simulated");
        }
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
            Set<TopicPartition> partitions, Duration timeout) {
        ask();
        Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>();
        partitions.forEach(partition ->
                found.put(partition, world.group.committed(partition).orElse(null)));
        return found;
    }

    @Override
    public synchronized Map<TopicPartition, Long> beginningOffsets(
            Collection<TopicPartition> partitions, Duration timeout) {
        ask();
        Map<TopicPartition, Long> found = new HashMap<>();
        partitions.forEach(
                partition -> found.put(partition, world.source.log(partition).start()));
        return found;
    }

    @Override
    public synchronized Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions, Duration timeout) {
        ask();
        Map<TopicPartition, Long> found = new HashMap<>();
        partitions.forEach(
                partition -> found.put(partition, world.source.log(partition).end()));
        return found;
    }

    @Override
    public synchronized List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
        ask();
        Node[] none = new Node[0];
        return world.source.partitions().stream()
                .filter(partition -> partition.topic().equals(topic))
                .map(partition ->
                        new PartitionInfo(topic, partition.partition(), new Node(1, "localhost", 1), none, none))
                .toList();
    }

    @Override
    public synchronized void pause(Collection<TopicPartition> partitions) {}

    @Override
    public synchronized void seek(TopicPartition partition, long offset) {}

    @Override
    public synchronized void close(CloseOptions options) {
        applyCommits(Long.MAX_VALUE);
        if (world.group.has(this)) {
            List<TopicPartition> leaving = List.copyOf(owned);
            owned.clear();
            listener.onPartitionsRevoked(leaving);
        }
        world.group.remove(this);
    }
}
