package io.tain.link;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits what the flows have had acknowledged, with the topics it speaks of: now and then without waiting for it, and for good
 * where partitions leave. Owned by the stream's control thread.
 */
final class Commits {
    private static final Logger LOG = LoggerFactory.getLogger(Commits.class);
    private static final Duration ASK = Duration.ofSeconds(5);
    private static final Duration REFUSED_PAUSE = Duration.ofSeconds(1);

    private final String link;
    private final Duration interval;
    private final Consumer<?, ?> consumer;
    private final Map<TopicPartition, PartitionFlow> flows;
    private final EventLog events;
    private final Pace pace;
    private long nextNanos;
    private boolean inFlight;
    private boolean fail;
    private boolean markFails;

    /**
     * @param flows the partitions that are owned, as the control thread has them at each time
     * @param events told before a position behind them is committed
     */
    Commits(
            String link,
            Duration interval,
            Consumer<?, ?> consumer,
            Map<TopicPartition, PartitionFlow> flows,
            EventLog events,
            Pace pace) {
        this.link = link;
        this.interval = interval;
        this.consumer = consumer;
        this.flows = flows;
        this.events = events;
        this.pace = pace;
        this.nextNanos = pace.nanoTime();
    }

    /** Begins a commit if one is due and none is under way; what Kafka's consumer throws at once is for the caller. */
    void maybeBegin() {
        long now = pace.nanoTime();
        if (inFlight || now - nextNanos < 0) {
            return;
        }
        nextNanos = now + interval.toNanos();
        Map<TopicPartition, OffsetAndMetadata> offsets = uncommitted(flows.values());
        if (offsets.isEmpty()) {
            return;
        }
        inFlight = true;
        try {
            consumer.commitAsync(offsets, (done, failure) -> {
                inFlight = false;
                if (failure == null) {
                    onDone(done);
                } else {
                    onFailed(failure);
                }
            });
        } catch (KafkaException e) {
            inFlight = false;
            throw e;
        }
    }

    /**
     * Commits what others must be able to see before the first record of a partition is copied, and waits for it. Tells whether
     * that was news of any.
     */
    boolean mark() {
        long now = pace.nanoTime();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (PartitionFlow flow : flows.values()) {
            if (!flow.isPostponed(now)) {
                flow.toBeMarked().ifPresent(mark -> offsets.put(flow.partition(), mark));
            }
        }
        if (offsets.isEmpty()) {
            return false;
        }
        try {
            consumer.commitSync(offsets, ASK);
            offsets.keySet().forEach(partition -> flows.get(partition).onMarked());
            markFails = false;
            return true;
        } catch (TopicAuthorizationException e) {
            // The others were committed nevertheless.
            offsets.keySet().forEach(partition -> {
                if (e.unauthorizedTopics().contains(partition.topic())) {
                    flows.get(partition).postpone(now + REFUSED_PAUSE.toNanos(), unreadable(partition));
                } else {
                    flows.get(partition).onMarked();
                }
            });
            return true;
        } catch (KafkaException e) {
            if (!markFails) {
                LOG.warn("{}: {} were not committed yet, trying again: {}", link, text(offsets.keySet()), e.toString());
            }
            markFails = true;
            return false;
        }
    }

    /** What to do about a topic of which the group may not commit. */
    static String unreadable(TopicPartition partition) {
        return "TOPIC_AUTHORIZATION_FAILED on the source; grant Read on topic " + partition.topic();
    }

    private Map<TopicPartition, OffsetAndMetadata> uncommitted(Collection<PartitionFlow> some) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        some.forEach(flow -> flow.uncommitted().ifPresent(offset -> offsets.put(flow.partition(), offset)));
        events.flush(); // what these positions pass over is known by now
        return offsets;
    }

    private void onDone(Map<TopicPartition, OffsetAndMetadata> done) {
        fail = false;
        done.forEach((partition, offset) -> {
            PartitionFlow flow = flows.get(partition);
            if (flow != null) {
                flow.onCommitted(offset, pace.nanoTime());
            }
        });
    }

    private void onFailed(Exception failure) {
        if (failure instanceof RebalanceInProgressException) {
            LOG.debug("{}: no commits during a rebalance", link);
            return;
        }
        if (!fail) {
            LOG.warn("{}: positions were not committed, trying again: {}", link, failure.toString());
        }
        fail = true;
    }

    /** Commits the last word of partitions that leave, and waits for it. */
    void commitLast(Collection<PartitionFlow> leaving) {
        Map<TopicPartition, OffsetAndMetadata> offsets = uncommitted(leaving);
        if (offsets.isEmpty()) {
            return;
        }
        try {
            try {
                consumer.commitSync(offsets, ASK);
            } catch (WakeupException e) {
                consumer.commitSync(offsets, ASK); // the order to stop came at the end of a poll, or in a rebalance
            }
        } catch (KafkaException e) {
            LOG.warn(
                    "the last positions of {} were not committed, their next owner repeats some records: {}",
                    text(offsets.keySet()),
                    e.toString());
        }
    }

    static String text(Collection<TopicPartition> partitions) {
        List<String> some = partitions.stream()
                .map(TopicPartition::toString)
                .sorted()
                .limit(10)
                .toList();
        return partitions.size() == some.size() ? some.toString() : partitions.size() + " partitions " + some + "...";
    }
}
