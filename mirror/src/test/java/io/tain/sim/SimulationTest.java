package io.tain.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
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
    private static final String BETWEEN = "\f";

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

    /** Else a seed that broke a promise could not be looked into. In the other process objects' own hash codes are all one. */
    @Test
    void shouldDoTheSameAgainForTheSameSeed() throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            assertAlike(Simulation.digest(seed), Simulation.digest(seed), seed);
        }
        for (String digest : inAnotherProcess(1, 60)) {
            long seed = Long.parseLong(digest.lines().findFirst().orElseThrow());
            assertAlike(seed + "\n" + Simulation.digest(seed), digest, seed);
        }
    }

    private static void assertAlike(String one, String other, long seed) {
        List<String> expected = one.lines().toList();
        List<String> actual = other.lines().toList();
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            assertThat(actual.get(i)).as("seed %d", seed).isEqualTo(expected.get(i));
        }
        assertThat(actual).as("seed %d", seed).hasSameSizeAs(expected);
    }

    private static List<String> inAnotherProcess(long first, long last) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UnlockExperimentalVMOptions",
                        "-XX:hashCode=2",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SimulationTest.class.getName(),
                        Long.toString(first),
                        Long.toString(last))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        List<String> digests = List.of(text.split(BETWEEN));
        assertThat(digests).hasSize((int) (last - first + 1));
        return digests;
    }

    /** Prints how the simulations of these seeds went, the first and the last given. */
    public static void main(String[] args) {
        Configurator.setLevel("io.tain", Level.OFF);
        List<String> digests = new ArrayList<>();
        for (long seed = Long.parseLong(args[0]); seed <= Long.parseLong(args[1]); seed++) {
            digests.add(seed + "\n" + Simulation.digest(seed));
        }
        System.out.writeBytes(String.join(BETWEEN, digests).getBytes(StandardCharsets.UTF_8));
    }
}
