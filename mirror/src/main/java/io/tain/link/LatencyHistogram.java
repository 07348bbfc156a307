package io.tain.link;

import io.tain.link.LinkStatus.Latency;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Counts durations in buckets. Any thread may observe and look; one look may miss what is being counted meanwhile. */
final class LatencyHistogram {
    /** From what a near target takes to a backlog of an hour. */
    private static final long[] BOUNDS_MS = {
        5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 3_600_000
    };

    private final LongAdder[] counts = new LongAdder[BOUNDS_MS.length + 1];
    private final LongAdder sumMs = new LongAdder();

    LatencyHistogram() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    /** Below zero, as with clocks that differ, counts as zero. */
    void observe(long ms) {
        int bucket = 0;
        while (bucket < BOUNDS_MS.length && ms > BOUNDS_MS[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        sumMs.add(Math.max(0, ms));
    }

    Latency look() {
        List<Latency.Bucket> buckets = new ArrayList<>(counts.length);
        for (int i = 0; i < counts.length; i++) {
            buckets.add(new Latency.Bucket(i < BOUNDS_MS.length ? BOUNDS_MS[i] : Long.MAX_VALUE, counts[i].sum()));
        }
        return new Latency(List.copyOf(buckets), sumMs.sum());
    }
}
