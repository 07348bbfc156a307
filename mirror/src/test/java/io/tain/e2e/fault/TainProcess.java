package io.tain.e2e.fault;

import io.tain.testkit.Await;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A mirror in a process of its own, with what it wrote and the status it ended with. Runs on the jars that are shipped,
 * not on the tests' class path. Ends with this JVM.
 */
public final class TainProcess implements AutoCloseable {
    private static final Duration GONE = Duration.ofSeconds(10);
    private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly), "tain-process-kill"));
    }

    private final Process process;
    private final Path out;
    private final Path err;

    private TainProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** {@code tain ARGUMENTS}. */
    public static TainProcess tain(String... arguments) {
        return start(new ProcessBuilder(java("io.tain.cli.Tain", arguments)));
    }

    /** {@code tain ARGUMENTS} with these variables added to the environment. */
    public static TainProcess tain(Map<String, String> environment, String... arguments) {
        ProcessBuilder command = new ProcessBuilder(java("io.tain.cli.Tain", arguments));
        command.environment().putAll(environment);
        return start(command);
    }

    /** {@code tain run} of these files. */
    public static TainProcess run(Path... files) {
        List<String> arguments = new ArrayList<>(List.of("run"));
        for (Path file : files) {
            arguments.add(file.toString());
        }
        return tain(arguments.toArray(new String[0]));
    }

    /** {@link #run} with as much heap as the launcher gives a mirror. */
    public static TainProcess runWithTheLaunchersHeap(Path file) {
        List<String> command = java("io.tain.cli.Tain", "run", file.toString());
        command.replaceAll(word -> word.startsWith("-Xmx") ? "-Xmx256m" : word);
        return start(new ProcessBuilder(command));
    }

    /** {@link #run} with nowhere to write to: every byte of output fails as on a full disk. */
    public static TainProcess runOnAFullDisk(Path file) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" >/dev/full 2>/dev/full", "sh"));
        command.addAll(java("io.tain.cli.Tain", "run", file.toString()));
        return start(new ProcessBuilder(command));
    }

    /** MirrorMaker's class with MirrorMaker's arguments. */
    public static TainProcess mirrorMaker(String... arguments) {
        return start(new ProcessBuilder(java("kafka.tools.MirrorMaker", arguments)));
    }

    /** Any command that becomes a mirror. */
    public static TainProcess start(ProcessBuilder command) {
        try {
            Path out = Files.createTempFile("tain", ".out");
            Path err = Files.createTempFile("tain", ".err");
            Process process = command.redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
            ALIVE.add(process);
            return new TainProcess(process, out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The directory of the module whose product is run. */
    public static Path module() {
        return Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    }

    private static List<String> java(String mainClass, String... arguments) {
        Path target = module().resolve("target");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlog4j2.shutdownHookEnabled=false",
                "-cp",
                target.resolve("classes") + File.pathSeparator + target.resolve("lib") + "/*",
                mainClass));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Asks it to end, as an init system does. */
    public TainProcess term() {
        process.destroy();
        return this;
    }

    /** Freezes it with SIGSTOP: its connections stand, and nothing moves. */
    public void suspend() {
        signal("-STOP");
    }

    /** Lets a frozen one go on. */
    public void resume() {
        signal("-CONT");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The most memory it ever had, heap and all, in bytes; only while it runs, and only on Linux. */
    public long peakBytes() {
        return memory("VmHWM:");
    }

    /** The memory it has now, heap and all, in bytes; only while it runs, and only on Linux. */
    public long residentBytes() {
        return memory("VmRSS:");
    }

    private long memory(String what) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith(what))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it with SIGKILL and returns when it is gone. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(GONE);
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The exit status; fails if it does not end in time. */
    public int awaitExit(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("still running after " + patience + ":\n" + err());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Returns once this stands on its standard error. */
    public TainProcess awaitErr(String text, Duration patience) {
        try {
            Await.until("'" + text + "' on standard error", patience, () -> err().contains(text) || !isAlive());
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + err(), e);
        }
        if (!err().contains(text)) {
            throw new AssertionError("ended with " + process.exitValue() + " before '" + text + "':\n" + err());
        }
        return this;
    }

    /** Returns once this stands on its standard output. */
    public TainProcess awaitOut(String text, Duration patience) {
        try {
            Await.until("'" + text + "' on standard output", patience, () -> out().contains(text) || !isAlive());
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + out() + err(), e);
        }
        if (!out().contains(text)) {
            throw new AssertionError("ended with " + process.exitValue() + " before '" + text + "':\n" + out() + err());
        }
        return this;
    }

    /** What it has written to its standard output. */
    public String out() {
        return read(out);
    }

    /** What it has written to its standard error. */
    public String err() {
        return read(err);
    }

    /** {@link #err()} by lines. */
    public List<String> errLines() {
        return err().lines().toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
        ALIVE.remove(process);
        try {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
