package io.tain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.bench.Run.Label;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private final WorkResult result = new WorkResult(
            "lz4-64k",
            Map.of("machine", "2 cores", "version", "tain 1", "date", "2026-01-02", "records", "1000"),
            List.of(
                    new Run(
                            "lz4-64k",
                            new Label(Contender.LIMIT, 1),
                            1,
                            Map.of(Measure.RECORDS_PER_SECOND, 1_000_000.0)),
                    new Run(
                            "lz4-64k",
                            new Label(Contender.TAIN, 1),
                            1,
                            Map.of(Measure.RECORDS_PER_SECOND, 900_000.0, Measure.PEAK_MIB, 120.5))));

    @Test
    void shouldReadWhatItKept() {
        assertThat(WorkResult.parse("lz4-64k", result.lines())).isEqualTo(result);
    }

    @Test
    void shouldSayWhereWhatAndHowToRepeatIt() {
        String text = Report.text(List.of(result), "The disk.\n");

        assertThat(text)
                .contains("2 cores; tain 1; 2026-01-02: lz4-64k")
                .contains("`./tain bench --work lz4-64k --rounds 1 --records 1000`")
                .contains("| tain | 900,000 |")
                .contains("| lz4-64k | throughput at least 0.8 x limit | 0.90 x | met |")
                .contains("| lz4-64k | throughput at least 2.5 x the better peer | - | not measured |")
                .contains("## What bounds the missed ones\n\nThe disk.\n\n## Results\n")
                .endsWith("`\n");
    }
}
