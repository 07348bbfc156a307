package io.tain.bench;

import io.tain.bench.Run.Label;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Medians over the rounds of all runs, and the comparisons between them. */
final class Summary {
    private final List<Run> runs;

    Summary(List<Run> runs) {
        this.runs = List.copyOf(runs);
    }

    /** The middle one, or the mean of the two middle ones. */
    static double median(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values, no median");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** The works that have runs, in their order. */
    List<String> works() {
        return runs.stream().map(Run::work).distinct().toList();
    }

    List<Label> contenders(String work) {
        Set<Label> labels = new LinkedHashSet<>();
        runs.stream().filter(run -> run.work().equals(work)).map(Run::contender).forEach(labels::add);
        return new ArrayList<>(labels);
    }

    /** The measures that any run of the work has. */
    Set<Measure> measures(String work) {
        Set<Measure> measures = EnumSet.noneOf(Measure.class);
        runs.stream()
                .filter(run -> run.work().equals(work))
                .forEach(run -> measures.addAll(run.values().keySet()));
        return measures;
    }

    int rounds(String work) {
        return runs.stream()
                .filter(run -> run.work().equals(work))
                .mapToInt(Run::round)
                .max()
                .orElse(0);
    }

    Optional<Double> median(String work, Label contender, Measure measure) {
        List<Double> values = runs.stream()
                .filter(run -> run.work().equals(work) && run.contender().equals(contender))
                .map(run -> run.values().get(measure))
                .filter(Objects::nonNull)
                .toList();
        return values.isEmpty() ? Optional.empty() : Optional.of(median(values));
    }

    /** The best median of the program's settings. */
    Optional<Double> best(String work, String name, Measure measure) {
        return best(work, name::equals, measure);
    }

    /** The best median of all peers and their settings. */
    Optional<Double> betterPeer(String work, Measure measure) {
        return best(work, Contender.PEERS::contains, measure);
    }

    private Optional<Double> best(String work, Predicate<String> names, Measure measure) {
        return contenders(work).stream()
                .filter(label -> names.test(label.name()))
                .flatMap(label -> median(work, label, measure).stream())
                .reduce((some, other) -> measure.better() == Measure.Better.HIGHER
                        ? Double.valueOf(Math.max(some, other))
                        : Double.valueOf(Math.min(some, other)));
    }

    /** How many times as much the first is as the second; empty if either is missing or the second is nothing. */
    static Optional<Double> ratio(Optional<Double> some, Optional<Double> other) {
        return other.filter(value -> value > 0).flatMap(value -> some.map(numerator -> numerator / value));
    }
}
