package io.tain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionTest {
    private static final Path JARS = Path.of("jars");
    private static final Contender ONE = new MirrorMaker1(1, JARS);
    private static final Contender TWO = new MirrorMaker1(2, JARS);
    private static final Contender OTHER = new MirrorMaker2(1, JARS);

    @Test
    void shouldGoOnWithTheSettingThatCopiedFaster() {
        List<Run> runs = List.of(
                run(ONE, Measure.RECORDS_PER_SECOND, 100),
                run(TWO, Measure.RECORDS_PER_SECOND, 200),
                run(OTHER, Measure.RECORDS_PER_SECOND, 50));

        assertThat(Session.withoutWorseSettings(List.of(ONE, TWO, OTHER), runs)).containsExactly(TWO, OTHER);
    }

    @Test
    void shouldGoOnWithTheSettingThatWasQuicker() {
        List<Run> runs = List.of(run(ONE, Measure.P99_MS, 10), run(TWO, Measure.P99_MS, 20));

        assertThat(Session.withoutWorseSettings(List.of(ONE, TWO), runs)).containsExactly(ONE);
    }

    @Test
    void shouldKeepWhatHasNotBeenMeasured() {
        assertThat(Session.withoutWorseSettings(List.of(ONE, OTHER), List.of())).containsExactly(ONE, OTHER);
    }

    private static Run run(Contender contender, Measure measure, double value) {
        return new Run("lz4-64k", contender.label(), 1, Map.of(measure, value));
    }
}
