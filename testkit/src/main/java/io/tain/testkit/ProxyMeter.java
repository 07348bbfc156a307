package io.tain.testkit;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the bytes that passed a proxy, holds them to a bandwidth, and tells which to damage. Belongs to the proxy's thread;
 * only the totals may be read by others.
 */
final class ProxyMeter {
    private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Map<Direction, AtomicLong> totals = new EnumMap<>(Direction.class);
    private final Map<Direction, Integer> toDamage = new EnumMap<>(Direction.class);
    private final Map<Direction, Double> credit = new EnumMap<>(Direction.class);
    private long bytesPerSecond = NetworkConditions.UNLIMITED;
    private long filledNanos;

    ProxyMeter(long nowNanos) {
        filledNanos = nowNanos;
        for (Direction direction : Direction.values()) {
            totals.put(direction, new AtomicLong());
            credit.put(direction, 0.0);
        }
    }

    /** Grants what the bandwidth allows for the time since the last call. */
    void refill(long limit, long nowNanos) {
        bytesPerSecond = limit;
        double fresh = (double) (nowNanos - filledNanos) / TimeUnit.SECONDS.toNanos(1) * limit;
        double most = Math.max(1, (double) BURST_NANOS / TimeUnit.SECONDS.toNanos(1) * limit);
        filledNanos = nowNanos;
        credit.replaceAll((direction, bytes) -> Math.min(most, bytes + fresh));
    }

    int allowance(Direction direction, int wanted) {
        if (bytesPerSecond == NetworkConditions.UNLIMITED) {
            return wanted;
        }
        return (int) Math.min(wanted, credit.get(direction).longValue());
    }

    void passed(Direction direction, int bytes) {
        totals.get(direction).addAndGet(bytes);
        credit.merge(direction, (double) -bytes, Double::sum);
    }

    void damageNext(Direction direction, int chunks) {
        toDamage.put(direction, chunks);
    }

    void damageNone() {
        toDamage.clear();
    }

    /** Whether to damage a large chunk that is here now; each call takes one of those that were asked for. */
    boolean takeDamage(Direction direction) {
        int left = toDamage.getOrDefault(direction, 0);
        toDamage.put(direction, Math.max(0, left - 1));
        return left > 0;
    }

    long waitNanos(Direction direction) {
        return allowance(direction, 1) > 0 ? 0 : PAUSE_NANOS;
    }

    long total(Direction direction) {
        return totals.get(direction).get();
    }
}
