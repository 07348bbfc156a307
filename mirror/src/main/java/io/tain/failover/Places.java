package io.tain.failover;

import io.tain.failover.FailoverFailure.Reason;
import io.tain.failover.FailoverReport.End;
import io.tain.failover.FailoverReport.PartitionRow;
import io.tain.inspect.ClusterView;
import io.tain.offset.MapChunk.Run;
import io.tain.offset.MapView;
import io.tain.state.Checkpoint;
import io.tain.state.Checkpoint.Phase;
import io.tain.state.StateKey;
import io.tain.verify.TailCheck;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Where a link's copy stands, by its state, both logs and its maps. Used by one thread. */
final class Places {
    private final LinkClusters clusters;

    Places(LinkClusters clusters) {
        this.clusters = clusters;
    }

    /** The maps, as the state was read last. */
    Map<TopicPartition, MapView> maps() {
        return KeptMaps.of(clusters.kept().find(key -> key.kind() == StateKey.Kind.MAP), clusters.checkpoints());
    }

    /**
     * What the source has behind the checkpoints, by offsets; of partitions that were never copied all of it. Empty if the source does
     * not tell where a partition ends.
     */
    OptionalLong lag() throws FailoverFailure, InterruptedException {
        ClusterView source = clusters.source();
        Map<TopicPartition, Checkpoint> checkpoints = clusters.checkpoints();
        Collection<TopicPartition> partitions = onSource();
        Map<TopicPartition, Long> ends = ends(partitions);
        Map<TopicPartition, Long> starts = LinkClusters.of(
                Reason.SOURCE, () -> source.offsets(partitions, OffsetSpec.earliest(), clusters.isolation()));
        long lag = 0;
        for (TopicPartition partition : partitions) {
            if (!ends.containsKey(partition)) {
                return OptionalLong.empty();
            }
            Checkpoint checkpoint = checkpoints.get(partition);
            long from = checkpoint == null ? starts.getOrDefault(partition, 0L) : checkpoint.sourceOffset();
            lag += Math.max(0, ends.get(partition) - from);
        }
        return OptionalLong.of(lag);
    }

    private Collection<TopicPartition> onSource() throws FailoverFailure, InterruptedException {
        ClusterView source = clusters.source();
        Map<String, Integer> topics = LinkClusters.of(
                Reason.SOURCE, () -> source.topics(clusters.link().topics()::matches));
        return ClusterView.partitions(topics);
    }

