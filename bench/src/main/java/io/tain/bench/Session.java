package io.tain.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Lets the contenders take turns at works, A B C A B C. */
final class Session {
    /** What decides between a peer's settings: of each kind of work the measure it is about. */
    private static final List<Measure> DECISIVE =
            List.of(Measure.RECORDS_PER_SECOND, Measure.P99_MS, Measure.ALL_PARTITIONS_SECONDS);

    private final Field field;
    private final Extent extent;
    private final Screen screen;
    private int turns;
    private int failures;

    /** How much of each work. */
    record Extent(int rounds, LatencyTrial.Times latency, PartitionsTrial.Size partitions) {}

    Session(Field field, Extent extent, Screen screen) {
        this.field = field;
        this.extent = extent;
        this.screen = screen;
    }

    /** Starts the brokers, runs all rounds of the work, and stops the brokers. */
    List<Run> run(Work work) throws IOException, InterruptedException {
        screen.begins(work);
        List<Run> runs = new ArrayList<>();
        try (Brokers brokers = Brokers.start(work.link())) {
            Trial trial = prepare(work, brokers);
            List<Contender> contenders = trial.contenders(field);
            if (work.kind() == Work.Kind.COPY) {
                // So that the first turn does not meet cold brokers without a topic for groups' offsets. It does not
                // count.
                turn(trial, field.tain());
            }
            for (int round = 1; round <= extent.rounds(); round++) {
                for (Contender contender : contenders) {
                    Optional<Run> run = maybeRun(work, trial, contender, round);
                    run.ifPresent(screen::ended);
                    run.ifPresent(runs::add);
                }
                if (round == 1) {
                    contenders = withoutWorseSettings(contenders, runs);
                }
            }
        }
        return runs;
    }

    /** A peer goes on with the setting that did better in the first round: the other one's turns would tell nothing. */
    static List<Contender> withoutWorseSettings(List<Contender> contenders, List<Run> runs) {
        Map<String, Run> best = new HashMap<>();
        for (Run run : runs) {
            best.merge(run.contender().name(), run, Session::better);
        }
        return contenders.stream()
                .filter(contender -> Optional.ofNullable(
                                best.get(contender.label().name()))
                        .map(run -> run.contender().equals(contender.label()))
                        .orElse(true))
                .toList();
    }

    private static Run better(Run one, Run other) {
        for (Measure measure : DECISIVE) {
            Optional<Double> left = one.value(measure);
            Optional<Double> right = other.value(measure);
            if (left.isPresent() && right.isPresent()) {
                boolean higher = left.get() > right.get();
                return higher == (measure.better() == Measure.Better.HIGHER) ? one : other;
            }
        }
        return one;
    }

    /** How many turns came to nothing. */
    int failures() {
        return failures;
    }

    private Optional<Run> maybeRun(Work work, Trial trial, Contender contender, int round) throws IOException {
        try {
            return Optional.of(new Run(work.name(), contender.label(), round, turn(trial, contender)));
        } catch (IllegalStateException | UncheckedIOException e) {
            failures++;
            screen.line(contender.label() + " failed in round " + round + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private Trial prepare(Work work, Brokers brokers) {
        return switch (work.kind()) {
            case COPY -> CopyTrial.prepare(work, brokers);
            case LATENCY -> new LatencyTrial(brokers, extent.latency());
            case VERIFY -> VerifyTrial.prepare(work, brokers);
            case PARTITIONS -> PartitionsTrial.prepare(brokers, extent.partitions());
        };
    }

    private Map<Measure, Double> turn(Trial trial, Contender contender) throws IOException {
        Path directory = Files.createTempDirectory("tain-bench");
        try {
            turns++;
            return trial.run(contender, "bench" + turns, directory);
        } finally {
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
