package io.tain.bench;

import java.nio.file.Path;
import java.util.Optional;

/** No mirror at all: what is produced to a cluster is consumed there. */
record Direct() implements Contender {
    @Override
    public Run.Label label() {
        return new Run.Label(DIRECT, 1);
    }

    @Override
    public Optional<ProcessBuilder> command(Route route, Path directory) {
        return Optional.empty();
    }
}
