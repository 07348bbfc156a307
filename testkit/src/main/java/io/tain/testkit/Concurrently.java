package io.tain.testkit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** Does the same to several things at the same time, one thread each, and waits for all. */
final class Concurrently {
    private Concurrently() {}

    /** Throws what the first of them threw, with the others suppressed in it. */
    static <T> void forEach(Collection<T> things, Consumer<T> action) {
        List<CompletableFuture<Void>> runs = new ArrayList<>();
        for (T thing : things) {
            runs.add(CompletableFuture.runAsync(() -> action.accept(thing), task -> {
                Thread thread = new Thread(task, "testkit-" + thing.getClass().getSimpleName());
                thread.setDaemon(true);
                thread.start();
            }));
        }
        IllegalStateException failure = null;
        for (CompletableFuture<Void> run : runs) {
            try {
                run.join();
            } catch (CompletionException e) {
                if (failure == null) {
                    failure = new IllegalStateException(String.valueOf(e.getCause()), e.getCause());
                } else {
                    failure.addSuppressed(e.getCause());
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
