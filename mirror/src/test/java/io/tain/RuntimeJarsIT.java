package io.tain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code tain run} has on its class path beside its own jar, as the build has laid it out. */
class RuntimeJarsIT {
    private static final int MOST = 16;
    private static final Path LIB = Path.of("target/lib");

    @Test
    void shouldBeFewAndNoneOfTheBrokers() throws IOException {
        List<String> jars = jars();

        assertThat(jars)
                .as("in mirror/target/lib; mvn clean, if some are left from before")
                .hasSizeLessThanOrEqualTo(MOST);
        assertThat(jars)
                .filteredOn(jar -> jar.startsWith("kafka"))
                .as("of Kafka, only its clients")
                .containsExactly("kafka-clients-4.3.1.jar");
        assertThat(jars).noneMatch(jar -> jar.matches("(scala|tain-testkit|jackson|jetty|rocksdb|junit|assertj).*"));
    }

    @Test
    void shouldHaveNoClassesOfScalaOrTheBrokers() throws IOException {
        for (String jar : jars()) {
            try (var file = new java.util.jar.JarFile(LIB.resolve(jar).toFile())) {
                assertThat(file.stream().map(java.util.zip.ZipEntry::getName))
                        .as(jar)
                        .noneMatch(name -> name.startsWith("kafka/server/") || name.startsWith("scala/"));
            }
        }
    }

    private static List<String> jars() throws IOException {
        try (Stream<Path> files = Files.list(LIB)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }
}
