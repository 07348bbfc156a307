package io.tain.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The product as its launcher starts it, with its default settings.
 *
 * @param launcher the script {@code tain}
 */
record TainContender(Path launcher) implements Contender {
    @Override
    public Run.Label label() {
        return new Run.Label(TAIN, 1);
    }

    @Override
    public Optional<ProcessBuilder> command(Route route, Path directory) throws IOException {
        Path file = new SettingsFile()
                .set("source.bootstrap.servers", route.source())
                .set("target.bootstrap.servers", route.target())
                .set("group.id", route.group())
                .set("topics.include", route.topics())
                .write(directory, "tain.properties");
        return Optional.of(new ProcessBuilder(launcher.toString(), "run", file.toString()));
    }

    @Override
    public boolean commitsAllPositions() {
        return true;
    }
}
