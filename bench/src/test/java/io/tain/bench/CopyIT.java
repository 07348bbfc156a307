package io.tain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.config.Delivery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small work from end to end, with the limit and Tain. */
final class CopyIT {
    private static final long RECORDS = 200_000;

    @TempDir
    private Path installation;

    @TempDir
    private Path directory;

    private Contender tain = new Direct();

    /** As if unpacked from an archive, so that the launcher has nothing to build. */
    @BeforeEach
    void install() throws IOException {
        Path root = Place.ofThisProgram().module().getParent();
        Path target = root.resolve("mirror").resolve("target");
        Path launcher = Files.copy(root.resolve("tain"), installation.resolve("tain"));
        Path lib = Files.createDirectory(installation.resolve("lib"));
        copyJars(target.resolve("lib"), lib);
        copyJars(target, lib);
        tain = new TainContender(launcher, Delivery.EXACTLY_ONCE);
    }

    private static void copyJars(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path jar :
                    files.filter(file -> file.toString().endsWith(".jar")).toList()) {
                Files.copy(jar, to.resolve(jar.getFileName()));
            }
        }
    }

    @Test
    void shouldMeasureLimitAndTain() throws IOException {
        Work work = Works.quick().get(0).withRecords(RECORDS);
        try (Brokers brokers = Brokers.start(work.link())) {
            CopyTrial trial = CopyTrial.prepare(work, brokers);

            Map<Measure, Double> limit = trial.run(new LimitContender(), "one", newDirectory("one"));
            Map<Measure, Double> copied = trial.run(tain, "two", newDirectory("two"));

            for (Map<Measure, Double> values : List.of(limit, copied)) {
                assertThat(values.get(Measure.CPU_PER_GB)).isBetween(0.1, 1_000.0);
                assertThat(values.get(Measure.PEAK_MIB)).isBetween(20.0, 3_000.0);
            }
            assertThat(copied.get(Measure.FIRST_RECORD_SECONDS)).isBetween(0.05, 60.0);
        }
    }

    @Test
    void shouldMeasureAComparison() throws IOException {
        Work work = Works.quick().get(0).withRecords(RECORDS / 10);
        try (Brokers brokers = Brokers.start(work.link())) {
            Map<Measure, Double> compared =
                    VerifyTrial.prepare(work, brokers).run(tain, "three", newDirectory("three"));

            assertThat(compared.get(Measure.VERIFY_SECONDS)).isBetween(0.05, 60.0);
        }
    }

    private Path newDirectory(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }
}
