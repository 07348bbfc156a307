package io.tain.link;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * When links that have failed start again: after their back-off, which doubles with every failure until a link has run for as
 * long as the longest. Owned by the thread that awaits the mirror's end.
 */
final class Restarts {
    static final Duration LONGEST = Duration.ofMinutes(5);

    private final LongSupplier nanoClock;
    private final Map<String, Plan> plans = new HashMap<>();

    Restarts(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /**
     * @param backoff from the failure to the start
     * @param atNanos when it starts or, if it does not wait any more, has started
     * @param failure why it waits; empty while it does not
     */
    private record Plan(Duration backoff, long atNanos, Optional<Outcome> failure) {}

    /** Notes that a link has failed; returns how long it waits before its next start, the first time this long. */
    Duration plan(String link, Duration first, Outcome failure) {
        long now = nanoClock.getAsLong();
        Plan last = plans.get(link);
        Duration backoff = first;
        if (last != null && now - last.atNanos < LONGEST.toNanos()) {
            Duration twice = last.backoff.multipliedBy(2);
            Duration longest = first.compareTo(LONGEST) > 0 ? first : LONGEST;
            backoff = twice.compareTo(longest) > 0 ? longest : twice;
        }
        plans.put(link, new Plan(backoff, now + backoff.toNanos(), Optional.of(failure)));
        return backoff;
    }

    boolean isWaiting(String link) {
        Plan plan = plans.get(link);
        return plan != null && plan.failure.isPresent();
    }

    /** A link whose time has come; it does not wait any more. */
    Optional<String> takeDue() {
        for (Map.Entry<String, Plan> entry : plans.entrySet()) {
            Plan plan = entry.getValue();
            if (plan.failure.isPresent() && nanoClock.getAsLong() - plan.atNanos >= 0) {
                entry.setValue(new Plan(plan.backoff, nanoClock.getAsLong(), Optional.empty()));
                return Optional.of(entry.getKey());
            }
        }
        return Optional.empty();
    }

    /** Until the next link is due; an hour if none waits. */
    Duration untilNext() {
        long now = nanoClock.getAsLong();
        long least = plans.values().stream()
                .filter(plan -> plan.failure.isPresent())
                .mapToLong(plan -> plan.atNanos - now)
                .min()
                .orElse(Duration.ofHours(1).toNanos());
        return Duration.ofNanos(Math.max(0, least));
    }

    /** How a link failed that waits for its next start. */
    Optional<Outcome> failure() {
        return plans.values().stream().flatMap(plan -> plan.failure.stream()).findFirst();
    }
}
