package io.tain.failover;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * How a link is to be failed over.
 *
 * @param source whether the source is to be asked
 * @param maxLag the lag, in records, below which the link is stopped; empty to stop it at once
 * @param lagLimit longest wait for that
 * @param stopLimit longest wait for the link's processes to let their partitions go
 * @param mirror what the operator knows of the link's processes
 */
public record FailoverTerms(
        Source source, OptionalLong maxLag, Duration lagLimit, Duration stopLimit, Processes mirror) {
    /** The operator's word on the source. */
    public enum Source {
        ANSWERS,
        /** It is gone: nothing is asked of it. */
        DEAD
    }

    /** The operator's word on the link's processes, which counts where nobody can be shut out. */
    public enum Processes {
        UNKNOWN,
        ENDED
    }
}
