package io.tain.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads MirrorMaker's consumer and producer files: each consumer file makes a link of its own, all into the one target.
 */
public final class MirrorMakerLinks {
    private static final int DEFAULT_QUEUE_RECORDS = 10_000;

    private final MirrorMakerSettings wanted;
    private final Variables variables;
    private final Problems problems = new Problems();

    private MirrorMakerLinks(MirrorMakerSettings wanted, Map<String, String> environment) {
        this.wanted = wanted;
        this.variables = Variables.of(environment);
    }

    /**
     * @param wanted the command line
     * @param environment what {@code ${env:NAME}} looks in
     */
    public static Links read(MirrorMakerSettings wanted, Map<String, String> environment)
            throws InvalidConfigException {
        return new MirrorMakerLinks(wanted, environment).readAll();
    }

    private Links readAll() throws InvalidConfigException {
        OptionValues options = new OptionValues(Place.of("command line"), problems);
        wanted.options().forEach(given -> options.put(given.setting()));
        Tuning tuning = options.tuning(
                OptionalInt.of(DEFAULT_QUEUE_RECORDS),
                Optional.empty()); // MirrorMaker ended, for its supervisor to start it
        List<SourceFile> sources = new ArrayList<>();
        for (Path file : wanted.consumerConfigs()) {
            settings(file).map(this::source).ifPresent(sources::add);
        }
        Optional<TargetConfig> target =
                settings(wanted.producerConfig()).map(file -> new TargetSide(file, problems).read(wanted.onRefused()));
        if (problems.hasErrors()) {
            throw new InvalidConfigException(problems);
        }
        List<LinkConfig> links = new ArrayList<>();
        for (SourceFile source : sources) {
            String name = sources.size() == 1 ? source.group : source.group + "-" + links.size();
            links.add(new LinkConfig(
                    name.replaceAll("[^A-Za-z0-9._-]", "-"),
                    source.group,
                    source.topics.orElseThrow(),
                    source.config,
                    target.orElseThrow(),
                    tuning));
        }
        return Links.of(links, AdminConfig.OFF, problems);
    }

    private record SourceFile(String group, Optional<TopicSelection> topics, SourceConfig config) {}

    private SourceFile source(Settings settings) {
        SourceSide side = new SourceSide(settings, problems);
        Optional<Setting> group = side.takeGroup();
        if (group.filter(setting -> !setting.value().isBlank()).isEmpty()) {
            String hint = settings.all().stream()
                    .map(Setting::key)
                    .filter(key -> Nearest.of(key, Set.of("group.id")).isPresent() && key.contains("group"))
                    .findFirst()
                    .map(key -> "; did you mean it by " + key + "?")
                    .orElse("");
            problems.error(
                    settings.whole(),
                    "group.id",
                    "is missing; set it to the consumer group that keeps the mirror's positions" + hint);
        }
        Optional<TopicSelection> topics = TopicExpressions.select(
                wanted.include().map(MirrorMakerSettings.Given::setting),
                wanted.exclude().map(MirrorMakerSettings.Given::setting),
                side.internalTopics(),
                problems);
        return new SourceFile(group.map(Setting::value).orElse(""), topics, side.read(BreakPolicies.HALT));
    }

    /** A file's settings with variables resolved; empty if it cannot be read, which is then reported. */
    private Optional<Settings> settings(Path path) {
        return PropertiesFile.read(path, problems).map(file -> {
            Settings settings = new Settings(file.whole(), "");
            Set<String> declared = file.settings().stream()
                    .filter(setting -> setting.key().equals("config.providers"))
                    .flatMap(setting -> Arrays.stream(setting.text().split("\\s*,\\s*")))
                    .collect(Collectors.toSet());
            file.settings().forEach(setting -> settings.put(variables.resolve(setting, declared, problems)));
            return settings;
        });
    }
}
