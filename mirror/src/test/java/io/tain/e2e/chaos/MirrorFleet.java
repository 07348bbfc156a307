package io.tain.e2e.chaos;

import io.tain.e2e.fault.TainProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Mirrors of one link, each in a process of its own, numbered from 0. Owned by one thread. */
final class MirrorFleet implements AutoCloseable {
    /** The stop's own limit, the time for leaving the group, and a busy machine. */
    private static final Duration STOPPED = Duration.ofSeconds(40);

    private final Path link;
    private final Path logs;
    private final List<TainProcess> mirrors = new ArrayList<>();
    private long mostBytes;
    private int runs;

    /** @param logs where the logs of ended processes are kept */
    MirrorFleet(Path link, Path logs, int count) {
        this.link = link;
        this.logs = logs;
        for (int i = 0; i < count; i++) {
            mirrors.add(TainProcess.run(link));
        }
    }

    int size() {
        return mirrors.size();
    }

    /** Ends one with SIGKILL. */
    void kill(int index) {
        tend();
        end(index);
    }

    /** Ends one with SIGTERM, and fails unless it stops in time with status 0. */
    void stop(int index) {
        tend();
        TainProcess mirror = mirrors.get(index);
        int status = mirror.term().awaitExit(STOPPED);
        // On a busy machine it may not listen to signals yet, or not get to its start within its own limit.
        boolean tooEarly = status == 143 && !mirror.err().contains(" mirrors ");
        if (status != 0 && !tooEarly && !couldNotStart(status)) {
            throw new AssertionError("mirror " + index + " stopped with status " + status + ":\n" + mirror.err());
        }
        end(index);
    }

    private void end(int index) {
        TainProcess mirror = mirrors.get(index);
        if (mirror.isAlive()) {
            mostBytes = Math.max(mostBytes, mirror.peakBytes());
            mirror.kill();
        }
        keepLog(mirror);
        mirror.close();
    }

    void suspend(int index) {
        tend();
        mirrors.get(index).suspend();
    }

    void resume(int index) {
        mirrors.get(index).resume();
    }

    /** Starts an ended mirror once more. */
    void start(int index) {
        mirrors.set(index, TainProcess.run(link));
    }

    /** One mirror more; the one added last goes first. */
    void add() {
        mirrors.add(TainProcess.run(link));
    }

    /** Stops the mirror that was added last. */
    void removeLast() {
        stop(mirrors.size() - 1);
        mirrors.remove(mirrors.size() - 1);
    }

    void stopAll() {
        while (!mirrors.isEmpty()) {
            removeLast();
        }
    }

    /**
     * As an init system: starts a mirror again that could not start because a cluster did not answer. Fails if one has
     * ended for any other reason.
     */
    void tend() {
        for (int i = 0; i < mirrors.size(); i++) {
            TainProcess mirror = mirrors.get(i);
            if (mirror.isAlive()) {
                mostBytes = Math.max(mostBytes, mirror.peakBytes());
                continue;
            }
            int status = mirror.awaitExit(STOPPED);
            if (!couldNotStart(status) || !mirror.err().contains("did not answer within")) {
                throw new AssertionError(
                        "mirror " + i + " has ended by itself with status " + status + ":\n" + mirror.err());
            }
            end(i);
            start(i);
        }
    }

    /** Statuses of a mirror that found no source, or no target. */
    private static boolean couldNotStart(int status) {
        return status == 4 || status == 5;
    }

    /** The most memory that one of them had when it was ended. */
    long mostBytes() {
        return mostBytes;
    }

    private void keepLog(TainProcess mirror) {
        runs++;
        try {
            Files.createDirectories(logs);
            Files.writeString(logs.resolve("mirror-run-" + runs + ".log"), mirror.err());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        for (TainProcess mirror : mirrors) {
            if (mirror.isAlive()) {
                keepLog(mirror);
            }
            mirror.close();
        }
    }
}
