package io.tain.inspect;

import io.tain.inspect.OldestRecords.Stretch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Asks a cluster how far a group is behind. Blocks for a bounded time. Used by one thread. */
public final class LagReader implements AutoCloseable {
    private final ClusterView cluster;
    private final OldestRecords records;
    private final LongSupplier clockMs;

    /**
     * @param client the settings of a Kafka client for the cluster
     * @param clientId this one's {@code client.id}
     * @param limit longest wait for an answer
     * @param clockMs the time, in milliseconds since 1970
     */
    public LagReader(Map<String, Object> client, String clientId, Duration limit, LongSupplier clockMs)
            throws ClusterFailure {
        this.cluster = ClusterView.open("source", client, clientId, limit);
        this.clockMs = clockMs;
        try {
            this.records = new OldestRecords(client, clientId, limit, clockMs);
        } catch (KafkaException e) {
            cluster.close();
            Throwable root = e.getCause() == null ? e : e.getCause();
            throw new ClusterFailure("source: " + root.getMessage(), e);
        }
    }

    /** The group's lag in all partitions of the topics whose name fits, whether or not it has committed anything there. */
    public GroupLag read(String group, Predicate<String> topics) throws ClusterFailure, InterruptedException {
        Map<TopicPartition, Long> commits = cluster.commits(group);
        GroupMembers members = cluster.members(group);
        List<TopicPartition> partitions = ClusterView.partitions(cluster.topics(topics));
        // The ends last, or a commit of meanwhile would be beyond them.
        Map<TopicPartition, Long> starts =
                cluster.offsets(partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
        Map<TopicPartition, Long> ends =
                cluster.offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
        Map<TopicPartition, Stretch> behind = new HashMap<>();
        for (TopicPartition partition : partitions) {
            if (starts.containsKey(partition) && ends.containsKey(partition)) {
                long start = starts.get(partition);
                long from = Math.max(start, commits.getOrDefault(partition, start));
                if (from < ends.get(partition)) {
                    behind.put(partition, new Stretch(from, ends.get(partition)));
                }
            }
        }
        Map<TopicPartition, OptionalLong> oldest = behind.isEmpty() ? Map.of() : records.timestamps(behind);
        long now = clockMs.getAsLong();
        List<PartitionLag> lags = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            OptionalLong end = of(ends, partition);
            OptionalLong committed = of(commits, partition);
            OptionalLong from = committed.isPresent() ? committed : of(starts, partition);
            OptionalLong lag = end.isPresent() && from.isPresent()
                    ? OptionalLong.of(end.getAsLong() - from.getAsLong())
                    : OptionalLong.empty();
            OptionalLong age = age(lag, behind.containsKey(partition), oldest.get(partition), now);
            Optional<GroupMembers.Owner> owner =
                    Optional.ofNullable(members.owners().get(partition));
            lags.add(new PartitionLag(partition, committed, end, lag, age, owner));
        }
        return new GroupLag(group, members.state(), lags);
    }

    private static OptionalLong age(OptionalLong lag, boolean behind, OptionalLong timestamp, long nowMs) {
        if (lag.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!behind) {
            return OptionalLong.of(0);
        }
        if (timestamp == null) {
            return OptionalLong.empty();
        }
        if (timestamp.isEmpty()) {
            return OptionalLong.of(0);
        }
        return timestamp.getAsLong() < 0
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, nowMs - timestamp.getAsLong()));
    }

    private static OptionalLong of(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        Long offset = offsets.get(partition);
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    @Override
    public void close() {
        records.close();
        cluster.close();
    }
}
