package io.tain.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used; carries every problem found in it, warnings too. */
public final class InvalidConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Problems problems;

    public InvalidConfigException(Problems problems) {
        super(problems.errors().stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = problems;
    }

    public List<Problem> errors() {
        return problems.errors();
    }

    public List<Problem> warnings() {
        return problems.warnings();
    }
}
