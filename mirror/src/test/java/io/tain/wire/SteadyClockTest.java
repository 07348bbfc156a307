package io.tain.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SteadyClockTest {
    private static final long HOUR = 3_600_000;

    private long ranMs = 5_000;
    private long wallMs = 1_700_000_000_000L;
    private final SteadyClock clock = new SteadyClock(() -> ranMs * 1_000_000, () -> wallMs);

    private void pass(long ms) {
        ranMs += ms;
        wallMs += ms;
    }

    @Test
    void shouldGoAsTheWallClockDoes() {
        pass(1_234);

        assertThat(clock.ms()).isEqualTo(wallMs);
    }

    @Test
    void shouldGoOnWhenTheWallClockIsSetBack() {
        long before = clock.ms();

        wallMs -= HOUR;
        assertThat(clock.ms()).isEqualTo(before);
        pass(10);
        assertThat(clock.ms()).isEqualTo(before + 10);
    }

    @Test
    void shouldFollowWhenTheWallClockIsSetForwardAndNotBackAgain() {
        long before = clock.ms();

        wallMs += HOUR;
        assertThat(clock.ms()).isEqualTo(before + HOUR);
        wallMs -= HOUR;
        pass(10);
        assertThat(clock.ms()).isEqualTo(before + HOUR + 10);
    }

    @Test
    void shouldNotAddUpTheSmallDifferencesOfTwoClocks() {
        long before = clock.ms();

        for (int i = 0; i < 1_000; i++) {
            wallMs += i % 2 == 0 ? 3 : -1;
            ranMs += 1;
            clock.ms();
        }

        assertThat(clock.ms()).isEqualTo(before + 1_000);
    }
}
