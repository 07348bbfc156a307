package io.tain.bench;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** Collects the lines of a properties file. Not thread-safe. */
final class SettingsFile {
    private final Properties settings = new Properties();

    SettingsFile set(String key, Object value) {
        settings.setProperty(key, String.valueOf(value));
        return this;
    }

    Path write(Path directory, String name) throws IOException {
        Path file = directory.resolve(name);
        try (Writer writer = Files.newBufferedWriter(file)) {
            settings.store(writer, null);
        }
        return file;
    }
}
