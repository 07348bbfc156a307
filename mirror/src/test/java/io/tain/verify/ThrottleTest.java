package io.tain.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThrottleTest {
    private long nowMs = 5_000_000;
    private final Throttle throttle = new Throttle(1_000, () -> nowMs);

    @Test
    void shouldWaitAsLongAsWhatWasReadTakes() {
        assertThat(throttle.mayRead(0)).isTrue();
        assertThat(throttle.mayRead(4_000)).isFalse();

        nowMs += 3_999;
        assertThat(throttle.mayRead(4_000)).isFalse();
        nowMs += 1;
        assertThat(throttle.mayRead(4_000)).isTrue();
    }

    @Test
    void shouldKeepToTheRateInTheLongRun() {
        long bytes = 0;
        long startMs = nowMs;
        while (nowMs < startMs + 100_000) {
            bytes += throttle.mayRead(bytes) ? 300 : 0;
            nowMs += 10;
        }

        assertThat(bytes).isBetween(99_000L, 101_000L);
    }

    @Test
    void shouldNotSaveUpWhileThereIsNothingToRead() {
        nowMs += 3_600_000; // nothing was committed for an hour
        assertThat(throttle.mayRead(1_000)).isTrue();
        assertThat(throttle.mayRead(2_000)).isFalse();
    }

    @Test
    void shouldNotLimitWithoutALimit() {
        assertThat(new Throttle(0, () -> nowMs).mayRead(Long.MAX_VALUE)).isTrue();
    }
}
