package io.tain.testkit;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * How a {@link FaultProxy} treats its traffic. Immutable.
 *
 * @param latency how long bytes stay on their way, per direction; absent means not at all
 * @param bytesPerSecond the limit for all connections together in each direction
 * @param swallowed the directions whose bytes vanish
 * @param held the directions in which bytes wait until healed
 */
record NetworkConditions(
        Map<Direction, Duration> latency, long bytesPerSecond, Set<Direction> swallowed, Set<Direction> held) {
    static final long UNLIMITED = Long.MAX_VALUE;
    static final NetworkConditions HEALTHY = new NetworkConditions(Map.of(), UNLIMITED, Set.of(), Set.of());

    NetworkConditions {
        latency = Map.copyOf(latency);
        swallowed = Set.copyOf(swallowed);
        held = Set.copyOf(held);
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("A bandwidth is at least 1 byte per second, not " + bytesPerSecond
                    + "; to let nothing pass, hold the traffic.");
        }
    }

    NetworkConditions withLatency(Direction direction, Duration delay) {
        Map<Direction, Duration> changed = new EnumMap<>(Direction.class);
        changed.putAll(latency);
        changed.put(direction, delay);
        return new NetworkConditions(changed, bytesPerSecond, swallowed, held);
    }

    NetworkConditions withBandwidth(long limit) {
        return new NetworkConditions(latency, limit, swallowed, held);
    }

    NetworkConditions withSwallowed(Set<Direction> directions) {
        return new NetworkConditions(latency, bytesPerSecond, union(swallowed, directions), held);
    }

    NetworkConditions withHeld(Set<Direction> directions) {
        return new NetworkConditions(latency, bytesPerSecond, swallowed, union(held, directions));
    }

    long latencyNanos(Direction direction) {
        return latency.getOrDefault(direction, Duration.ZERO).toNanos();
    }

    private static Set<Direction> union(Set<Direction> some, Set<Direction> more) {
        Set<Direction> all = EnumSet.noneOf(Direction.class);
        all.addAll(some);
        all.addAll(more);
        return all;
    }
}
