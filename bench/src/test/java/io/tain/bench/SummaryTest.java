package io.tain.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.bench.Run.Label;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private static final String WORK = "lz4-64k";

    @Test
    void shouldTakeTheMiddleValue() {
        assertThat(Summary.median(List.of(9.0, 1.0, 5.0))).isEqualTo(5);
        assertThat(Summary.median(List.of(4.0, 1.0, 2.0, 9.0))).isEqualTo(3);
        assertThat(Summary.median(List.of(7.0))).isEqualTo(7);
        assertThatThrownBy(() -> Summary.median(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldDivideOnlyWhatIsThere() {
        assertThat(Summary.ratio(Optional.of(3.0), Optional.of(2.0))).contains(1.5);
        assertThat(Summary.ratio(Optional.of(3.0), Optional.of(0.0))).isEmpty();
        assertThat(Summary.ratio(Optional.of(3.0), Optional.empty())).isEmpty();
        assertThat(Summary.ratio(Optional.empty(), Optional.of(2.0))).isEmpty();
    }

    @Test
    void shouldCountTheBetterSettingOfEachPeerForEachMeasure() {
        Summary summary = new Summary(List.of(
                run(Contender.TAIN, 1, 1, 900, 100),
                run(Contender.MIRROR_MAKER_1, 1, 1, 200, 300),
                run(Contender.MIRROR_MAKER_1, 2, 1, 300, 400),
                run(Contender.MIRROR_MAKER_2, 1, 1, 250, 250)));

        assertThat(summary.best(WORK, Contender.MIRROR_MAKER_1, Measure.RECORDS_PER_SECOND))
                .contains(300.0);
        assertThat(summary.betterPeer(WORK, Measure.RECORDS_PER_SECOND)).contains(300.0);
        assertThat(summary.betterPeer(WORK, Measure.PEAK_MIB)).contains(250.0);
        assertThat(summary.betterPeer("other", Measure.PEAK_MIB)).isEmpty();
    }

    @Test
    void shouldTakeTheMedianOfTheRoundsThatHaveTheMeasure() {
        Summary summary = new Summary(List.of(
                run(Contender.TAIN, 1, 1, 900, 100),
                run(Contender.TAIN, 1, 2, 700, 100),
                run(Contender.TAIN, 1, 3, 800, 100),
                new Run(WORK, new Label(Contender.TAIN, 1), 4, Map.of(Measure.PEAK_MIB, 5.0))));

        assertThat(summary.median(WORK, new Label(Contender.TAIN, 1), Measure.RECORDS_PER_SECOND))
                .contains(800.0);
        assertThat(summary.rounds(WORK)).isEqualTo(4);
    }

    private static Run run(String name, int streams, int round, double rate, double mebibytes) {
        return new Run(
                WORK,
                new Label(name, streams),
                round,
                Map.of(Measure.RECORDS_PER_SECOND, rate, Measure.PEAK_MIB, mebibytes));
    }
}
