package io.tain.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Collects everything found wrong, so that an operator sees all of it at once. Each problem is kept once. Used by the
 * one thread that reads the configuration.
 */
public final class Problems {
    private final Set<Problem> found = new LinkedHashSet<>();

    public void error(Place place, String subject, String what) {
        found.add(new Problem(Problem.Severity.ERROR, place, subject, what));
    }

    public void warning(Place place, String subject, String what) {
        found.add(new Problem(Problem.Severity.WARNING, place, subject, what));
    }

    void error(Setting setting, String what) {
        error(setting.place(), setting.shown(), what);
    }

    void warning(Setting setting, String what) {
        warning(setting.place(), setting.shown(), what);
    }

    public List<Problem> errors() {
        return of(Problem.Severity.ERROR);
    }

    public List<Problem> warnings() {
        return of(Problem.Severity.WARNING);
    }

    public boolean hasErrors() {
        return !errors().isEmpty();
    }

    /** In the order of the files and their lines. */
    private List<Problem> of(Problem.Severity severity) {
        List<Problem> all = new ArrayList<>(found);
        all.removeIf(problem -> problem.severity() != severity);
        List<String> files =
                all.stream().map(problem -> problem.place().file()).distinct().toList();
        all.sort(Comparator.comparingInt(
                        (Problem problem) -> files.indexOf(problem.place().file()))
                .thenComparingInt(problem -> problem.place().line()));
        return List.copyOf(all);
    }
}
