package io.tain.sim;

import io.tain.sim.SourceLog.AbortedRun;
import io.tain.sim.SourceLog.EpochEnd;
import java.util.List;

/** A partition's log as those see it who fetch from it. */
interface ReadableLog {
    long start();

    long end();

    /** Where the first open transaction begins, or the end. */
    default long lastStable() {
        return end();
    }

    /** The batches from the one that holds the offset, at least one; cut off anywhere if {@code partial}. */
    byte[] read(long offset, long below, int maxBytes, boolean partial);

    /** Aborted transactions that reach into these offsets. */
    default List<AbortedRun> abortedFrom(long offset, long below) {
        return List.of();
    }

    /** The largest epoch up to this one, and where it ended, as OffsetForLeaderEpoch tells it. */
    EpochEnd endOf(int wanted);
}
