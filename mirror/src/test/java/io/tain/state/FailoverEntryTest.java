package io.tain.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.state.FailoverEntry.Phase;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailoverEntryTest {
    @ParameterizedTest
    @EnumSource(Phase.class)
    void shouldBeReadAsItWasWritten(Phase phase) {
        FailoverEntry entry = new FailoverEntry(phase, 1_700_000_000_000L, 1_700_000_000_001L);

        assertThat(FailoverEntry.parse(entry.encode())).contains(entry);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "phase=DONE", "phase=LATER since=1 time=2", "phase=DONE since=x time=2"})
    void shouldBeAbsentWhereTheBytesAreNone(String text) {
        assertThat(FailoverEntry.parse(text.getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    @Test
    void shouldBeFoundByItsKey() {
        StateKey key = StateKey.ofFailover("orders");

        assertThat(key).hasToString("failover/orders//0/0");
        assertThat(StateKey.parse(key.encode())).contains(key);
    }

    @Test
    void shouldKeepALinkFromRunningAlsoWhereItIsNotUnderstood() {
        byte[] later = "phase=LATER".getBytes(StandardCharsets.UTF_8);
        byte[] done = new FailoverEntry(Phase.DONE, 0, 0).encode();

        assertThat(KeptState.refusal("orders", Optional.empty())).isEmpty();
        assertThat(KeptState.refusal("orders", Optional.of(later)))
                .hasValueSatisfying(why -> assertThat(why).startsWith("link orders has been failed over; it does"));
        assertThat(KeptState.refusal("orders", Optional.of(done)))
                .hasValue("link orders has been failed over at 1970-01-01T00:00:00Z; it does not copy before tain"
                        + " failback or tain failover --cancel lets it run again");
    }
}
