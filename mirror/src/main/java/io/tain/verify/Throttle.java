package io.tain.verify;

import java.util.function.LongSupplier;

/** Tells when more may be read, so that no more bytes come in a second than allowed. For one thread. */
final class Throttle {
    private static final double MILLIS = 1_000;

    /** What was not used while there was nothing to read is forgotten, but for this. */
    private static final long SAVED_MS = 1_000;

    private final long bytesPerSecond;
    private final LongSupplier clockMs;
    private long seenBytes;
    private double nextMs;

    /** @param bytesPerSecond 0 for no limit */
    Throttle(long bytesPerSecond, LongSupplier clockMs) {
        this.bytesPerSecond = bytesPerSecond;
        this.clockMs = clockMs;
        this.nextMs = (double) clockMs.getAsLong();
    }

    /** @param bytes read so far, in all */
    boolean mayRead(long bytes) {
        if (bytesPerSecond == 0) {
            return true;
        }
        long now = clockMs.getAsLong();
        nextMs = Math.max(nextMs, (double) (now - SAVED_MS)) + (double) (bytes - seenBytes) * MILLIS / bytesPerSecond;
        seenBytes = bytes;
        return now >= nextMs;
    }
}
