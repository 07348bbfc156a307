package io.tain.link;

import io.tain.config.GroupSync;
import io.tain.offset.GroupCarrier;
import io.tain.offset.GroupCarrier.Carried;
import io.tain.offset.GroupPlan.Place;
import io.tain.offset.MapView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a link that carries consumer groups' offsets to the target, for the partitions that are copied in this process; so of
 * several processes each has its own to care for. It also tells the offset maps where the target's logs begin. A group that has
 * members on the target is left alone: they commit there themselves.
 */
final class GroupDesk implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupDesk.class);

    /** How often the target's logs are asked for their beginnings when no groups are carried. */
    private static final Duration WITHOUT_GROUPS = Duration.ofMinutes(1);

    private static final int MOST_NAMED = 3;

    /** In one of so many rounds the target is asked of all groups, and not only of those that have moved on the source. */
    private static final int ROUNDS_TO_ALL = 12;

    private final GroupCarrier carrier;
    private final OffsetMaps maps;
    private final Optional<GroupSync> groups;
    private final Supplier<Set<TopicPartition>> halted;
    private final LongSupplier clockMs;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** Of groups whose offsets are the same on both sides: the hash of these, by which the next round knows that nothing is to be done. */
    private final Map<String, Integer> carried = new HashMap<>();

    private volatile Map<String, Seen> seen = Map.of();
    private int rounds;
    private boolean trouble;

    /**
     * A group as it was found last.
     *
     * @param syncedMs when its offsets were last as on the source
     */
    private record Seen(int partitions, int ahead, OptionalLong syncedMs, Optional<String> reason) {}

    /**
     * @param groups which are carried; empty for none
     * @param halted this process's partitions that are not copied for the time being
     */
    GroupDesk(
            GroupCarrier carrier,
            OffsetMaps maps,
            Optional<GroupSync> groups,
            Supplier<Set<TopicPartition>> halted,
            LongSupplier clockMs) {
        this.carrier = carrier;
        this.maps = maps;
        this.groups = groups;
        this.halted = halted;
        this.clockMs = clockMs;
    }

    void stop() {
        stopped.countDown();
    }

    /** Any thread: how it goes with the groups, by name. */
    List<GroupStatus> status() {
        long now = clockMs.getAsLong();
        List<GroupStatus> all = new ArrayList<>();
        seen.forEach((name, group) -> all.add(new GroupStatus(
                name,
                group.partitions(),
                group.ahead(),
                group.syncedMs().isEmpty()
                        ? OptionalLong.empty()
                        : OptionalLong.of(Math.max(0, now - group.syncedMs().getAsLong())),
                group.reason())));
        return all;
    }

    @Override
    public void run() {
        Duration interval = groups.map(GroupSync::interval).orElse(WITHOUT_GROUPS);
        try {
            while (!stopped.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                round();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void round() throws InterruptedException {
        try {
            look();
            if (trouble) {
                LOG.info("the offsets of consumer groups are carried to the target again");
            }
            trouble = false;
        } catch (ExecutionException | RuntimeException e) {
            if (stopped.getCount() == 0) {
                return; // its clients were closed under it
            }
            String reason = "the clusters could not be asked: " + GroupCarrier.text(e);
            if (!trouble) {
                LOG.warn(
                        "the offsets of consumer groups are not carried to the target, trying again: {}",
                        GroupCarrier.text(e));
            }
            trouble = true;
            Map<String, Seen> now = new TreeMap<>(seen);
            now.replaceAll((name, group) ->
                    new Seen(group.partitions(), group.ahead(), group.syncedMs(), Optional.of(reason)));
            seen = now;
        }
    }

    /** One round: asks for all that may be news, then decides and commits group by group. */
    private void look() throws InterruptedException, ExecutionException {
        Map<TopicPartition, MapView> views = maps.views();
        Set<TopicPartition> known = new HashSet<>(halted.get());
        known.addAll(views.keySet());
        Map<String, Map<TopicPartition, OffsetAndMetadata>> onSource =
                groups.isEmpty() ? new TreeMap<>() : carrier.onSource(known);
        Map<String, String> leftOut = leaveOut(onSource, views.keySet());
        carried.keySet().retainAll(onSource.keySet());
        if (rounds++ % ROUNDS_TO_ALL == 0) {
            carried.clear();
        }
        Map<String, Seen> now = new TreeMap<>();
        onSource.forEach((name, offsets) -> {
            if (Integer.valueOf(offsets.hashCode()).equals(carried.get(name))) {
                now.put(name, new Seen(offsets.size(), 0, OptionalLong.of(clockMs.getAsLong()), Optional.empty()));
            }
        });
        onSource.keySet().removeAll(now.keySet());
        Set<TopicPartition> partitions = views.entrySet().stream()
                .filter(entry -> entry.getValue().chunks().size() > 1)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(HashSet::new));
        onSource.values().forEach(offsets -> partitions.addAll(offsets.keySet()));
        Map<TopicPartition, Long> starts = carrier.targetOffsets(partitions, OffsetSpec.earliest());
        maps.dropBelow(starts);
        Map<TopicPartition, Long> ends = carrier.targetOffsets(partitions, OffsetSpec.latest());
        Map<TopicPartition, Place> places = new HashMap<>();
        partitions.stream()
                .filter(partition -> starts.containsKey(partition) && ends.containsKey(partition))
                .forEach(partition -> places.put(
                        partition, new Place(views.get(partition), starts.get(partition), ends.get(partition))));
        carrier.carry(onSource, places).forEach((name, found) -> {
            Map<TopicPartition, OffsetAndMetadata> offsets = onSource.get(name);
            now.put(name, seen(name, offsets.size(), found));
            if (found.reason().isEmpty() && found.ahead() == 0) {
                carried.put(name, offsets.hashCode());
            } else {
                carried.remove(name);
            }
        });
        leftOut.forEach((name, why) -> now.merge(
                name,
                seen(name, 0, Carried.not(why)),
                (found, without) -> found.reason().isPresent()
                        ? found
                        : new Seen(found.partitions(), found.ahead(), without.syncedMs(), without.reason())));
        carrier.unseen().forEach((name, why) -> now.put(name, seen(name, 0, Carried.not(why))));
        seen = now;
    }

    /** Takes out what is not being copied, and so has no map; returns what to say of it, by group. */
    private static Map<String, String> leaveOut(
            Map<String, Map<TopicPartition, OffsetAndMetadata>> onSource, Set<TopicPartition> copied) {
        Map<String, String> leftOut = new HashMap<>();
        onSource.forEach((name, offsets) -> {
            List<String> without = offsets.keySet().stream()
                    .filter(partition -> !copied.contains(partition))
                    .map(TopicPartition::toString)
                    .sorted()
                    .toList();
            if (!without.isEmpty()) {
                String more = without.size() > MOST_NAMED ? ", ..." : "";
                leftOut.put(
                        name,
                        "its offsets in partitions that are halted are not carried: "
                                + String.join(", ", without.subList(0, Math.min(MOST_NAMED, without.size()))) + more);
                offsets.keySet().retainAll(copied);
            }
        });
        onSource.values().removeIf(Map::isEmpty);
        return leftOut;
    }

    private Seen seen(String group, int partitions, Carried found) {
        OptionalLong before =
                Optional.ofNullable(seen.get(group)).map(Seen::syncedMs).orElse(OptionalLong.empty());
        OptionalLong synced = found.reason().isEmpty() ? OptionalLong.of(clockMs.getAsLong()) : before;
        return new Seen(partitions, found.ahead(), synced, found.reason());
    }
}
