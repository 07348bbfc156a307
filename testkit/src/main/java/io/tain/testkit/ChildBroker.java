package io.tain.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One run of a broker in a JVM of its own. It ends with this JVM, however that ends (a suspended one only if this JVM
 * ends in an orderly way). Signals go only to the process that this object started.
 */
final class ChildBroker {
    private static final int TAIL_LINES = 40;
    private static final Duration ORDERLY = Duration.ofSeconds(30);
    /**
     * With the heap of Kafka's own scripts: thousands of partitions and a few mirrors fill 400 MiB. Without the second compiler, which
     * would take the cores from tests that last for seconds, and make a benchmark's later turns faster than the first.
     */
    private static final List<String> JVM_FLAGS = List.of(
            "-Xmx1g",
            "-Xms64m",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto");

    private static final String LOGGING = """
            <Configuration status="ERROR">
              <Appenders>
                <Console name="console"><PatternLayout pattern="%d %-5p %c{1} %m%n"/></Console>
              </Appenders>
              <Loggers><Root level="WARN"><AppenderRef ref="console"/></Root></Loggers>
            </Configuration>
            """;
    private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly), "child-broker-kill"));
    }

    private final int nodeId;
    private final Path log;
    private final Process process;

    private ChildBroker(int nodeId, Path log, Process process) {
        this.nodeId = nodeId;
        this.log = log;
        this.process = process;
    }

    /** Starts the process with this JVM's class path; the broker isn't ready yet. */
    static ChildBroker launch(NodeLayout node, Properties properties) {
        return launch(node, properties, classPath(), ChildMain.class.getName());
    }

    /** Starts the process; the broker isn't ready yet. */
    static ChildBroker launch(NodeLayout node, Properties properties, String classPath, String mainClass) {
        Path directory = node.directory().resolveSibling("process-" + node.nodeId());
        try {
            Files.createDirectories(directory);
            Path settings = directory.resolve("server.properties");
            try (Writer writer = Files.newBufferedWriter(settings)) {
                properties.store(writer, null);
            }
            Path logging = Files.writeString(directory.resolve("log4j2.xml"), LOGGING);
            Path log = directory.resolve("broker.log");
            Process process = new ProcessBuilder(command(logging, classPath, mainClass, settings))
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            ALIVE.add(process);
            return new ChildBroker(node.nodeId(), log, process);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start the process of node " + node.nodeId() + ".", e);
        }
    }

    private static List<String> command(Path logging, String classPath, String mainClass, Path settings) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return Stream.of(
                        Stream.of(java),
                        JVM_FLAGS.stream(),
                        Stream.of(
                                "-Dlog4j2.configurationFile=" + logging,
                                "-cp",
                                classPath,
                                mainClass,
                                settings.toString()))
                .flatMap(part -> part)
                .toList();
    }

    /** This JVM's, free of its working directory. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** Stops the process as an operator would, with SIGTERM; kills it when that takes too long. */
    void stop() {
        resume();
        process.destroy();
        if (!ended(ORDERLY)) {
            kill();
        }
        ALIVE.remove(process);
    }

    /** Ends the process with SIGKILL and returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        if (!ended(ORDERLY)) {
            throw new IllegalStateException("Node " + nodeId + " survived SIGKILL for " + ORDERLY + ".");
        }
        ALIVE.remove(process);
    }

    /** Stops the process's clock, so to say, with SIGSTOP. */
    void suspend() {
        signal("-STOP");
    }

    /** Lets a suspended process go on, with SIGCONT. */
    void resume() {
        signal("-CONT");
    }

    private void signal(String name) {
        if (!process.isAlive()) {
            return;
        }
        try {
            Process kill = new ProcessBuilder("kill", name, Long.toString(process.pid()))
                    .redirectErrorStream(true)
                    .start();
            if (kill.waitFor() != 0 && process.isAlive()) {
                throw new IllegalStateException("Cannot send " + name + " to node " + nodeId + ".");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean ended(Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    /** The last lines that the broker logged, also in its former runs. */
    String logTail() {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }
}
