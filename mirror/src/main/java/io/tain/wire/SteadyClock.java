package io.tain.wire;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/**
 * Milliseconds for intervals and time-outs, which never go back. They begin as the machine's wall clock. When that is set back, they go
 * on; when it is set forward, or has gone on while the machine was suspended, they follow, so that no time-out lasts longer
 * than either clock says. For all threads.
 */
public final class SteadyClock {
    /** What clocks may differ by that run at about the same pace. */
    private static final long TOLERANCE_MS = 1_000;

    private static final SteadyClock SYSTEM = new SteadyClock(System::nanoTime, System::currentTimeMillis);

    private final LongSupplier nanoClock;
    private final LongSupplier wallClock;

    /** From {@code nanoClock}, in milliseconds, to this clock. */
    private final AtomicLong offsetMs;

    SteadyClock(LongSupplier nanoClock, LongSupplier wallClock) {
        this.nanoClock = nanoClock;
        this.wallClock = wallClock;
        this.offsetMs = new AtomicLong(wallClock.getAsLong() - elapsedMs());
    }

    /** The process's. */
    public static long nowMs() {
        return SYSTEM.ms();
    }

    /** By how much the process's clock is ahead of the machine's wall clock, in milliseconds. */
    public static long aheadMs() {
        return SYSTEM.ms() - SYSTEM.wallClock.getAsLong();
    }

    /** The process's, as Kafka's classes want it. */
    static Time asTime() {
        return AsTime.INSTANCE;
    }

    long ms() {
        long wallOffsetMs = wallClock.getAsLong() - elapsedMs();
        long offset = offsetMs.get();
        if (wallOffsetMs - offset > TOLERANCE_MS) {
            offset = offsetMs.accumulateAndGet(wallOffsetMs, Math::max);
        }
        return offset + elapsedMs();
    }

    private long elapsedMs() {
        return TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong());
    }

    /** Everything but the milliseconds is the system's. */
    private static final class AsTime implements Time {
        static final AsTime INSTANCE = new AsTime();

        @Override
        public long milliseconds() {
            return nowMs();
        }

        @Override
        public long nanoseconds() {
            return Time.SYSTEM.nanoseconds();
        }

        @Override
        public void sleep(long ms) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
        }

        @Override
        public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs)
                throws InterruptedException {
            Time.SYSTEM.waitObject(object, condition, deadlineMs - nowMs() + Time.SYSTEM.milliseconds());
        }
    }
}
