package io.tain.wire;

/**
 * The shortest round trip of the last while: what queueing adds to single answers is left out, as the delay of a link is what
 * even the luckiest one has to wait. Owned by the thread that polls.
 */
final class ShortestRoundTrip {
    private static final long WINDOW_MS = 10_000;

    private long previousMs = Long.MAX_VALUE;
    private long currentMs = Long.MAX_VALUE;
    private long windowEndMs;

    void observe(long latencyMs, long nowMs) {
        if (nowMs >= windowEndMs) {
            previousMs = nowMs - windowEndMs < WINDOW_MS ? currentMs : Long.MAX_VALUE;
            currentMs = Long.MAX_VALUE;
            windowEndMs = nowMs + WINDOW_MS;
        }
        currentMs = Math.min(currentMs, latencyMs);
    }

    /** Of this window and the one before; 0 as long as nothing was observed. */
    long millis() {
        long shortest = Math.min(previousMs, currentMs);
        return shortest == Long.MAX_VALUE ? 0 : shortest;
    }
}
