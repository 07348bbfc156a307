package io.tain.link;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The only way into a thread of a stream from another: tasks are run by the owner, in order, at the top of its cycle.
 *
 * <p>It needs no limit of its own: batches in it are charged to the memory budget, and there are as many commands as
 * assignments.
 */
final class Mailbox {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Runnable wakeup;

    /** @param wakeup makes the owner look into its mailbox soon; must be callable from any thread */
    Mailbox(Runnable wakeup) {
        this.wakeup = wakeup;
    }

    void post(Runnable task) {
        tasks.add(task);
        wakeup.run();
    }

    /** Like {@link #post}; the future ends once the task was run. */
    CompletableFuture<Void> ask(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        post(() -> {
            task.run();
            done.complete(null);
        });
        return done;
    }

    /** Owner: runs what has been posted. */
    void drain() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }
}
