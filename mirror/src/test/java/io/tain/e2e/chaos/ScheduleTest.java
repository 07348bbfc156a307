package io.tain.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.chaos.Fault.Side;
import io.tain.e2e.chaos.Schedule.Step;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final Duration LENGTH = Duration.ofMinutes(1);

    @Test
    void shouldBeTheSameForTheSameSeed() {
        assertThat(Schedule.of(7, LENGTH)).isEqualTo(Schedule.of(7, LENGTH)).isNotEqualTo(Schedule.of(8, LENGTH));
    }

    @Test
    void shouldTellHowToRunItAgain() {
        assertThat(Schedule.of(7, LENGTH).toString()).contains("--soak 1 --seed 7");
    }

    @Test
    void shouldLeaveNoTwoFaultsAtOneSide() {
        for (long seed = 0; seed < 100; seed++) {
            for (Side side : Side.values()) {
                List<Step> steps = Schedule.of(seed, LENGTH).of(side);
                for (int i = 1; i < steps.size(); i++) {
                    Step before = steps.get(i - 1);
                    assertThat(steps.get(i).atMillis()).isGreaterThan(before.atMillis() + before.millis());
                }
                Step last = steps.get(steps.size() - 1);
                assertThat(last.atMillis() + last.millis()).isLessThanOrEqualTo(LENGTH.toMillis());
            }
        }
    }

    @Test
    void shouldHaveEveryFaultWithinAFewRuns() {
        Set<Fault> seen = EnumSet.noneOf(Fault.class);
        for (long seed = 0; seed < 5; seed++) {
            Schedule.of(seed, LENGTH).steps().forEach(step -> seen.add(step.fault()));
        }
        assertThat(seen).containsExactlyInAnyOrder(Fault.values());
    }
}
