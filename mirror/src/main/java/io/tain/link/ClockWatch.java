package io.tain.link;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Notices when the wall clock is set back. Kafka's public clients measure their time-outs by it: a poll of a consumer then does not
 * return, and no heartbeat is sent, until the clock has caught up. New clients know nothing of the time before. Owned by one thread.
 */
final class ClockWatch {
    /** Less is over before the group gives a member up by default. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final LongSupplier aheadMs;
    private long lowestMs = Long.MAX_VALUE;

    /** @param aheadMs by how much a clock that never goes back is ahead of the wall clock */
    ClockWatch(LongSupplier aheadMs) {
        this.aheadMs = aheadMs;
    }

    /** What links can't go on with, once; asked over and over. */
    Optional<String> problem() {
        long now = aheadMs.getAsLong();
        lowestMs = Math.min(lowestMs, now);
        Duration back = Duration.ofMillis(now - lowestMs);
        if (back.compareTo(LIMIT) <= 0) {
            return Optional.empty();
        }
        lowestMs = now;
        return Optional.of("the machine's clock was set back by " + back.toSeconds()
                + " s, and until that time has passed Kafka's clients would not get on");
    }
}
