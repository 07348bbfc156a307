package io.tain.link;

import io.tain.offset.TopicIds;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * Finds running links in the opposite direction by what they commit: their groups are on this link's target, and their commits
 * name the topics on both sides ({@link TopicIds}). So those are found, too, that keep no state. Blocks for a bounded time.
 */
final class OppositeGroups {
    private static final Set<GroupState> WITHOUT_MEMBERS =
            EnumSet.of(GroupState.EMPTY, GroupState.DEAD, GroupState.UNKNOWN);

    /** Of a group of the classic protocol. */
    private static final Set<GroupState> SHARING_OUT =
            EnumSet.of(GroupState.PREPARING_REBALANCE, GroupState.COMPLETING_REBALANCE);

    private final Admin source;
    private final Admin target;
    private final int limitMs;

    OppositeGroups(Admin source, Admin target, Duration limit) {
        this.source = source;
        this.target = target;
        this.limitMs = (int) limit.toMillis();
    }

    /**
     * A group of a link in the opposite direction.
     *
     * @param topic one that both mirror
     */
    private record Found(String group, String topic) {}

    /** Begins to ask for the groups on the target. */
    KafkaFuture<Collection<GroupListing>> ask() {
        return target.listGroups(ListGroupsOptions.forConsumerGroups().timeoutMs(limitMs))
                .valid();
    }

    /**
     * Looks for links that mirror some of these topics back. Returns for each such topic the group of one of them.
     *
     * @param onlyAtLeastOnce whether those that deliver exactly once do no harm
     */
    SortedMap<String, String> find(
            KafkaFuture<Collection<GroupListing>> asked, Collection<String> topics, boolean onlyAtLeastOnce)
            throws InterruptedException, ExecutionException {
        List<String> active = asked.get().stream()
                .filter(group ->
                        group.groupState().filter(WITHOUT_MEMBERS::contains).isEmpty())
                .map(GroupListing::groupId)
                .toList();
        Set<String> mirrored = Set.copyOf(topics);
        Map<String, ListConsumerGroupOffsetsSpec> readers = active.isEmpty() ? Map.of() : readers(active, mirrored);
        Map<Found, Uuid> marked = readers.isEmpty() ? new HashMap<>() : marked(readers, onlyAtLeastOnce);
        marked.keySet().removeIf(found -> !mirrored.contains(found.topic()));
        return marked.isEmpty() ? new TreeMap<>() : ofThisSource(marked);
    }

    /**
     * Groups with members that read some of the topics; others may have commits there from long ago. While a group shares its
     * partitions out anew, brokers don't say who reads what: then all that it has committed counts.
     */
    private Map<String, ListConsumerGroupOffsetsSpec> readers(List<String> active, Set<String> mirrored)
            throws InterruptedException {
        Map<String, ListConsumerGroupOffsetsSpec> readers = new HashMap<>();
        for (Map.Entry<String, KafkaFuture<ConsumerGroupDescription>> group : target.describeConsumerGroups(
                        active, new DescribeConsumerGroupsOptions().timeoutMs(limitMs))
                .describedGroups()
                .entrySet()) {
            try {
                ConsumerGroupDescription description = group.getValue().get();
                if (SHARING_OUT.contains(description.groupState())) {
                    readers.put(group.getKey(), new ListConsumerGroupOffsetsSpec());
                    continue;
                }
                Set<TopicPartition> read = description.members().stream()
                        .flatMap(member -> member.assignment().topicPartitions().stream())
                        .filter(partition -> mirrored.contains(partition.topic()))
                        .collect(Collectors.toSet());
                if (!read.isEmpty()) {
                    readers.put(group.getKey(), new ListConsumerGroupOffsetsSpec().topicPartitions(read));
                }
            } catch (ExecutionException e) {
                // Gone meanwhile, or nobody that this link may see.
            }
        }
        return readers;
    }

    /** Of the commits, those of links, with the topic that they write to. */
    private Map<Found, Uuid> marked(Map<String, ListConsumerGroupOffsetsSpec> readers, boolean onlyAtLeastOnce)
            throws InterruptedException {
        ListConsumerGroupOffsetsResult offsets =
                target.listConsumerGroupOffsets(readers, new ListConsumerGroupOffsetsOptions().timeoutMs(limitMs));
        Map<Found, Uuid> marked = new HashMap<>();
        for (String group : readers.keySet()) {
            try {
                for (Map.Entry<TopicPartition, OffsetAndMetadata> commit :
                        offsets.partitionsToOffsetAndMetadata(group).get().entrySet()) {
                    String text =
                            commit.getValue() == null ? "" : commit.getValue().metadata();
                    boolean harmless =
                            onlyAtLeastOnce && TopicIds.targetOffset(text).isPresent();
                    Uuid written = TopicIds.parse(text).target();
                    if (!harmless && !written.equals(Uuid.ZERO_UUID)) {
                        marked.put(new Found(group, commit.getKey().topic()), written);
                    }
                }
            } catch (ExecutionException e) {
                // As above.
            }
        }
        return marked;
    }

    /** Links may come from any cluster: those matter that write to the topics that this link reads. */
    private SortedMap<String, String> ofThisSource(Map<Found, Uuid> marked) throws InterruptedException {
        Set<String> topics = marked.keySet().stream().map(Found::topic).collect(Collectors.toSet());
        Map<String, KafkaFuture<TopicDescription>> described = source.describeTopics(
                        topics, new DescribeTopicsOptions().timeoutMs(limitMs))
                .topicNameValues();
        SortedMap<String, String> found = new TreeMap<>();
        for (Map.Entry<Found, Uuid> link : marked.entrySet()) {
            try {
                String topic = link.getKey().topic();
                if (described.get(topic).get().topicId().equals(link.getValue())) {
                    found.put(topic, link.getKey().group());
                }
            } catch (ExecutionException e) {
                // Deleted meanwhile.
            }
        }
        return found;
    }
}
