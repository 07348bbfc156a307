package io.tain.link;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The time as a stream's threads see it, and how its control thread waits for the others. */
interface Pace {
    /** For intervals only. */
    long nanoTime();

    /** For time-outs and for polling the network: milliseconds that never go back, whatever is done to the wall clock. */
    long steadyMs();

    /** Wall clock, in milliseconds. */
    long currentTimeMs();

    /** Waits at most so long for the future to end; tells whether it has. A thread that is interrupted does not wait. */
    boolean await(CompletableFuture<?> future, Duration limit);

    /** Waits so long, unless interrupted. */
    default void await(Duration pause) {
        await(new CompletableFuture<Void>(), pause);
    }
}
