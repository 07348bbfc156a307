package io.tain.e2e.fault;

import io.tain.testkit.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** Collects the lines of a properties file as an operator writes it. Not thread-safe. */
public final class SettingsFile {
    private final Properties settings = new Properties();

    private SettingsFile() {}

    /** A link for {@code tain run}, which commits and gives a lost member up sooner than by default. */
    public static SettingsFile link(Cluster source, Cluster target, String group, String topics) {
        SettingsFile file = new SettingsFile();
        source.clientProperties().forEach((key, value) -> file.set("source." + key, value));
        target.clientProperties().forEach((key, value) -> file.set("target." + key, value));
        return file.set("group.id", group)
                .set("topics.include", topics)
                .set("admin.listen", "off")
                .set("offset.commit.interval.ms", 500)
                .set("source.session.timeout.ms", 4_000)
                .set("source.heartbeat.interval.ms", 500);
    }

    /** MirrorMaker's {@code --consumer.config}. */
    public static SettingsFile consumer(Cluster source, String group) {
        return new SettingsFile()
                .setAll(source.clientProperties())
                .set("group.id", group)
                .set("session.timeout.ms", 4_000)
                .set("heartbeat.interval.ms", 500);
    }

    /** MirrorMaker's {@code --producer.config}. */
    public static SettingsFile producer(Cluster target) {
        return new SettingsFile().setAll(target.clientProperties());
    }

    public SettingsFile set(String key, Object value) {
        settings.setProperty(key, String.valueOf(value));
        return this;
    }

    public SettingsFile setAll(Map<String, Object> others) {
        others.forEach(this::set);
        return this;
    }

    public SettingsFile without(String key) {
        settings.remove(key);
        return this;
    }

    /** Writes the file and returns where it is. */
    public Path write(Path directory, String name) {
        Path file = directory.resolve(name);
        try (Writer writer = Files.newBufferedWriter(file)) {
            settings.store(writer, null);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
