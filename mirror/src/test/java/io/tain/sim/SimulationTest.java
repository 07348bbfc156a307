package io.tain.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The whole engine, but for sockets and threads, in made-up worlds: {@code -Dtain.sim.seeds=N} for so many of them,
 * {@code -Dtain.sim.seed=S} for that one.
 */
@ExtendWith(QuietLog.class)
class SimulationTest {
    private static final int SEEDS = 2_000;
    private static final int SHOWN = 3;

    @Test
    void shouldKeepItsPromisesWhateverHappens() {
        long first = Long.getLong("tain.sim.seed", 1L);
        long count = Long.getLong("tain.sim.seed") == null ? Long.getLong("tain.sim.seeds", SEEDS) : 1;
        List<String> failures = new ArrayList<>();
        Map<String, Long> seen = new TreeMap<>();

        for (long seed = first; seed < first + count && failures.size() < SHOWN; seed++) {
            Simulation.run(seed, seen).ifPresent(failures::add);
        }

        assertThat(failures).as("seeds that broke a promise").isEmpty();
        if (count >= SEEDS) {
            assertThat(seen.keySet()).as("what happened at all").containsAll(everything());
        }
    }

    private static List<String> everything() {
        List<String> all = new ArrayList<>(List.of(
                "forwarded",
                "dropped",
                "refused",
                "dead letters",
                "written again",
                "transcoded holes",
                "transcoded delete-horizon",
                "transcoded log-append-time",
                "transcoded start-inside-batch",
                "transcoded coalesced",
                "transcoded split",
                "halted by a refusal",
                "halted by corruption",
                "halted by retention",
                "halted by truncation",
                "halted by recreation",
                "halted by a take-over",
                "taken over",
                "found copied"));
        all.addAll(BrokerErrors.all());
        for (Fault fault : Fault.values()) {
            all.add("fault " + fault);
        }
        return all;
    }

    @Test
    void shouldDoTheSameAgainForTheSameSeed() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(Simulation.digest(seed)).isEqualTo(Simulation.digest(seed));
        }
    }
}
