package io.tain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WorksTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void shouldNameEachWorkOnce() {
        assertThat(Works.all().stream().map(Work::name)).doesNotHaveDuplicates().contains("none-64k", "gzip-1rec");
        assertThat(Works.quick()).hasSize(3);
    }

    @Test
    void shouldCopyAtLeastAGigabyteButOfSingleRecords() {
        assertThat(Works.all())
                .filteredOn(work -> work.kind() == Work.Kind.COPY && work.load().batchBytes() != Work.Load.ONE_RECORD)
                .allMatch(work -> work.load().records() * Work.VALUE_BYTES >= 1_000_000_000);
    }

    @Test
    void shouldChooseWorksByPattern() {
        assertThat(run("--list", "--work", "link-100ms-*-16k,latency")).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("link-100ms-source-16k", "link-100ms-target-16k", "latency");
    }

    @Test
    void shouldRefuseWhatItDoesNotKnow() {
        assertThat(run("--work", "lz5")).isEqualTo(2);

        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("error: --work lz5: no such work");
    }

    private int run(String... arguments) {
        return Bench.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }
}
