package io.tain.link;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Time that goes on only when a test says so. Nobody waits. */
final class SteppedPace implements Pace {
    private long nowMs;

    SteppedPace(long nowMs) {
        this.nowMs = nowMs;
    }

    void advance(Duration time) {
        nowMs += time.toMillis();
    }

    @Override
    public long nanoTime() {
        return nowMs * 1_000_000;
    }

    @Override
    public long steadyMs() {
        return nowMs;
    }

    @Override
    public long currentTimeMs() {
        return nowMs;
    }

    @Override
    public boolean await(CompletableFuture<?> future, Duration limit) {
        return future.isDone();
    }
}
