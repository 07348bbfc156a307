package io.tain.link;

import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.LinkStatus.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in the log what keeps partitions waiting: once for each reason, again every minute while it lasts, and when all
 * go on. What is over within seconds, such as a leader's move, is not worth a line. Owned by the stream's control thread.
 */
final class WaitLog {
    private static final Logger LOG = LoggerFactory.getLogger(WaitLog.class);
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration REPEAT = Duration.ofMinutes(1);

    private final String link;
    private final LongSupplier nanoClock;
    private final Map<TopicPartition, Long> waitingSince = new HashMap<>();
    private final Set<String> told = new HashSet<>();
    private long toldNanos;

    WaitLog(String link, LongSupplier nanoClock) {
        this.link = link;
        this.nanoClock = nanoClock;
    }

    void observe(List<PartitionStatus> partitions) {
        long now = nanoClock.getAsLong();
        Map<String, List<TopicPartition>> reasons = new TreeMap<>();
        Set<TopicPartition> waiting = new HashSet<>();
        for (PartitionStatus status : partitions) {
            if (status.state() == State.RETRYING || status.state() == State.STARTING) {
                waiting.add(status.partition());
                long since = waitingSince.computeIfAbsent(status.partition(), partition -> now);
                if (now - since >= PATIENCE.toNanos()) {
                    reasons.computeIfAbsent(status.reason().orElse("unknown"), reason -> new ArrayList<>())
                            .add(status.partition());
                }
            }
        }
        waitingSince.keySet().retainAll(waiting);
        if (waiting.isEmpty() && !partitions.isEmpty() && !told.isEmpty()) {
            told.clear();
            LOG.info("{}: nothing waits any more", link);
        }
        tell(reasons, partitions.size(), now);
    }

    private void tell(Map<String, List<TopicPartition>> reasons, int owned, long now) {
        boolean again = now - toldNanos >= REPEAT.toNanos();
        reasons.forEach((reason, waiting) -> {
            if (told.add(reason) || again) {
                toldNanos = now;
                LOG.warn(
                        "{}: {} of {} partitions wait, such as {}: {}; trying again",
                        link,
                        waiting.size(),
                        owned,
                        waiting.get(0),
                        reason);
            }
        });
    }
}
