package io.tain.batch;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes of record batches that may be held at once, from the moment a fetch is sent until the target acknowledges.
 *
 * <p>The reader reserves, writers release; any thread may call any method. A reservation may overdraw the budget by one
 * answer, because a broker sends its first batch whole however large it is.
 */
public final class MemoryBudget {
    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private final Runnable onRoom;
    private volatile boolean waited;

    /** @param onRoom called after a release, on the releasing thread, when someone had found too little room */
    public MemoryBudget(long limit, Runnable onRoom) {
        this.limit = limit;
        this.onRoom = onRoom;
    }

    public long limit() {
        return limit;
    }

    public long used() {
        return used.get();
    }

    public void reserve(long bytes) {
        used.addAndGet(bytes);
    }

    public void release(long bytes) {
        used.addAndGet(-bytes);
        maybeTellRoom();
    }

    /** Asks for {@code onRoom} to be called at the next release. */
    public void awaitRoom() {
        waited = true;
    }

    /** Calls {@code onRoom} if somebody waits; for releases of limits beside this one as well. */
    void maybeTellRoom() {
        if (waited) {
            waited = false;
            onRoom.run();
        }
    }
}
