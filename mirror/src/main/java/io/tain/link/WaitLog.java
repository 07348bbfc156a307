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
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Tells in the log what keeps partitions waiting: once for each reason, again every minute while it lasts, and when all
 * go on. What is over within seconds, such as a leader's move, is not worth a line. Owned by the stream's control thread.
 */
final class WaitLog {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration REPEAT = Duration.ofMinutes(1);

    private final String link;
    private final LongSupplier nanoClock;
    private final Map<TopicPartition, Long> waitingSince = new HashMap<>();
    private final Set<String> told = new HashSet<>();
    private final Consumer<String> warn;
    private final Consumer<String> info;
    private long toldNanos;

    /**
     * @param warn takes a line about what waits
     * @param info takes the line that nothing does any more
     */
    WaitLog(String link, LongSupplier nanoClock, Consumer<String> warn, Consumer<String> info) {
        this.link = link;
        this.nanoClock = nanoClock;
        this.warn = warn;
        this.info = info;
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
            info.accept(link + ": nothing waits any more");
        }
        tell(reasons, partitions.size(), now);
    }

    private void tell(Map<String, List<TopicPartition>> reasons, int owned, long now) {
        boolean again = now - toldNanos >= REPEAT.toNanos();
        reasons.forEach((reason, waiting) -> {
            if (told.add(reason) || again) {
                toldNanos = now;
                warn.accept(link + ": " + waiting.size() + " of " + owned + " partitions wait, such as "
                        + waiting.get(0) + ": " + reason + "; trying again");
            }
        });
    }
}
