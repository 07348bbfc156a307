package io.tain.bench;

import io.tain.testkit.Await;
import io.tain.testkit.Cluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** Topics of the same shape on one cluster: made anew for each turn, and watched while they grow. */
final class Topics {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int AT_ONCE = 100;

    private final Cluster cluster;
    private final Set<String> names;
    private final List<TopicPartition> partitions = new ArrayList<>();

    Topics(Cluster cluster, List<String> names) {
        this.cluster = cluster;
        this.names = Set.copyOf(names);
        for (String name : names) {
            for (int partition = 0; partition < Work.PARTITIONS; partition++) {
                partitions.add(new TopicPartition(name, partition));
            }
        }
    }

    List<TopicPartition> partitions() {
        return List.copyOf(partitions);
    }

    /** Deletes all topics of the cluster that clients can see, those that a peer made for itself too, and makes these. */
    void makeAnew() {
        deleteAll();
        inParts(
                new ArrayList<>(names),
                part -> cluster.admin()
                        .createTopics(part.stream()
                                .map(name -> new NewTopic(name, Work.PARTITIONS, (short) 1))
                                .toList())
                        .all());
        Await.until(
                "the topics have leaders",
                PATIENCE,
                () -> endOffsets().values().stream().allMatch(offset -> offset == 0));
    }

    private void deleteAll() {
        inParts(
                new ArrayList<>(visible()),
                part -> cluster.admin().deleteTopics(part).all());
        Await.until(
                "the topics of the turn before are gone",
                PATIENCE,
                () -> visible().isEmpty());
    }

    private Set<String> visible() {
        ListTopicsOptions options = new ListTopicsOptions().listInternal(false);
        return new HashSet<>(get(cluster.admin().listTopics(options).names()));
    }

    /** How many records the topics have. */
    long records() {
        return endOffsets().values().stream().mapToLong(Long::longValue).sum();
    }

    /** How many of the partitions the group has a position for. */
    int positions(String group) {
        return (int)
                get(cluster.admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata()).entrySet().stream()
                        .filter(entry -> Optional.ofNullable(entry.getValue()).isPresent())
                        .filter(entry -> names.contains(entry.getKey().topic()))
                        .count();
    }

    private Map<TopicPartition, Long> endOffsets() {
        Map<TopicPartition, OffsetSpec> question = new HashMap<>();
        partitions.forEach(partition -> question.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        get(cluster.admin().listOffsets(question).all())
                .forEach((partition, answer) -> offsets.put(partition, answer.offset()));
        return offsets;
    }

    /** Something to ask of a part of the names. */
    private interface Request {
        KafkaFuture<Void> send(List<String> part);
    }

    private static void inParts(List<String> names, Request request) {
        for (int from = 0; from < names.size(); from += AT_ONCE) {
            get(request.send(names.subList(from, Math.min(names.size(), from + AT_ONCE))));
        }
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
