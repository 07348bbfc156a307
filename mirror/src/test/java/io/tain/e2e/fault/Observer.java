package io.tain.e2e.fault;

import io.tain.testkit.Await;
import io.tain.testkit.Cluster;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/** Looks at a mirror from outside: at its group on the source and at what arrives on the target. */
public final class Observer {
    /** For things that take a second or two on an idle machine. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Cluster source;
    private final Cluster target;
    private final String group;

    public Observer(Cluster source, Cluster target, String group) {
        this.source = source;
        this.target = target;
        this.group = group;
    }

    /** The group's commits. */
    public Map<TopicPartition, Long> committed() {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> found =
                get(source.admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        found.forEach((partition, offset) -> {
            if (offset != null) {
                offsets.put(partition, offset.offset());
            }
        });
        return offsets;
    }

    /** Waits until the group has committed the present ends of the topics. */
    public void awaitLagZero(String... topics) {
        awaitLagZero(PATIENCE, topics);
    }

    /** {@link #awaitLagZero(String...)} with another deadline. */
    public void awaitLagZero(Duration patience, String... topics) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        Await.until("the source tells its ends", patience, () -> {
            for (String topic : topics) {
                ends.putAll(ends(source, topic));
            }
            return true;
        });
        try {
            Await.until("lag 0", patience, () -> committed().entrySet().containsAll(ends.entrySet()));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + " Committed " + committed() + " of " + ends, e);
        }
    }

    /** Waits until the group's commits are less than so many records behind. */
    public void awaitLagBelow(String topic, long records) {
        Await.until("lag below " + records, PATIENCE, () -> {
            Map<TopicPartition, Long> committed = committed();
            Map<TopicPartition, Long> ends = ends(source, topic);
            return committed.keySet().containsAll(ends.keySet())
                    && ends.entrySet().stream()
                                    .mapToLong(end -> end.getValue() - committed.get(end.getKey()))
                                    .sum()
                            < records;
        });
    }

    /** Waits until the target has so many records more than now. */
    public void awaitProgress(String topic, long records) {
        AtomicLong wanted = new AtomicLong(-1);
        Await.until(records + " more records in " + topic, PATIENCE, () -> {
            long size = size(topic);
            wanted.compareAndSet(-1, size + records);
            return size >= wanted.get();
        });
    }

    /** Waits until the target has at least so many records. */
    public void awaitSize(String topic, long records) {
        Await.until(records + " records in " + topic, PATIENCE, () -> size(topic) >= records);
    }

    /** How many offsets the topic has on the target; none if there is no such topic. */
    public long size(String topic) {
        if (!get(target.admin().listTopics().names()).contains(topic)) {
            return 0;
        }
        return ends(target, topic).values().stream().mapToLong(Long::longValue).sum();
    }

    /** Waits until the group has so many members, all of which own something. */
    public Collection<MemberDescription> awaitMembers(int count) {
        Await.until(
                count + " members with partitions",
                PATIENCE,
                () -> members().size() == count
                        && members().stream()
                                .noneMatch(member ->
                                        member.assignment().topicPartitions().isEmpty()));
        return members();
    }

    /** The group's members. */
    public Collection<MemberDescription> members() {
        Map<String, ConsumerGroupDescription> described =
                get(source.admin().describeConsumerGroups(List.of(group)).all());
        return described.get(group).members();
    }

    private static Map<TopicPartition, Long> ends(Cluster cluster, String topic) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        for (TopicPartitionInfo info : get(cluster.admin()
                        .describeTopics(List.of(topic))
                        .topicNameValues()
                        .get(topic))
                .partitions()) {
            wanted.put(new TopicPartition(topic, info.partition()), OffsetSpec.latest());
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        get(cluster.admin().listOffsets(wanted).all()).forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
