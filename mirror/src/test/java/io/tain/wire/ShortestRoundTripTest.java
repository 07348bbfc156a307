package io.tain.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShortestRoundTripTest {
    private final ShortestRoundTrip roundTrip = new ShortestRoundTrip();

    @Test
    void shouldBeZeroBeforeTheFirstAnswer() {
        assertThat(roundTrip.millis()).isZero();
    }

    @Test
    void shouldKeepTheShortestAndForgetItAfterAWhile() {
        roundTrip.observe(120, 1_000);
        roundTrip.observe(101, 2_000);
        roundTrip.observe(140, 9_000);
        assertThat(roundTrip.millis()).isEqualTo(101);

        roundTrip.observe(7, 15_000);
        assertThat(roundTrip.millis()).isEqualTo(7);
        roundTrip.observe(90, 26_000);
        assertThat(roundTrip.millis()).as("the window before still counts").isEqualTo(7);
        roundTrip.observe(90, 37_000);
        assertThat(roundTrip.millis()).isEqualTo(90);
    }

    @Test
    void shouldForgetEverythingAfterALongSilence() {
        roundTrip.observe(5, 1_000);

        roundTrip.observe(50, 100_000);

        assertThat(roundTrip.millis()).isEqualTo(50);
    }
}
