package io.tain.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for conditions, with a deadline each. */
public final class Await {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private Await() {}

    /** Returns as soon as the condition holds. An exception from the condition counts as "not yet". */
    public static void until(String what, Duration patience, Callable<Boolean> condition) {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        Exception last = null;
        while (true) {
            try {
                if (condition.call()) {
                    return;
                }
                last = null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while waiting until " + what + ".", e);
            } catch (Exception e) {
                last = e;
            }
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new AssertionError("Not so after " + patience.toMillis() + " ms: " + what + ".", last);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("Interrupted while waiting until " + what + ".");
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
