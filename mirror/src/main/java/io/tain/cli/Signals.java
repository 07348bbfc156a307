package io.tain.cli;

import java.util.function.IntConsumer;

/** Where a process hears of signals. */
@FunctionalInterface
public interface Signals {
    /** Calls the handler with the number of each signal, each time on a thread of its own. */
    void listen(IntConsumer handler);
}
