package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.AuditReport;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mirror whose wall clock is set while it copies, by Debian's faketime; the brokers keep theirs. */
final class ClockIT {
    private static final Path LIBRARIES = Path.of("/usr/lib");
    /** Of a checkpoint; what the link says of itself is written each minute only. */
    private static final Pattern TIME =
            Pattern.compile("\"phase\"\\s*:\\s*\"\\w+\"\\s*,\\s*\"time\"\\s*:\\s*\"([^\"]+)\"");

    private static final Duration STOPPED = Duration.ofSeconds(60);

    private static ClusterPair clusters;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startClusters() {
        clusters = ClusterPair.start();
    }

    @AfterAll
    static void closeClusters() {
        clusters.close();
    }

    @Test
    void shouldGoOnWhenItsClockIsSet() throws IOException {
        clusters.source().createTopic("clock", 2);
        Observer observer = new Observer(clusters.source(), clusters.target(), "clock");
        Path file = SettingsFile.link(clusters.source(), clusters.target(), "clock", "clock")
                .set("restart.backoff", "1s")
                .write(directory, "clock.properties");
        Path clock = directory.resolve("clock.rc");
        Files.writeString(clock, "+0");
        Map<String, String> environment = Map.of(
                "LD_PRELOAD",
                faketime().toString(),
                "FAKETIME_TIMESTAMP_FILE",
                clock.toString(),
                "FAKETIME_NO_CACHE",
                "1",
                "DONT_FAKE_MONOTONIC",
                "1");
        try (Workload load = Workload.to(clusters.source().clientProperties(), "clock", 2)
                        .rate(400)
                        .open()
                        .start();
                TainProcess mirror = TainProcess.tain(environment, "run", file.toString())) {
            observer.awaitProgress("clock", 500);
            for (int hours : List.of(-1, 1, 0)) {
                Files.writeString(
                        clock,
                        String.format(
                                Locale.ROOT, "%+d", Duration.ofHours(hours).toSeconds()));
                awaitProgress(observer, mirror);
                assertThat(hoursAhead(file)).isEqualTo(hours);
            }
            load.stop();
            observer.awaitLagZero("clock");
            assertThat(mirror.term().awaitExit(STOPPED)).as(mirror.err()).isZero();
            assertThat(mirror.err()).contains("the machine's clock was set back by 3600 s");
        }
        AuditReport audit = clusters.audit("clock");
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }

    private static void awaitProgress(Observer observer, TainProcess mirror) {
        try {
            observer.awaitProgress("clock", 2_000);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + mirror.err(), e);
        }
    }

    /** The hours by which the mirror's clock is ahead, by the time that its latest checkpoint has. */
    private static long hoursAhead(Path file) {
        try (TainProcess dump = TainProcess.tain("state", "dump", "--json", file.toString())) {
            assertThat(dump.awaitExit(STOPPED)).as(dump.err()).isZero();
            Instant latest = TIME.matcher(dump.out())
                    .results()
                    .map(found -> Instant.parse(found.group(1)))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            return Math.round(Duration.between(Instant.now(), latest).toMinutes() / 60.0);
        }
    }

    private static Path faketime() throws IOException {
        try (Stream<Path> files =
                Files.find(LIBRARIES, 4, (path, what) -> path.endsWith(Path.of("faketime", "libfaketimeMT.so.1")))) {
            return files.findFirst()
                    .orElseThrow(() -> new AssertionError("install faketime: no libfaketimeMT.so.1 in " + LIBRARIES));
        }
    }
}
