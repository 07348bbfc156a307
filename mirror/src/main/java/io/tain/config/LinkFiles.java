package io.tain.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the properties files of {@code tain run}: one link each, with every problem of all of them at once. */
public final class LinkFiles {
    private static final String SUFFIX = ".properties";

    private final Problems problems = new Problems();
    private final AdminOptions admin = new AdminOptions(problems);
    private final Variables variables;

    private LinkFiles(Map<String, String> environment) {
        this.variables = Variables.of(environment);
    }

    /**
     * @param files one file per link
     * @param environment what {@code ${env:NAME}} looks in
     */
    public static Links read(List<Path> files, Map<String, String> environment) throws InvalidConfigException {
        return new LinkFiles(environment).readAll(files);
    }

    private Links readAll(List<Path> files) throws InvalidConfigException {
        List<LinkConfig> links = new ArrayList<>();
        Map<String, Path> names = new HashMap<>();
        for (Path file : files) {
            Optional<LinkConfig> link =
                    PropertiesFile.read(file, problems).flatMap(properties -> read(properties, file));
            link.ifPresent(config -> {
                Path other = names.putIfAbsent(config.name(), file);
                if (other != null) {
                    problems.error(
                            Place.of(file.toString()),
                            LinkOptions.NAME.key() + " = " + config.name(),
                            "is the name of the link in " + other + " too; give each link its own name");
                }
                links.add(config);
            });
        }
        return Links.of(links, admin.read(), problems);
    }

    private Optional<LinkConfig> read(PropertiesFile file, Path path) {
        int errorsBefore = problems.errors().size();
        OptionValues options = new OptionValues(file.whole(), problems);
        Settings source = new Settings(file.whole(), KafkaSide.SOURCE.prefix());
        Settings target = new Settings(file.whole(), KafkaSide.TARGET.prefix());
        sort(file.settings(), options, source, target);

        SourceSide sourceSide = new SourceSide(source, problems);
        sourceSide
                .takeGroup()
                .ifPresent(group -> problems.error(
                        group, "the group is the link's; write " + LinkOptions.GROUP.key() + "=" + group.value()));
        options.require(LinkOptions.GROUP);
        options.require(LinkOptions.INCLUDE);
        String name = options.given(LinkOptions.NAME).orElseGet(() -> nameOf(path));
        String group = options.given(LinkOptions.GROUP).orElse("");
        admin.take(name, options, file.settings());
        Optional<TopicSelection> topics = TopicExpressions.select(
                options.setting(LinkOptions.INCLUDE),
                options.setting(LinkOptions.EXCLUDE),
                sourceSide.internalTopics(),
                problems);
        SourceConfig sourceConfig = sourceSide.read(options.breaks());
        TargetConfig targetConfig = new TargetSide(target, problems).read(options.orDefault(LinkOptions.ON_REFUSED));
        Tuning tuning = options.tuning(OptionalInt.empty(), options.orDefault(LinkOptions.RESTART_BACKOFF));
        StateConfig state =
                new StateConfig(options.orDefault(LinkOptions.DELIVERY), options.orDefault(LinkOptions.STATE_TOPIC));
        if (state.delivery() == Delivery.EXACTLY_ONCE) {
            requireWhatOnceNeeds(options, target);
        }
        Optional<GroupSync> groups = groups(options, state);
        return topics.filter(all -> problems.errors().size() == errorsBefore)
                .map(selection ->
                        new LinkConfig(name, group, selection, sourceConfig, targetConfig, tuning, state, groups));
    }

    private Optional<GroupSync> groups(OptionValues options, StateConfig state) {
        Optional<TopicSelection> groups = TopicExpressions.select(
                options.setting(LinkOptions.GROUPS_INCLUDE),
                options.setting(LinkOptions.GROUPS_EXCLUDE),
                TopicExpressions.Internal.MIRRORED,
                problems);
        Optional<Duration> interval = options.orDefault(LinkOptions.GROUPS_INTERVAL);
        GroupSync.Rewinds rewinds =
                options.orDefault(LinkOptions.GROUPS_REWINDS) ? GroupSync.Rewinds.FOLLOW : GroupSync.Rewinds.STAY;
        if (state.topic().isEmpty()) {
            options.setting(LinkOptions.GROUPS_INCLUDE)
                    .ifPresent(setting -> problems.error(
                            setting,
                            "offsets are translated by what " + LinkOptions.STATE_TOPIC.key()
                                    + " keeps, which is off; name a topic there, or leave this out"));
            return Optional.empty();
        }
        return groups.flatMap(chosen -> interval.map(between -> new GroupSync(chosen, between, rewinds)));
    }

    /** Nobody is to get less than exactly once without having said so. */
    private void requireWhatOnceNeeds(OptionValues options, Settings target) {
        if (options.orDefault(LinkOptions.STATE_TOPIC).isEmpty()) {
            options.setting(LinkOptions.STATE_TOPIC)
                    .ifPresent(setting -> notWithOnce(setting, "has its place on the target in it: name a topic"));
        }
        TargetSide.weakened(target)
                .forEach(setting -> notWithOnce(setting, "needs acks=all and idempotence: leave it out"));
        if (options.orDefault(LinkOptions.ON_REFUSED) != OnRefused.HALT) {
            options.setting(LinkOptions.ON_REFUSED)
                    .ifPresent(setting -> notWithOnce(
                            setting,
                            "counts the records of both sides after a crash, which this would upset: write halt"));
        }
    }

    private void notWithOnce(Setting setting, String remedy) {
        String option = LinkOptions.DELIVERY.key();
        problems.error(
                setting,
                "can't be with " + option + "=exactly-once, which " + remedy + ", or " + option + "=at-least-once");
    }

    /** Shares the file's settings out to Tain, the source and the target. */
    private void sort(List<Setting> all, OptionValues options, Settings source, Settings target) {
        for (Setting setting : all) {
            Setting resolved = variables.resolve(setting, declaredProviders(setting.key(), all), problems);
            if (setting.key().startsWith(KafkaSide.SOURCE.prefix())) {
                source.put(below(KafkaSide.SOURCE, resolved));
            } else if (setting.key().startsWith(KafkaSide.TARGET.prefix())) {
                target.put(below(KafkaSide.TARGET, resolved));
            } else if (LinkOptions.knows(setting.key())) {
                options.put(resolved);
            } else {
                problems.error(setting, LinkOptions.remedy(setting.key()));
            }
        }
    }

    private static Setting below(KafkaSide side, Setting setting) {
        return setting.withKey(setting.key().substring(side.prefix().length()));
    }

    /** The config providers that the operator declared for the Kafka client that this setting goes to. */
    private static Set<String> declaredProviders(String key, List<Setting> all) {
        String prefix = key.substring(0, key.indexOf('.') + 1);
        return all.stream()
                .filter(setting -> setting.key().equals(prefix + "config.providers"))
                .flatMap(setting -> Arrays.stream(setting.text().split("\\s*,\\s*")))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** A link's name from its file's: letters that a name may not have become dashes. */
    private static String nameOf(Path path) {
        String file = path.getFileName().toString();
        String name = file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file;
        return name.replaceAll("[^A-Za-z0-9._-]", "-");
    }
}
