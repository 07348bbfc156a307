package io.tain.batch;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps a buffer's bytes charged to the budget while any batch in it is still needed. The batches of one fetch answer
 * share one buffer, hence one lease. Any thread may retain and release.
 */
public final class BufferLease {
    private final MemoryBudget budget;
    private final long bytes;
    private final Runnable giveBack;
    private final AtomicInteger holders = new AtomicInteger(1);

    /**
     * Takes over bytes that are reserved already; the creator is the first holder.
     *
     * @param giveBack run by the last holder's thread: what the buffer held may be overwritten from then on
     */
    public BufferLease(MemoryBudget budget, long bytes, Runnable giveBack) {
        this.budget = budget;
        this.bytes = bytes;
        this.giveBack = giveBack;
    }

    /** Reserves bytes for a buffer of its own. */
    public static BufferLease reserve(MemoryBudget budget, long bytes) {
        budget.reserve(bytes);
        return new BufferLease(budget, bytes, () -> {});
    }

    public BufferLease retain() {
        holders.incrementAndGet();
        return this;
    }

    /** Gives up one holder's claim; the last one returns the bytes to the budget. */
    public void release() {
        int left = holders.decrementAndGet();
        if (left == 0) {
            giveBack.run(); // first, or the next fetch might find no buffer to use again
            budget.release(bytes);
        } else if (left < 0) {
            throw new IllegalStateException("buffer released more often than retained");
        } else {
            budget.maybeTellRoom();
        }
    }

    MemoryBudget budget() {
        return budget;
    }
}
