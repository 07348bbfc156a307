package io.tain.failover;

import io.tain.config.GroupSync.Rewinds;
import io.tain.config.LinkConfig;
import io.tain.failover.FailoverFailure.Reason;
import io.tain.failover.FailoverReport.GroupRow;
import io.tain.offset.GroupCarrier;
import io.tain.offset.GroupCarrier.Carried;
import io.tain.offset.GroupCarrier.Clusters;
import io.tain.offset.GroupPlan.Place;
import io.tain.offset.MapView;
import io.tain.state.LinkEntry;
import io.tain.state.OppositeLinks;
import io.tain.state.StateTopic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Carries the groups of a link that has ended to its target, as a mirror does while it runs. Used by one thread. */
final class LastCarry {
    private final LinkClusters clusters;
    private final LinkConfig link;
    private final Map<TopicPartition, MapView> maps;

    LastCarry(LinkClusters clusters, Map<TopicPartition, MapView> maps) {
        this.clusters = clusters;
        this.link = clusters.link();
        this.maps = maps;
    }

    List<GroupRow> carry(Rewinds rewinds) throws FailoverFailure, InterruptedException {
        GroupCarrier carrier = new GroupCarrier(
                new Clusters(clusters.sourceAdmin(), clusters.targetAdmin()), rewinds, wanted(), bothWays());
        Map<String, Map<TopicPartition, OffsetAndMetadata>> onSource = onSource(carrier, Reason.SOURCE);
        Map<TopicPartition, Long> starts = carrier.targetOffsets(maps.keySet(), OffsetSpec.earliest());
        Map<TopicPartition, Long> ends = carrier.targetOffsets(maps.keySet(), OffsetSpec.latest());
        Map<TopicPartition, Place> places = new HashMap<>();
        maps.forEach((partition, map) -> {
            if (starts.containsKey(partition) && ends.containsKey(partition)) {
                places.put(partition, new Place(map, starts.get(partition), ends.get(partition)));
            }
        });
        Map<String, Carried> carried = carrier.carry(onSource, places);
        List<GroupRow> rows = new ArrayList<>();
        onSource.forEach((group, offsets) -> inOrder(offsets).forEach((partition, offset) -> {
            Optional<OffsetAndMetadata> now =
                    Optional.ofNullable(carried.get(group).onTarget().get(partition));
            rows.add(new GroupRow(
                    group,
                    partition,
                    OptionalLong.of(offset.offset()),
                    now.map(found -> OptionalLong.of(found.offset())).orElseGet(OptionalLong::empty),
                    carried.get(group).reason()));
        }));
        return rows;
    }

    /** What the groups have on the target, carried before or not. */
    List<GroupRow> onTarget() throws FailoverFailure, InterruptedException {
        GroupCarrier carrier = new GroupCarrier(
                new Clusters(clusters.targetAdmin(), clusters.targetAdmin()), Rewinds.STAY, wanted(), topic -> false);
        List<GroupRow> rows = new ArrayList<>();
        onSource(carrier, Reason.TARGET)
                .forEach((group, offsets) -> inOrder(offsets)
                        .forEach((partition, offset) -> rows.add(new GroupRow(
                                group,
                                partition,
                                OptionalLong.empty(),
                                OptionalLong.of(offset.offset()),
                                Optional.empty()))));
        return rows;
    }

    private Predicate<String> wanted() {
        return GroupCarrier.wanted(link.groups(), link.groupId());
    }

    private Map<String, Map<TopicPartition, OffsetAndMetadata>> onSource(GroupCarrier carrier, Reason side)
            throws FailoverFailure, InterruptedException {
        try {
            return carrier.onSource(maps.keySet());
        } catch (ExecutionException e) {
            throw new FailoverFailure(side, "the groups can't be asked for: " + GroupCarrier.text(e), e);
        }
    }

    private static Map<TopicPartition, OffsetAndMetadata> inOrder(Map<TopicPartition, OffsetAndMetadata> offsets) {
        Map<TopicPartition, OffsetAndMetadata> ordered = new TreeMap<>(KeptMaps.ORDER);
        ordered.putAll(offsets);
        return ordered;
    }

    /** Tells topics that another link mirrors in the opposite direction. */
    private Predicate<String> bothWays() throws FailoverFailure, InterruptedException {
        String name = link.state().topic().orElseThrow();
        boolean exists = !LinkClusters.of(Reason.SOURCE, () -> clusters.source().topics(name::equals))
                .isEmpty();
        if (!exists) {
            return topic -> false;
        }
        LinkEntry entry = clusters.entry();
        OppositeLinks opposite = new OppositeLinks(entry.source(), entry.target());
        try (StateTopic topic =
                new StateTopic(name, link.source().client(), link.groupId() + "-failover", LinkClusters.LIMIT)) {
            opposite.take(topic.read(key -> true, () -> {}));
        } catch (KafkaException e) {
            throw new FailoverFailure(
                    Reason.SOURCE,
                    "whether a link mirrors in the opposite direction can't be read from " + name + " on the source: "
                            + e.getMessage(),
                    e);
        }
        long nowMs = System.currentTimeMillis();
        return topic -> !opposite.running(topic, nowMs).isEmpty();
    }
}
