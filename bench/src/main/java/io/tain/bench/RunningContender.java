package io.tain.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A contender's process, with what it takes. Ends with this JVM. */
final class RunningContender implements AutoCloseable {
    private static final int STOP_SECONDS = 15;
    private static final int TAIL_LINES = 30;
    private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly), "contender-kill"));
    }

    private final String name;
    private final Path log;
    private final long startNanos;
    private final Process process;

    private RunningContender(String name, Path log, long startNanos, Process process) {
        this.name = name;
        this.log = log;
        this.startNanos = startNanos;
        this.process = process;
    }

    static RunningContender start(String name, ProcessBuilder command, Path directory) throws IOException {
        File log = directory.resolve("output.log").toFile();
        long startNanos = System.nanoTime();
        Process process = command.redirectErrorStream(true).redirectOutput(log).start();
        ALIVE.add(process);
        return new RunningContender(name, log.toPath(), startNanos, process);
    }

    long startNanos() {
        return startNanos;
    }

    double cpuSeconds() {
        requireAlive();
        return ProcessFiles.cpuSeconds(process.pid());
    }

    double peakMebibytes() {
        requireAlive();
        return ProcessFiles.peakMebibytes(process.pid());
    }

    /** Fails with the end of its log if the process is no more. */
    void requireAlive() {
        if (!process.isAlive()) {
            throw new IllegalStateException(name + " ended with status " + process.exitValue() + ":\n" + logTail());
        }
    }

    String logTail() {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    /** Asks it to end, kills it if that takes long, and returns when it is gone. */
    @Override
    public void close() {
        try {
            process.destroy();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                process.waitFor();
            }
            ALIVE.remove(process);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
