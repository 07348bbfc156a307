package io.tain.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Waits for the signal that ends a command which would go on for ever. One thread waits; signals come on others. */
final class Ending {
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicInteger signal = new AtomicInteger();

    private Ending() {}

    static Ending of(Signals signals) {
        Ending ending = new Ending();
        signals.listen(number -> {
            ending.signal.compareAndSet(0, number);
            ending.stopped.countDown();
        });
        return ending;
    }

    /** Waits so long, or until the signal; tells whether it has come. */
    boolean await(Duration limit) throws InterruptedException {
        return stopped.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The exit status that tells of the signal. */
    int status() {
        return ExitStatus.ofSignal(signal.get());
    }
}
