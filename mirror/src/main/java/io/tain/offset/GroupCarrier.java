package io.tain.offset;

import io.tain.config.GroupSync;
import io.tain.offset.GroupPlan.Place;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
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
 * Commits on the target what consumer groups have committed on the source, where {@link GroupPlan} says so. A group that has
 * members on the target is left alone: they commit there themselves. Used by one thread.
 */
public final class GroupCarrier {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCarrier.class);
    private static final int LIMIT_MS = 15_000;
    private static final int MOST_NAMED = 3;

    private final Admin source;
    private final Admin target;
    private final GroupSync.Rewinds rewinds;
    private final Predicate<String> wanted;
    private final Predicate<String> bothWays;
    private final Map<String, String> unseen = new HashMap<>();

    /**
     * @param clusters closed by others
     * @param rewinds what becomes of groups that went back
     * @param wanted names of groups
     * @param bothWays tells topics that are mirrored in the opposite direction too
     */
    public GroupCarrier(
            Clusters clusters, GroupSync.Rewinds rewinds, Predicate<String> wanted, Predicate<String> bothWays) {
        this.source = clusters.source();
        this.target = clusters.target();
        this.rewinds = rewinds;
        this.wanted = wanted;
        this.bothWays = bothWays;
    }

    /** Both sides' clients. */
    public record Clusters(Admin source, Admin target) {}

    /** The groups that a link carries: those that are chosen, but for its own, which is of no use on the target. */
    public static Predicate<String> wanted(Optional<GroupSync> sync, String ownGroup) {
        return name -> !name.equals(ownGroup)
                && sync.filter(chosen -> chosen.groups().matches(name)).isPresent();
    }

    /**
     * How it went with a group.
     *
     * @param ahead in how many partitions the group has come further than the copy
     * @param onTarget what the group has on the target now, as far as is known
     * @param reason why not all of its offsets are carried
     */
    public record Carried(int ahead, Map<TopicPartition, OffsetAndMetadata> onTarget, Optional<String> reason) {
        /** Nothing of it is carried. */
        public static Carried not(String reason) {
            return new Carried(0, Map.of(), Optional.of(reason));
        }
    }

    /** Groups whose offsets on the source could not be seen at the last {@link #onSource}, and why. */
    public Map<String, String> unseen() {
        return Map.copyOf(unseen);
    }

    /** What the wanted groups have committed on the source, in these partitions. */
    public Map<String, Map<TopicPartition, OffsetAndMetadata>> onSource(Set<TopicPartition> partitions)
            throws InterruptedException, ExecutionException {
        unseen.clear();
        if (partitions.isEmpty()) {
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
                unseen.put(name, "its offsets on the source can't be seen: " + text(e));
            }
        }
        return offsets;
    }

    /** Decides and commits group by group; returns how it went, by name. */
    public Map<String, Carried> carry(
            Map<String, Map<TopicPartition, OffsetAndMetadata>> onSource, Map<TopicPartition, Place> places)
            throws InterruptedException {
        Map<String, Carried> all = new TreeMap<>();
        if (onSource.isEmpty()) {
            return all;
        }
        Map<String, KafkaFuture<ConsumerGroupDescription>> described = target.describeConsumerGroups(
                        onSource.keySet(), new DescribeConsumerGroupsOptions().timeoutMs(LIMIT_MS))
                .describedGroups();
        for (Map.Entry<String, Map<TopicPartition, OffsetAndMetadata>> group : onSource.entrySet()) {
            String name = group.getKey();
            all.put(name, carry(name, group.getValue(), places, described.get(name)));
        }
        return all;
    }

    private Carried carry(
            String group,
            Map<TopicPartition, OffsetAndMetadata> onSource,
            Map<TopicPartition, Place> places,
            KafkaFuture<ConsumerGroupDescription> described)
            throws InterruptedException {
        Optional<String> merged = onSource.keySet().stream()
                .map(TopicPartition::topic)
                .filter(bothWays)
                .findFirst();
        if (merged.isPresent()) {
            return Carried.not("topic " + merged.get() + " is mirrored both ways, and no position in it parts the same"
                    + " records on both sides");
        }
        try {
            if (isActive(described)) {
                return Carried.not("it has members on the target");
            }
            Map<TopicPartition, OffsetAndMetadata> onTarget = target.listConsumerGroupOffsets(
                            group, new ListConsumerGroupOffsetsOptions().timeoutMs(LIMIT_MS))
                    .partitionsToOffsetAndMetadata()
                    .get();
            GroupPlan plan = GroupPlan.of(onSource, onTarget, places, rewinds);
            if (!plan.commits().isEmpty()) {
                target.alterConsumerGroupOffsets(
                                group, plan.commits(), new AlterConsumerGroupOffsetsOptions().timeoutMs(LIMIT_MS))
                        .all()
                        .get();
            }
            Map<TopicPartition, OffsetAndMetadata> now = new HashMap<>(onTarget);
            now.values().removeIf(offset -> offset == null);
            now.putAll(plan.commits());
            return new Carried(plan.ahead(), now, reason(plan, onSource.size()));
        } catch (ExecutionException e) {
            return Carried.not(text(e));
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

    /** Offsets of the target's partitions; those that it does not tell are left out. */
    public Map<TopicPartition, Long> targetOffsets(Set<TopicPartition> partitions, OffsetSpec which)
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

    /** A failure of a request in one line. */
    public static String text(Exception e) {
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
