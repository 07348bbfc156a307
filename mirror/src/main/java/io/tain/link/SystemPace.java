package io.tain.link;

import io.tain.wire.SteadyClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The machine's clocks; waiting blocks the thread. */
final class SystemPace implements Pace {
    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long steadyMs() {
        return SteadyClock.nowMs();
    }

    @Override
    public long currentTimeMs() {
        return System.currentTimeMillis();
    }

    @Override
    public boolean await(CompletableFuture<?> future, Duration limit) {
        try {
            future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
