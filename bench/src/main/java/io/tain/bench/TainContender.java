package io.tain.bench;

import io.tain.config.Delivery;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The product as its launcher starts it, with its default settings but for the promise.
 *
 * @param launcher the script {@code tain}
 * @param delivery what it is to promise; exactly once is the default
 */
record TainContender(Path launcher, Delivery delivery) implements Contender {
    private static final String FILE = "tain.properties";

    /** The link's file that {@link #command} writes. */
    static Path file(Path directory) {
        return directory.resolve(FILE);
    }

    @Override
    public Run.Label label() {
        return new Run.Label(delivery == Delivery.EXACTLY_ONCE ? TAIN : TAIN_AT_LEAST_ONCE, 1);
    }

    @Override
    public Optional<ProcessBuilder> command(Route route, Path directory) throws IOException {
        SettingsFile settings = new SettingsFile()
                .set("source.bootstrap.servers", route.source())
                .set("target.bootstrap.servers", route.target())
                .set("group.id", route.group())
                .set("link.name", route.group()) // each turn is a first start, as it is for the peers
                .set("topics.include", route.topics());
        if (delivery == Delivery.AT_LEAST_ONCE) {
            settings.set("delivery", "at-least-once");
        }
        Path file = settings.write(directory, FILE);
        return Optional.of(new ProcessBuilder(launcher.toString(), "run", file.toString()));
    }

    @Override
    public boolean commitsAllPositions() {
        return true;
    }
}
