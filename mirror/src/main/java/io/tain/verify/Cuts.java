package io.tain.verify;

import io.tain.config.LinkConfig;
import io.tain.config.StartPosition;
import io.tain.inspect.ClusterFailure;
import io.tain.inspect.ClusterView;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Asks both clusters what is to be compared. Used by one thread. */
final class Cuts implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final LinkConfig link;
    private final ClusterView source;
    private final ClusterView target;

    Cuts(LinkConfig link) throws ClusterFailure {
        this.link = link;
        this.source = ClusterView.open("source", link.source().client(), "tain-verify", LIMIT);
        this.target = ClusterView.open("target", link.target().client(), "tain-verify", LIMIT);
    }

    /**
     * What is to be compared of one partition.
     *
     * @param cut the parts; empty if they can't be told
     * @param problem why not
     * @param compacted whether the cleaner may have removed records on either side since they were copied
     */
    record Planned(Optional<Cut> cut, String problem, boolean compacted) {
        static Planned not(String problem) {
            return new Planned(Optional.empty(), problem, false);
        }
    }

    /**
     * In this order: what is committed is on the target by then, so the target's end is told after the commits; and if the source
     * has nothing more even after that, then the target has nothing that is not committed.
     */
    Map<TopicPartition, Planned> now(Predicate<String> topics) throws ClusterFailure, InterruptedException {
        IsolationLevel shown =
                link.source().readCommitted() ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED;
        Map<String, Integer> names = source.topics(topic -> link.topics().matches(topic) && topics.test(topic));
        List<TopicPartition> partitions = ClusterView.partitions(names);
        Map<String, Integer> targetNames = target.topics(names::containsKey);
        List<TopicPartition> both = partitions.stream()
                .filter(partition -> partition.partition() < targetNames.getOrDefault(partition.topic(), 0))
                .toList();
        Map<TopicPartition, Long> commits = source.commits(link.groupId());
        Map<TopicPartition, Long> starts = source.offsets(partitions, OffsetSpec.earliest(), shown);
        Ends ends = new Ends(
                target.offsets(both, OffsetSpec.earliest(), IsolationLevel.READ_COMMITTED),
                target.offsets(both, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED),
                source.offsets(partitions, OffsetSpec.latest(), shown));
        Set<String> compacted = new HashSet<>();
        addCompacted(source.setting(names.keySet(), "cleanup.policy"), compacted);
        addCompacted(target.setting(targetNames.keySet(), "cleanup.policy"), compacted);
        Map<String, String> timestamps = target.setting(targetNames.keySet(), "message.timestamp.type");
        Map<TopicPartition, Planned> planned = new TreeMap<>(
                java.util.Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition));
        for (TopicPartition partition : partitions) {
            boolean ownTime = "LogAppendTime".equals(timestamps.get(partition.topic()));
            boolean isCompacted = compacted.contains(partition.topic());
            Long start = starts.get(partition);
            // A group without any commits is that of another tool, or gone: all that is there is compared then.
            Long to = commits.isEmpty() ? ends.source().get(partition) : commits.getOrDefault(partition, start);
            if (start == null || to == null || !ends.source().containsKey(partition)) {
                planned.put(partition, Planned.not("the source does not tell its offsets (no leader?)"));
            } else if (both.contains(partition) && !ends.target().containsKey(partition)) {
                planned.put(partition, Planned.not("the target does not tell its offsets (no leader?)"));
            } else {
                planned.put(
                        partition,
                        new Planned(Optional.of(cut(partition, ends, start, to, !ownTime)), "", isCompacted));
            }
        }
        return planned;
    }

    private record Ends(
            Map<TopicPartition, Long> targetStart,
            Map<TopicPartition, Long> target,
            Map<TopicPartition, Long> source) {}

    private Cut cut(TopicPartition partition, Ends ends, long start, long to, boolean timestamps) {
        boolean drained = to >= ends.source().get(partition);
        return new Cut(
                start,
                Math.max(start, Math.min(to, ends.source().get(partition))),
                ends.targetStart().getOrDefault(partition, 0L),
                ends.target().getOrDefault(partition, 0L),
                drained,
                timestamps,
                link.source().start() != StartPosition.EARLIEST);
    }

    static void addCompacted(Map<String, String> policies, Set<String> compacted) {
        policies.forEach((topic, policy) -> {
            if (policy.contains("compact")) {
                compacted.add(topic);
            }
        });
    }

    @Override
    public void close() {
        source.close();
        target.close();
    }
}
