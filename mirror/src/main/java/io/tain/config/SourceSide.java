package io.tain.config;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads the settings of a link's source. */
final class SourceSide {
    private static final String START = "auto.offset.reset";
    private static final String ISOLATION = "isolation.level";
    private static final String INTERNAL = "exclude.internal.topics";

    private final Settings settings;
    private final Problems problems;

    SourceSide(Settings settings, Problems problems) {
        this.settings = settings;
        this.problems = problems;
        OldSpellings.apply(KafkaSide.SOURCE, settings, problems);
    }

    /** Takes out the settings that Tain decides by itself, and checks the rest. */
    SourceConfig read(BreakPolicies breaks) {
        ignore("key.deserializer", "records are copied as bytes; ignored");
        ignore("value.deserializer", "records are copied as bytes; ignored");
        ignore("auto.commit.interval.ms", "positions are committed every offset.commit.interval.ms; ignored");
        ignore(
                "interceptor.classes",
                "interceptors do not see records, which are sent on in whole batches (a message handler does); ignored");
        settings.remove("enable.auto.commit")
                .filter(setting -> !setting.value().equalsIgnoreCase("false"))
                .ifPresent(setting -> problems.warning(
                        setting,
                        "would commit records that are not written yet; forced to false, "
                                + "only acknowledged records are committed"));
        KafkaSide.SOURCE.check(settings, problems);
        StartPosition start = start();
        boolean readCommitted = settings.get(ISOLATION)
                .map(setting -> !setting.value().equalsIgnoreCase("read_uncommitted"))
                .orElse(true);
        Map<String, Object> client = new HashMap<>(settings.values());
        // The selection's pattern knows about internal topics; the consumer must not drop those named literally.
        client.put(INTERNAL, "false");
        return new SourceConfig(client, start, readCommitted, breaks);
    }

    /** The group, when it stands among Kafka's settings as in MirrorMaker's consumer file. */
    Optional<Setting> takeGroup() {
        return settings.remove("group.id");
    }

    TopicExpressions.Internal internalTopics() {
        boolean mirrored = settings.get(INTERNAL)
                .filter(setting -> setting.value().equalsIgnoreCase("false"))
                .isPresent();
        return mirrored ? TopicExpressions.Internal.MIRRORED : TopicExpressions.Internal.LEFT_OUT;
    }

    private StartPosition start() {
        Optional<Setting> setting = settings.get(START);
        setting.filter(written -> written.value().startsWith("by_duration"))
                .ifPresent(written -> problems.error(written, "is not supported; write earliest, latest or none"));
        return switch (setting.map(Setting::value).orElse("").toLowerCase(Locale.ROOT)) {
            case "latest" -> StartPosition.LATEST;
            case "none" -> StartPosition.NONE;
            default -> StartPosition.EARLIEST; // anything else was reported by Kafka's own definition
        };
    }

    private void ignore(String key, String why) {
        settings.remove(key).ifPresent(setting -> problems.warning(setting, why));
    }
}
