package io.tain.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The part of MirrorMaker's command line that says what to mirror.
 *
 * @param consumerConfigs a properties file for each source cluster
 * @param producerConfig the properties file of the target cluster
 * @param include {@code --include} or {@code --whitelist}: the option as written, and its text
 * @param exclude {@code --exclude} or {@code --blacklist}
 * @param options Tain's options by name, from the command line's other options
 * @param onRefused {@code --abort.on.send.failure}
 */
public record MirrorMakerSettings(
        List<Path> consumerConfigs,
        Path producerConfig,
        Optional<Given> include,
        Optional<Given> exclude,
        List<Given> options,
        OnRefused onRefused) {
    public MirrorMakerSettings {
        consumerConfigs = List.copyOf(consumerConfigs);
        options = List.copyOf(options);
    }

    /**
     * @param option the option as written on the command line, with its dashes
     * @param key the name of Tain's option that it stands for
     * @param text its value
     */
    public record Given(String option, String key, String text) {
        Setting setting() {
            return new Setting(key, option, text, text, Place.of("command line"));
        }
    }
}
