package io.tain.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.fault.Observer;
import io.tain.e2e.fault.SettingsFile;
import io.tain.e2e.fault.TainProcess;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive of classes that the launcher makes: that a mirror starts from it, and that one that does not fit is no harm. */
final class ClassArchiveIT {
    private static final Duration ENDED = Duration.ofSeconds(60);
    private static final String LIST = "tain.classlist";
    private static final double LEAST_SHARE = 0.9;

    @TempDir
    private Path directory;

    @Test
    void shouldStartMirrorsFromTheArchiveAndWithoutOneThatDoesNotFit() throws IOException {
        Installation installed = Installation.in(directory.resolve("tain")).withClassList();
        Path loaded = directory.resolve("loaded.log");
        Path used = directory.resolve("used.classlist");
        try (ClusterPair clusters = ClusterPair.start()) {
            clusters.source().createTopic("t", 1);
            try (Workload load = Workload.to(clusters.source().clientProperties(), "t", 1)
                    .producer("compression.type", "lz4")
                    .open()) {
                load.write(500);
            }
            Path link = SettingsFile.link(clusters.source(), clusters.target(), "archive", "t")
                    .set("admin.listen", "127.0.0.1:0")
                    .write(directory, "link.properties");
            String options = "-Xlog:class+load:file=" + loaded + " -XX:DumpLoadedClassList=" + used;
            try (TainProcess mirror = Installation.start(
                    directory,
                    Map.of("KAFKA_OPTS", options),
                    List.of(installed.home().resolve("tain"), "run", link))) {
                new Observer(clusters.source(), clusters.target(), "archive").awaitLagZero("t");
                assertThat(mirror.term().awaitExit(ENDED)).as(mirror.err()).isZero();
                assertThat(mirror.out()).isEmpty();
            }
        }
        keepAsNewList(used);
        assertThat(shareFromTheArchive(loaded))
                .as("share of loaded classes that src/main/launcher/" + LIST + " names; this run, on Java 17, has left"
                        + " a new one in mirror/target/" + LIST + ", to be put in its place")
                .isGreaterThan(LEAST_SHARE);

        // Older than the archive, so that only the JVM sees that it is another jar.
        Path jar = installed.home().resolve("lib/" + jarNames(installed).first());
        Files.setLastModifiedTime(jar, FileTime.from(Instant.EPOCH));
        try (TainProcess version =
                Installation.start(directory, Map.of(), List.of(installed.home().resolve("tain"), "version"))) {
            assertThat(version.awaitExit(ENDED)).isZero();
            assertThat(version.out().lines()).hasSize(1);
            assertThat(version.err()).isEmpty();
        }
    }

    private static NavigableSet<String> jarNames(Installation installed) throws IOException {
        try (Stream<Path> files = Files.list(installed.home().resolve("lib"))) {
            NavigableSet<String> names = new TreeSet<>();
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .forEach(names::add);
            return names;
        }
    }

    private static double shareFromTheArchive(Path loaded) throws IOException {
        // What the JVM makes up while it runs is in no archive.
        List<String> lines = Files.readAllLines(loaded).stream()
                .filter(line -> line.contains(" source: "))
                .filter(line -> !line.matches(".*(Lambda|\\$Proxy|Generated|__).*"))
                .toList();
        return (double) lines.stream()
                        .filter(line -> line.contains("shared objects"))
                        .count()
                / lines.size();
    }

    /** Without what the JVM's own list has, which the launcher puts before it. */
    private static void keepAsNewList(Path used) throws IOException {
        Path standard = Path.of(System.getProperty("java.home"), "lib", "classlist");
        Set<String> known = new HashSet<>();
        if (Files.exists(standard)) {
            known.addAll(names(standard));
        }
        Set<String> fresh = new TreeSet<>(names(used));
        fresh.removeAll(known);
        Path old = TainProcess.module().resolve("src/main/launcher/" + LIST);
        List<String> heading = Files.readAllLines(old).stream()
                .filter(line -> line.startsWith("#"))
                .toList();
        Path kept = TainProcess.module().resolve("target/" + LIST);
        Files.write(kept, heading);
        Files.write(kept, fresh, StandardOpenOption.APPEND);
    }

    private static List<String> names(Path list) throws IOException {
        return Files.readAllLines(list).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceFirst(" id: .*", ""))
                .toList();
    }
}
