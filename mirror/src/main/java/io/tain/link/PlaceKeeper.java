package io.tain.link;

import io.tain.state.KeptState;
import io.tain.state.StateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Writes into the state topic where partitions go on and under which name: whoever comes next must know, before the first record is
 * written. Many go into one write, since it is waited for. Used by one thread.
 */
final class PlaceKeeper {
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final String link;
    private final StateDesk state;
    private final Pace pace;
    private final List<Keeping> waiting = new ArrayList<>();
    private long firstNanos;

    /**
     * @param records what is to be written
     * @param tell run when they are
     * @param done ends then, or with why they are not; cancelled, nothing is written
     */
    record Keeping(Map<StateKey, byte[]> records, Runnable tell, CompletableFuture<Void> done) {}

    PlaceKeeper(String link, StateDesk state, Pace pace) {
        this.link = link;
        this.state = state;
        this.pace = pace;
    }

    void add(Keeping keeping) {
        if (waiting.isEmpty()) {
            firstNanos = pace.nanoTime();
        }
        waiting.add(keeping);
    }

    /** @param more whether others may come soon */
    void maybeKeep(boolean more) {
        waiting.removeIf(keeping -> keeping.done.isDone());
        if (waiting.isEmpty() || (more && pace.nanoTime() - firstNanos < GATHER_NANOS)) {
            return;
        }
        List<Keeping> now = List.copyOf(waiting);
        waiting.clear();
        Map<StateKey, byte[]> records = new HashMap<>();
        now.forEach(keeping -> records.putAll(keeping.records));
        // Whoever fails the link over writes that first and looks at these then: so one of the two sees the other.
        StateKey failover = StateKey.ofFailover(link);
        CompletableFuture<Map<StateKey, byte[]>> written =
                state.write(records).thenCompose(done -> state.read(failover::equals));
        boolean isWritten = pace.await(written, LIMIT) && !written.isCompletedExceptionally();
        Optional<String> refusal = isWritten
                ? KeptState.refusal(link, Optional.ofNullable(written.join().get(failover)))
                : Optional.of("the state topic can't be written on the target, or not be read");
        for (Keeping keeping : now) {
            if (refusal.isPresent()) {
                keeping.done.completeExceptionally(new IllegalStateException(refusal.get()));
            } else {
                keeping.tell.run();
                keeping.done.complete(null);
            }
        }
    }
}
