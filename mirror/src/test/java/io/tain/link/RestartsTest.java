package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RestartsTest {
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Outcome FAILURE = new Outcome(Outcome.Kind.FAILED, Optional.of("died"));

    private long nanos;
    private final Restarts restarts = new Restarts(() -> nanos);

    @Test
    void shouldStartALinkAgainAfterItsBackOff() {
        assertThat(restarts.plan("a", FIRST, FAILURE)).isEqualTo(FIRST);

        pass(Duration.ofSeconds(9));
        assertThat(restarts.takeDue()).isEmpty();
        assertThat(restarts.untilNext()).isEqualTo(Duration.ofSeconds(1));
        assertThat(restarts.isWaiting("a")).isTrue();
        assertThat(restarts.failure()).contains(FAILURE);

        pass(Duration.ofSeconds(1));
        assertThat(restarts.takeDue()).contains("a");
        assertThat(restarts.takeDue()).isEmpty();
        assertThat(restarts.isWaiting("a")).isFalse();
        assertThat(restarts.failure()).isEmpty();
    }

    @Test
    void shouldWaitTwiceAsLongAfterEachFailureUpToALimit() {
        int[] seconds = {10, 20, 40, 80, 160, 300, 300};
        for (int expected : seconds) {
            Duration wait = restarts.plan("a", FIRST, FAILURE);
            assertThat(wait).isEqualTo(Duration.ofSeconds(expected));
            pass(wait);
            assertThat(restarts.takeDue()).contains("a");
        }
    }

    @Test
    void shouldForgetTheFailuresOfALinkThatHasRunForLong() {
        restarts.plan("a", FIRST, FAILURE);
        pass(FIRST);
        restarts.takeDue();
        pass(Restarts.LONGEST);

        assertThat(restarts.plan("a", FIRST, FAILURE)).isEqualTo(FIRST);
    }

    @Test
    void shouldKeepLinksApart() {
        restarts.plan("a", FIRST, FAILURE);
        pass(Duration.ofSeconds(5));
        assertThat(restarts.plan("b", FIRST, FAILURE)).isEqualTo(FIRST);

        pass(Duration.ofSeconds(5));
        assertThat(restarts.takeDue()).contains("a");
        assertThat(restarts.isWaiting("b")).isTrue();
        assertThat(restarts.untilNext()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void shouldKeepALongBackOffAsItIs() {
        Duration hour = Duration.ofHours(1);
        restarts.plan("a", hour, FAILURE);
        pass(hour);
        restarts.takeDue();

        assertThat(restarts.plan("a", hour, FAILURE)).isEqualTo(hour);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }
}
