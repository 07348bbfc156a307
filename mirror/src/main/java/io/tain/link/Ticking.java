package io.tain.link;

/** A thread's task that goes round and round. */
interface Ticking {
    /** When it began its last round, by {@link Pace#nanoTime}; from any thread. */
    long tickNanos();
}
