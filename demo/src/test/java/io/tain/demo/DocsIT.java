package io.tain.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tain.demo.Document.Block;
import io.tain.testkit.AuditReport;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Does what the documents tell their readers to do, with two clusters in the place of theirs. A command that is
 * {@code shown} only needs something that is not part of this project.
 */
class DocsIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> LINKS = List.of("tain", "bin", "check");
    private static final Set<Integer> STOPPED = Set.of(0, 143);

    /** Or its link had been failed over. */
    private static final Set<Integer> ENDED = Set.of(0, 6, 143);

    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();
    private Optional<RunningLink> beside = Optional.empty();

    @BeforeEach
    void link() throws IOException {
        for (String link : LINKS) {
            Files.createSymbolicLink(directory.resolve(link), ROOT.resolve(link));
        }
    }

    @AfterEach
    void unlink() throws IOException {
        started.forEach(Process::destroyForcibly);
        for (String link : LINKS) {
            Files.delete(directory.resolve(link));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "README.md",
                "CONTRIBUTING.md",
                "docs/quick-start.md",
                "docs/configuration.md",
                "docs/operations.md",
                "docs/mirrormaker.md",
                "docs/checking.md",
                "docs/offsets.md",
                "docs/failover.md",
                "docs/exactly-once.md",
                "docs/both-ways.md",
                "docs/admin-server.md",
                "docs/halted-partitions.md"
            })
    void shouldTellWhatWorks(String name) throws Exception {
        Document document = Document.read(ROOT, name);

        assertThat(document.blocks()).isNotEmpty();
        // Files may be shown after the commands that name them.
        try (Clusters clusters = new Clusters(document)) {
            for (Block block : document.blocks()) {
                if (block.directive().equals("file")) {
                    Files.writeString(directory.resolve(block.file()), clusters.here(block.text()));
                }
            }
            try {
                for (Block block : document.blocks()) {
                    follow(block, clusters);
                }
            } finally {
                beside.ifPresent(RunningLink::close);
            }
            started.forEach(Process::destroy);
            for (Process process : started) {
                assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                assertThat(process.exitValue()).as(output()).isIn(ENDED);
            }
        }
    }

    private void follow(Block block, Clusters clusters) throws Exception {
        switch (block.directive()) {
            case "file", "shown" -> {}
            case "exists" -> assertThat(directory.resolve(block.text().strip())).isExecutable();
            case "run" -> {
                Process process = start(clusters.here(block.text()));
                assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .as(block.text())
                        .isTrue();
                assertThat(process.exitValue()).as(output()).isZero();
                if (beside.isPresent()) {
                    beside.get().restart();
                }
            }
            case "run until mirrored" -> runUntilMirrored(block, clusters);
            case "start" -> started.add(start(clusters.here(block.text())));
            case "start until mirrored" -> {
                clusters.write();
                started.add(start(clusters.here(block.text())));
                awaitMirrored(started, block, clusters);
            }
            case "run beside" -> {
                if (beside.isEmpty()) {
                    beside = Optional.of(RunningLink.start(directory, clusters.pair));
                }
                for (String command : block.text().lines().toList()) {
                    beside.get().follow(command);
                }
            }
            default -> throw new AssertionError("what is to be done with this block? " + block);
        }
    }

    /** Each line is a mirror. */
    private void runUntilMirrored(Block block, Clusters clusters) throws Exception {
        clusters.write();
        List<Process> mirrors = new ArrayList<>();
        try {
            for (String command : block.text().replace("\\\n", " ").lines().toList()) {
                mirrors.add(start(clusters.here(command)));
            }
            awaitMirrored(mirrors, block, clusters);
            mirrors.forEach(Process::destroy);
            for (Process mirror : mirrors) {
                assertThat(mirror.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                assertThat(mirror.exitValue()).as(output()).isIn(STOPPED);
            }
        } finally {
            mirrors.forEach(Process::destroyForcibly);
        }
    }

    private void awaitMirrored(List<Process> mirrors, Block block, Clusters clusters) {
        await(block.text())
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    assertThat(mirrors).as(output()).allMatch(Process::isAlive);
                    return clusters.areEqual();
                });
    }

    private Process start(String command) throws IOException {
        // exec: a signal has to reach the command, not a shell before it.
        String text = command.strip();
        String line = text.matches("[A-Z0-9_]+=.*") ? "env " + text : text;
        return new ProcessBuilder("bash", "-c", line.startsWith("(") ? line : "exec " + line)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("output").toFile()))
                .start();
    }

    private String output() {
        try {
            return Files.readString(directory.resolve("output"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The reader's clusters; not started for a document that needs none. */
    private static final class Clusters implements AutoCloseable {
        private final ClusterPair pair;
        private final Workload load;

        Clusters(Document document) {
            boolean needed = document.blocks().stream()
                    .anyMatch(block -> List.of("file", "run beside").contains(block.directive()));
            pair = needed ? ClusterPair.start() : null;
            if (needed) {
                pair.source().createTopic("orders", 2);
                load = Workload.to(pair.source().clientProperties(), "orders", 2)
                        .open();
            } else {
                load = null;
            }
        }

        /** A text with these clusters' addresses. */
        String here(String text) {
            return text.replace("source-host:9092", pair.source().bootstrapServers())
                    .replace("target-host:9092", pair.target().bootstrapServers());
        }

        void write() {
            load.write(1_000);
        }

        boolean areEqual() throws Exception {
            if (!pair.target().admin().listTopics().names().get().contains("orders")) {
                return false;
            }
            AuditReport report = pair.audit("orders");
            return report.isComplete() && report.isFaithful();
        }

        @Override
        public void close() {
            if (pair != null) {
                load.close();
                pair.close();
            }
        }
    }
}
