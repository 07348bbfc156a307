package io.tain.link;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then where the source's logs begin and end, of partitions that are behind. The ends keep the lag true of those
 * that are not being read, because they are paused or halted or because the target takes nothing. The beginnings give an estimate
 * of when retention will have overtaken them: by how fast the beginning has moved since the first look, as if the partition stood
 * still. Retention moves in steps as large as a segment, so it is an estimate, and there is none before the first step.
 *
 * <p>Owned by the stream's control thread, whose consumer it asks.
 */
final class SourceOutlook {
    private static final Logger LOG = LoggerFactory.getLogger(SourceOutlook.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(10);
    private static final Duration ASK = Duration.ofSeconds(2);

    private final Consumer<?, ?> consumer;
    private final Pace pace;
    private final Map<TopicPartition, Beginning> beginnings = new HashMap<>();
    private long nextNanos;

    /** Where a log began when it was first looked at. */
    private record Beginning(long nanos, long offset) {}

    SourceOutlook(Consumer<?, ?> consumer, Pace pace) {
        this.consumer = consumer;
        this.pace = pace;
        this.nextNanos = pace.nanoTime();
    }

    /** Tells the flows, if it is time. */
    void maybeLook(Collection<PartitionFlow> flows) {
        long now = pace.nanoTime();
        if (now - nextNanos < 0) {
            return;
        }
        nextNanos = now + BETWEEN_LOOKS.toNanos();
        List<PartitionFlow> behind = new ArrayList<>();
        for (PartitionFlow flow : flows) {
            if (flow.isBehind()) {
                behind.add(flow);
            } else {
                flow.setOutlook(OptionalLong.empty(), OptionalLong.empty());
            }
        }
        List<TopicPartition> partitions =
                behind.stream().map(PartitionFlow::partition).toList();
        beginnings.keySet().retainAll(Set.copyOf(partitions));
        if (behind.isEmpty()) {
            return;
        }
        try {
            Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions, ASK);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ASK);
            behind.forEach(flow -> look(flow, starts.get(flow.partition()), ends.get(flow.partition())));
        } catch (KafkaException e) {
            LOG.debug("can't find out where the logs of {} begin and end; looking again later", partitions, e);
        }
    }

    private void look(PartitionFlow flow, Long start, Long end) {
        OptionalLong known = end == null ? OptionalLong.empty() : OptionalLong.of(end);
        flow.setOutlook(known, start == null ? OptionalLong.empty() : untilLossMs(flow, start));
    }

    private OptionalLong untilLossMs(PartitionFlow flow, long start) {
        long now = pace.nanoTime();
        Beginning first = beginnings.computeIfAbsent(flow.partition(), partition -> new Beginning(now, start));
        long gone = start - first.offset();
        if (gone <= 0) {
            return OptionalLong.empty();
        }
        long left = Math.max(0, flow.acknowledged().offset() - start);
        return OptionalLong.of((long)
                ((double) left / gone * Duration.ofNanos(now - first.nanos()).toMillis()));
    }
}
