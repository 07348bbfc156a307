package io.tain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.bench.Run.Label;
import io.tain.bench.Targets.Judged;
import io.tain.bench.Targets.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetsTest {
    @Test
    void shouldKnowNothingWithoutRuns() {
        assertThat(Targets.judge(new Summary(List.of())))
                .hasSizeGreaterThan(30)
                .allMatch(target ->
                        target.verdict() == Verdict.UNKNOWN && target.measured().isEmpty());
    }

    @Test
    void shouldCompareWithLimitAndBetterPeer() {
        Summary summary = new Summary(List.of(
                rate(Contender.LIMIT, 1_000),
                rate(Contender.TAIN, 790),
                rate(Contender.MIRROR_MAKER_1, 200),
                rate(Contender.MIRROR_MAKER_2, 300)));

        assertThat(judged(summary, "lz4-64k", "limit").verdict()).isEqualTo(Verdict.MISSED);
        assertThat(judged(summary, "lz4-64k", "limit").measured()).contains("0.79 x");
        assertThat(judged(summary, "lz4-64k", "throughput at least 2.5 x the better peer")
                        .verdict())
                .isEqualTo(Verdict.MET);
        assertThat(judged(summary, "zstd-64k", "limit").verdict()).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void shouldJudgeLatencyByWhatIsAddedToTheDirectWay() {
        Summary summary = new Summary(
                List.of(p99(Contender.DIRECT, 2), p99(Contender.TAIN, 4.5), p99(Contender.MIRROR_MAKER_2, 22)));

        assertThat(judged(summary, Works.LATENCY, "3.0 ms").verdict()).isEqualTo(Verdict.MET);
        assertThat(judged(summary, Works.LATENCY, "3.0 ms").measured()).contains("2.50 ms");
        assertThat(judged(summary, Works.LATENCY, "1/3").measured()).contains("1/8.0");
        assertThat(judged(summary, Works.LATENCY, "1/3").verdict()).isEqualTo(Verdict.MET);
    }

    private static Judged judged(Summary summary, String work, String wanted) {
        return Targets.judge(summary).stream()
                .filter(target -> target.work().equals(work) && target.wanted().contains(wanted))
                .findFirst()
                .orElseThrow();
    }

    private static Run rate(String name, double value) {
        return new Run("lz4-64k", new Label(name, 1), 1, Map.of(Measure.RECORDS_PER_SECOND, value));
    }

    private static Run p99(String name, double value) {
        return new Run(Works.LATENCY, new Label(name, 1), 1, Map.of(Measure.P99_MS, value));
    }
}
