package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ClockWatchTest {
    private long aheadMs = 7_200_000; // of a link that was started again
    private final ClockWatch watch = new ClockWatch(() -> aheadMs);

    @Test
    void shouldNoticeAClockThatIsSetBack() {
        assertThat(watch.problem()).isEmpty();

        aheadMs += 60_000;

        assertThat(watch.problem().orElse("")).startsWith("the machine's clock was set back by 60 s");
        assertThat(watch.problem()).as("told").isEmpty();
    }

    @Test
    void shouldNoticeAClockThatIsSetBackToWhereItWas() {
        assertThat(watch.problem()).isEmpty();
        aheadMs -= 60_000;
        assertThat(watch.problem()).as("set forward").isEmpty();

        aheadMs += 60_000;

        assertThat(watch.problem()).isPresent();
    }

    @Test
    void shouldNotMindWhatTheGroupWaitsFor() {
        assertThat(watch.problem()).isEmpty();

        aheadMs += 20_000;

        assertThat(watch.problem()).isEmpty();
    }
}
