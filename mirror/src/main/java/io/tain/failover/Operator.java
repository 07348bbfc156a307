package io.tain.failover;

import java.time.Duration;

/** Whoever has asked for a fail-over or a fail-back: is told of each step, and may end it between two. */
public interface Operator {
    /** A step begins, or has ended. */
    void tell(String step, String what);

    /** Nothing that stops it, but something to think of. */
    void warn(String step, String what);

    /** Waits so long; tells whether the end was asked for meanwhile. */
    boolean await(Duration time) throws InterruptedException;
}
