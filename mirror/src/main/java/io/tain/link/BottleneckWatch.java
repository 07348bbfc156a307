package io.tain.link;

import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.LinkStatus.State;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells what keeps a stream from copying faster: what most of the last looks found, since a single one sees a moment only.
 * Owned by the stream's control thread.
 */
final class BottleneckWatch {
    /** A mirror that is at most so far behind keeps up. */
    private static final long KEEPS_UP_MS = 1_000;

    private static final int LOOKS = 9;

    /** With a quarter of the budget waiting before the target, it is not the source that is slow. */
    private static final int PILE_SHARE = 4;

    /** A target this far away answers late however fast it is. */
    private static final long LONG_WAY_MS = 20;

    private static final Duration LONGEST_THROTTLE = Duration.ofSeconds(30);

    private final LongSupplier nanoClock;
    private final Deque<Bottleneck> looks = new ArrayDeque<>();
    private final Throttle source = new Throttle();
    private final Throttle target = new Throttle();
    private Bottleneck found = Bottleneck.SOURCE_EMPTY;

    BottleneckWatch(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Until when brokers have told us to wait. */
    private static final class Throttle {
        private long totalMs;
        private long untilNanos;
        private boolean active;

        boolean isActive(long total, long now) {
            if (total > totalMs) {
                long ms = Math.min(total - totalMs, LONGEST_THROTTLE.toMillis());
                untilNanos = now + TimeUnit.MILLISECONDS.toNanos(ms);
                active = true;
            }
            totalMs = total;
            active &= now - untilNanos < 0;
            return active;
        }
    }

    Bottleneck observe(List<PartitionStatus> partitions, StreamLoad load) {
        Bottleneck look = look(partitions, load);
        if (looks.size() == LOOKS) {
            looks.removeFirst();
        }
        looks.addLast(look);
        found = Collections.frequency(looks, look) * 2 > looks.size() || !looks.contains(found) ? look : found;
        return found;
    }

    private Bottleneck look(List<PartitionStatus> partitions, StreamLoad load) {
        long now = nanoClock.getAsLong();
        boolean sourceThrottles = source.isActive(load.sourceThrottledMs(), now);
        boolean targetThrottles = target.isActive(load.targetThrottledMs(), now);
        long halted = count(partitions, State.HALTED);
        long paused = count(partitions, State.PAUSED);
        if (!partitions.isEmpty() && halted + paused == partitions.size()) {
            return halted > 0 ? Bottleneck.HALTED : Bottleneck.PAUSED;
        }
        List<PartitionStatus> behind =
                partitions.stream().filter(BottleneckWatch::isBehind).toList();
        if (behind.isEmpty()) {
            return Bottleneck.SOURCE_EMPTY;
        }
        if (targetThrottles || sourceThrottles) {
            return targetThrottles ? Bottleneck.TARGET_THROTTLED : Bottleneck.SOURCE_THROTTLED;
        }
        long targetTroubles = behind.stream()
                .filter(partition -> partition.reason().orElse("").startsWith(PartitionFlow.TARGET_TROUBLE))
                .count();
        if (targetTroubles * 2 > behind.size()) {
            return Bottleneck.TARGET_SLOW;
        }
        if (load.pendingBytes() < load.budgetBytes() / PILE_SHARE) {
            return Bottleneck.SOURCE_SLOW;
        }
        boolean allSent = load.queuedRecords() == 0;
        return allSent && load.targetRoundTripMs() >= LONG_WAY_MS ? Bottleneck.BUDGET : Bottleneck.TARGET_SLOW;
    }

    private static long count(List<PartitionStatus> partitions, State state) {
        return partitions.stream()
                .filter(partition -> partition.state() == state)
                .count();
    }

    private static boolean isBehind(PartitionStatus partition) {
        boolean moves = partition.state() != State.HALTED && partition.state() != State.PAUSED;
        return moves
                && partition.lag().orElse(1) > 0
                && partition.measures().lagMs().orElse(Long.MAX_VALUE) > KEEPS_UP_MS;
    }
}