    /** Where these end on the source, as its readers see them. */
    Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) throws FailoverFailure, InterruptedException {
        ClusterView source = clusters.source();
        return LinkClusters.of(
                Reason.SOURCE, () -> source.offsets(partitions, OffsetSpec.latest(), clusters.isolation()));
    }

    /** Where these end on the target, whatever is there. */
    Map<TopicPartition, Long> targetEnds(Collection<TopicPartition> partitions)
            throws FailoverFailure, InterruptedException {
        return LinkClusters.of(
                Reason.TARGET,
                () -> clusters.target().offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED));
    }

    /** Where the copy stands where nothing can be asked of the source: by checkpoints, or maps that know more. */
    List<PartitionRow> byState() {
        Map<TopicPartition, MapView> maps = maps();
        List<PartitionRow> rows = new ArrayList<>();
        clusters.checkpoints()
                .forEach((partition, checkpoint) -> rows.add(row(
                        partition,
                        checkpoint,
                        known(checkpoint, maps.getOrDefault(partition, MapView.EMPTY)),
                        checkpoint.phase() == Phase.RELEASED ? End.RELEASED : End.CHECKPOINT)));
        return rows;
    }

    /** Where the copy stands exactly, and what is left on the source. */
    List<PartitionRow> byBothSides(TailCheck tails) throws FailoverFailure, InterruptedException {
        Map<TopicPartition, Checkpoint> checkpoints = clusters.checkpoints();
        Set<TopicPartition> all = new TreeSet<>(KeptMaps.ORDER);
        all.addAll(onSource());
        all.addAll(checkpoints.keySet());
        Map<TopicPartition, Long> ends = ends(all);
        Map<TopicPartition, Long> targetEnds = targetEnds(checkpoints.keySet());
        Map<TopicPartition, MapView> maps = maps();
        List<PartitionRow> rows = new ArrayList<>();
        for (TopicPartition partition : all) {
            Checkpoint checkpoint = checkpoints.get(partition);
            OptionalLong end =
                    ends.containsKey(partition) ? OptionalLong.of(ends.get(partition)) : OptionalLong.empty();
            try {
                if (checkpoint == null) {
                    rows.add(withLeft(none(partition), end, tails));
                    continue;
                }
                TailCheck.End place = known(checkpoint, maps.getOrDefault(partition, MapView.EMPTY));
                End how = End.RELEASED;
                if (checkpoint.phase() != Phase.RELEASED) {
                    boolean both = end.isPresent() && targetEnds.containsKey(partition);
                    how = both ? End.COMPARED : End.CHECKPOINT;
                    place = both
                            ? tails.further(
                                    partition, place, new TailCheck.End(end.getAsLong(), targetEnds.get(partition)))
                            : place;
                }
                rows.add(withLeft(row(partition, checkpoint, place, how), end, tails));
            } catch (KafkaException e) {
                throw new FailoverFailure(
                        Reason.GATE, "the records of " + partition + " can't be looked at: " + e.getMessage(), e);
            }
        }
        return rows;
    }

    /** What was noted in a map was acknowledged, too. */
    private static TailCheck.End known(Checkpoint checkpoint, MapView map) {
        TailCheck.End place = new TailCheck.End(checkpoint.sourceOffset(), checkpoint.targetOffset());
        if (checkpoint.phase() == Phase.RELEASED || map.targetEnd() <= place.target()) {
            return place;
        }
        Run last = map.lastRuns(1).get(0);
        return new TailCheck.End(Math.max(place.source(), last.sourceEnd()), last.targetEnd());
    }

    private static PartitionRow none(TopicPartition partition) {
        return new PartitionRow(
                partition,
                OptionalLong.empty(),
                OptionalLong.empty(),
                End.NONE,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty());
    }

    private static PartitionRow row(TopicPartition partition, Checkpoint checkpoint, TailCheck.End place, End how) {
        return new PartitionRow(
                partition,
                OptionalLong.of(place.source()),
                OptionalLong.of(place.target()),
                how,
                OptionalLong.of(checkpoint.timeMs()),
                OptionalLong.empty(),
                OptionalLong.empty());
    }

    private static PartitionRow withLeft(PartitionRow row, OptionalLong end, TailCheck tails) {
        if (end.isEmpty()) {
            return row;
        }
        long from = row.source().orElse(0);
        long left = Math.max(0, end.getAsLong() - from);
        OptionalLong records = left == 0 ? OptionalLong.of(0) : tails.records(row.partition(), from, end.getAsLong());
        return new PartitionRow(
                row.partition(), row.source(), row.target(), row.end(), row.timeMs(), OptionalLong.of(left), records);
    }

    /** The last records that were copied of each partition that both sides still have, as the maps have them. */
    Map<TopicPartition, List<TailCheck.Copied>> tails(long records) throws FailoverFailure, InterruptedException {
        Map<TopicPartition, MapView> maps = maps();
        Set<TopicPartition> readable = new HashSet<>(ends(maps.keySet()).keySet());
        readable.retainAll(targetEnds(maps.keySet()).keySet());
        Map<TopicPartition, List<TailCheck.Copied>> tails = new HashMap<>();
        maps.forEach((partition, map) -> {
            if (readable.contains(partition)) {
                tails.put(
                        partition,
                        map.lastRuns(records).stream()
                                .map(run -> new TailCheck.Copied(run.source(), run.target(), run.count()))
                                .toList());
            }
        });
        return tails;
    }
}
