package io.tain.e2e;

import io.tain.link.Event;
import io.tain.link.LinkStatus;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.LinkStatus.State;
import io.tain.link.Mirror;
import io.tain.link.Order;
import io.tain.link.Outcome;
import io.tain.testkit.Await;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * A mirror that runs in this process, with one link. What it has done is judged by the group's commits on the source, as
 * {@code kafka-consumer-groups} sees them.
 */
public final class RunningMirror implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final Mirror mirror;
    private final String group;
    private final Admin source;

    RunningMirror(Mirror mirror, String group, Admin source) {
        this.mirror = mirror;
        this.group = group;
        this.source = source;
    }

    public String group() {
        return group;
    }

    /** What the link is doing now. */
    public LinkStatus status() {
        return mirror.status().get(0);
    }

    /** The link's events so far, oldest first. */
    public List<Event> events() {
        return mirror.events();
    }

    /** Tells the link what an operator wants. */
    public void take(Order order) {
        mirror.take(status().link(), order);
    }

    /** The only event of that kind. */
    public Event event(Event.Kind kind) {
        List<Event> found =
                events().stream().filter(event -> event.kind() == kind).toList();
        if (found.size() != 1) {
            throw new AssertionError("expected one " + kind + ", but there is " + events());
        }
        return found.get(0);
    }

    /** What the mirror says of one of its partitions; absent if it doesn't own it. */
    public Optional<PartitionStatus> status(TopicPartition partition) {
        return status().partitions().stream()
                .filter(status -> status.partition().equals(partition))
                .findFirst();
    }

    /** The group's commits on the source. */
    public Map<TopicPartition, Long> committed() {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> found =
                get(source.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        found.forEach((partition, offset) -> {
            if (offset != null) {
                offsets.put(partition, offset.offset());
            }
        });
        return offsets;
    }

    /** Where the topics' partitions end on the source: their log ends, as kafka-consumer-groups takes them. */
    public Map<TopicPartition, Long> sourceEnds(String... topics) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        for (TopicDescription topic : get(source.describeTopics(Arrays.asList(topics))
                        .allTopicNames())
                .values()) {
            for (TopicPartitionInfo info : topic.partitions()) {
                wanted.put(new TopicPartition(topic.name(), info.partition()), OffsetSpec.latest());
            }
        }
        return get(source.listOffsets(wanted).all()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    /** Waits until the group's commits are exactly the ends of these topics on the source: lag 0. */
    public RunningMirror awaitCaughtUp(String... topics) {
        return awaitCommitted(sourceEnds(topics));
    }

    /** Waits until the group's commits are exactly these; those of other partitions don't matter. */
    public RunningMirror awaitCommitted(Map<TopicPartition, Long> offsets) {
        await("the group has committed " + offsets, () -> {
            Map<TopicPartition, Long> committed = committed();
            return offsets.entrySet().stream()
                    .allMatch(entry -> entry.getValue().equals(committed.get(entry.getKey())));
        });
        return this;
    }

    /** Waits until the group's commit of the partition is exactly this. */
    public RunningMirror awaitCommitted(TopicPartition partition, long offset) {
        return awaitCommitted(Map.of(partition, offset));
    }

    /** Waits until the partition is halted, and returns the reason. */
    public String awaitHalted(TopicPartition partition) {
        return awaitReason(partition, State.HALTED);
    }

    /** Waits until the partition is in that state for some reason, and returns it. */
    public String awaitReason(TopicPartition partition, State state) {
        await(
                partition + " is " + state + " with a reason",
                () -> status(partition)
                        .filter(status -> status.state() == state)
                        .flatMap(PartitionStatus::reason)
                        .isPresent());
        return status(partition).flatMap(PartitionStatus::reason).orElseThrow();
    }

    /** Waits until the mirror has ended by itself. */
    public Outcome awaitEnd() throws InterruptedException {
        return mirror.await();
    }

    /** Stops in an orderly way: drains, commits, leaves the group. */
    public Outcome stop() throws InterruptedException {
        mirror.stop();
        return mirror.await();
    }

    @Override
    public void close() {
        mirror.stop();
    }

    private void await(String what, java.util.concurrent.Callable<Boolean> condition) {
        try {
            Await.until(what, PATIENCE, condition);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + " Committed: " + committed() + "; status: " + status(), e);
        }
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
