package io.tain.link;

import io.tain.config.GroupSync;
import io.tain.offset.GroupPlan;
import io.tain.offset.GroupPlan.Place;
import io.tain.offset.MapView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
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
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a link that carries consumer groups' offsets to the target, for the partitions that are copied in this process; so of
 * several processes each has its own to care for. It also tells the offset maps where the target's logs begin. A group that has
 * members on the target is left alone: they commit there themselves.
 */
final class GroupDesk implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupDesk.class);
    private static final int LIMIT_MS = 15_000;
    private static final int MOST_NAMED = 3;

    /** How often the target's logs are asked for their beginnings when no groups are carried. */
    private static final Duration WITHOUT_GROUPS = Duration.ofMinutes(1);

    /** In one of so many rounds the target is asked of all groups, and not only of those that have moved on the source. */
    private static final int ROUNDS_TO_ALL = 12;

    private final Admin source;
    private final Admin target;
    private final OffsetMaps maps;
    private final Optional<GroupSync> groups;
    private final Predicate<String> wanted;
    private final Predicate<String> bothWays;
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
     * @param ownGroup that of the mirror, which is of no use on the target
     * @param bothWays tells topics that are mirrored in the opposite direction too
     */
    GroupDesk(
            Clusters clusters,
            OffsetMaps maps,
            Optional<GroupSync> groups,
            String ownGroup,
            Predicate<String> bothWays,
            LongSupplier clockMs) {
        this.source = clusters.source();
        this.target = clusters.target();
        this.maps = maps;
        this.groups = groups;
        this.wanted = name -> !name.equals(ownGroup)
                && groups.filter(sync -> sync.groups().matches(name)).isPresent();
        this.bothWays = bothWays;
        this.clockMs = clockMs;
    }

    /** Both sides' clients; they are closed by others. */
    record Clusters(Admin source, Admin target) {}

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
            String reason = "the clusters could not be asked: " + text(e);
            if (!trouble) {
                LOG.warn("the offsets of consumer groups are not carried to the target, trying again: {}", text(e));
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
        Map<String, Map<TopicPartition, OffsetAndMetadata>> onSource = sourceOffsets(views.keySet());
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
        Map<TopicPartition, Long> starts = targetOffsets(partitions, OffsetSpec.earliest());
        maps.dropBelow(starts);
        Map<TopicPartition, Long> ends = targetOffsets(partitions, OffsetSpec.latest());
        Map<TopicPartition, Place> places = new HashMap<>();
        partitions.stream()
                .filter(partition -> starts.containsKey(partition) && ends.containsKey(partition))
                .forEach(partition -> places.put(
                        partition, new Place(views.get(partition), starts.get(partition), ends.get(partition))));
        Map<String, KafkaFuture<ConsumerGroupDescription>> described = onSource.isEmpty()
                ? Map.of()
                : target.describeConsumerGroups(
                                onSource.keySet(), new DescribeConsumerGroupsOptions().timeoutMs(LIMIT_MS))
                        .describedGroups();
        for (Map.Entry<String, Map<TopicPartition, OffsetAndMetadata>> group : onSource.entrySet()) {
            String name = group.getKey();
            Seen found = carry(name, group.getValue(), places, described.get(name));
            now.put(name, found);
            if (found.reason().isEmpty() && found.ahead() == 0) {
                carried.put(name, group.getValue().hashCode());
            } else {
                carried.remove(name);
            }
        }
        seen = now;
    }

    private Seen carry(
            String group,
            Map<TopicPartition, OffsetAndMetadata> onSource,
            Map<TopicPartition, Place> places,
            KafkaFuture<ConsumerGroupDescription> described)
            throws InterruptedException {
        OptionalLong before =
                Optional.ofNullable(seen.get(group)).map(Seen::syncedMs).orElse(OptionalLong.empty());
        Optional<String> merged = onSource.keySet().stream()
                .map(TopicPartition::topic)
                .filter(bothWays)
                .findFirst();
        if (merged.isPresent()) {
            return new Seen(
                    onSource.size(),
                    0,
                    before,
                    Optional.of("topic " + merged.get() + " is mirrored both ways, and no position in it parts the same"
                            + " records on both sides"));
        }
        try {
            if (isActive(described)) {
                return new Seen(onSource.size(), 0, before, Optional.of("it has members on the target"));
            }
            Map<TopicPartition, OffsetAndMetadata> onTarget = target.listConsumerGroupOffsets(
                            group, new ListConsumerGroupOffsetsOptions().timeoutMs(LIMIT_MS))
                    .partitionsToOffsetAndMetadata()
                    .get();
            GroupPlan plan = GroupPlan.of(
                    onSource, onTarget, places, groups.orElseThrow().rewinds());
            if (!plan.commits().isEmpty()) {
                target.alterConsumerGroupOffsets(
                                group, plan.commits(), new AlterConsumerGroupOffsetsOptions().timeoutMs(LIMIT_MS))
                        .all()
                        .get();
            }
            Optional<String> reason = reason(plan, onSource.size());
            OptionalLong synced = reason.isEmpty() ? OptionalLong.of(clockMs.getAsLong()) : before;
            return new Seen(onSource.size(), plan.ahead(), synced, reason);
        } catch (ExecutionException e) {
            return new Seen(onSource.size(), 0, before, Optional.of(text(e)));
        }
    }

    private static Optional<String> reason(GroupPlan plan, int wanted) {
        if (!plan.unknown().isEmpty()) {
            String some = plan.unknown().stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
            return Optional.of("it is at offsets from before the offset map begins, or in a gap of it: " + some
                    + (plan.unknown().size() > MOST_NAMED ? ", ..." : ""));
        }
        return plan.partitions() < wanted
                ? Optional.of("the target does not tell where its partitions begin and end")
                : Optional.empty();
    }

    /** Whether members on the target commit offsets themselves. */
    private static boolean isActive(KafkaFuture<ConsumerGroupDescription> described)
            throws InterruptedException, ExecutionException {
        try {
            GroupState state = described.get().groupState();
            return state != GroupState.EMPTY && state != GroupState.DEAD;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return false;
            }
            throw e;
        }
    }

    /** What the wanted groups have committed on the source, in these partitions. */
    private Map<String, Map<TopicPartition, OffsetAndMetadata>> sourceOffsets(Set<TopicPartition> partitions)
            throws InterruptedException, ExecutionException {
        if (groups.isEmpty() || partitions.isEmpty()) {
            return new TreeMap<>();
        }
        Collection<GroupListing> listed = source.listGroups(
                        ListGroupsOptions.forConsumerGroups().timeoutMs(LIMIT_MS))
                .valid()
                .get();
        Map<String, ListConsumerGroupOffsetsSpec> asked = new HashMap<>();
        listed.stream()
                .map(GroupListing::groupId)
                .filter(wanted)
                .forEach(name -> asked.put(name, new ListConsumerGroupOffsetsSpec()));
        if (asked.isEmpty()) {
            return new TreeMap<>();
        }
        ListConsumerGroupOffsetsResult answers =
                source.listConsumerGroupOffsets(asked, new ListConsumerGroupOffsetsOptions().timeoutMs(LIMIT_MS));
        Map<String, Map<TopicPartition, OffsetAndMetadata>> offsets = new TreeMap<>();
        for (String name : asked.keySet()) {
            try {
                Map<TopicPartition, OffsetAndMetadata> mine = new HashMap<>();
                answers.partitionsToOffsetAndMetadata(name).get().forEach((partition, offset) -> {
                    if (offset != null && partitions.contains(partition)) {
                        mine.put(partition, offset);
                    }
                });
                if (!mine.isEmpty()) {
                    offsets.put(name, mine);
                }
            } catch (ExecutionException e) {
                LOG.debug("the offsets of group {} can't be seen on the source: {}", name, text(e));
            }
        }
        return offsets;
    }

    private Map<TopicPartition, Long> targetOffsets(Set<TopicPartition> partitions, OffsetSpec which)
            throws InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, which));
        ListOffsetsResult answers = target.listOffsets(asked, new ListOffsetsOptions().timeoutMs(LIMIT_MS));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (TopicPartition partition : partitions) {
            try {
                offsets.put(partition, answers.partitionResult(partition).get().offset());
            } catch (ExecutionException e) {
                LOG.debug("the target does not tell an offset of {}: {}", partition, text(e));
            }
        }
        return offsets;
    }

    private static String text(Exception e) {
        Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
        if (cause instanceof UnknownMemberIdException) {
            return "it has members on the target";
        }
        if (cause instanceof GroupAuthorizationException) {
            return "not authorised: grant Read on the group, and Describe on the target's";
        }
        return cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }
}
