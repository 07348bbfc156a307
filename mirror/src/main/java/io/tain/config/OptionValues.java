package io.tain.config;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The values of Tain's own options that one file sets. Used by the one thread that reads it. */
final class OptionValues {
    private final Place whole;
    private final Problems problems;
    private final Map<String, Setting> byKey = new HashMap<>();

    OptionValues(Place whole, Problems problems) {
        this.whole = whole;
        this.problems = problems;
    }

    void put(Setting setting) {
        byKey.put(setting.key(), setting);
    }

    Optional<Setting> setting(LinkOption<?> option) {
        return Optional.ofNullable(byKey.get(option.key()));
    }

    /** The option's value; empty if it is absent or wrong, which is then reported. */
    <T> Optional<T> given(LinkOption<T> option) {
        return setting(option).flatMap(setting -> parse(option, setting, problems));
    }

    /** The option's value, or its default; a wrong value is reported and the default returned. */
    <T> T orDefault(LinkOption<T> option) {
        return given(option).orElseGet(() -> option.type().parser().apply(option.defaultText()));
    }

    /** Reports that a required option is absent. */
    void require(LinkOption<?> option) {
        if (setting(option).isEmpty()) {
            problems.error(
                    whole, option.key(), "is missing; write " + option.type().expected());
        }
    }

    /**
     * @param queueRecords the default of {@link LinkOptions#QUEUE_SIZE}
     * @param restart the value of {@link LinkOptions#RESTART_BACKOFF}
     */
    Tuning tuning(OptionalInt queueRecords, Optional<Duration> restart) {
        Tuning.Intervals intervals = new Tuning.Intervals(
                orDefault(LinkOptions.COMMIT_INTERVAL),
                orDefault(LinkOptions.METADATA_REFRESH),
                orDefault(LinkOptions.SHUTDOWN_TIMEOUT),
                restart);
        return new Tuning(
                orDefault(LinkOptions.STREAMS),
                orDefault(LinkOptions.PRODUCERS),
                intervals,
                orDefault(LinkOptions.MEMORY_BUDGET),
                given(LinkOptions.QUEUE_SIZE).map(OptionalInt::of).orElse(queueRecords));
    }

    BreakPolicies breaks() {
        return new BreakPolicies(
                orDefault(LinkOptions.ON_LOST),
                orDefault(LinkOptions.ON_TRUNCATED),
                orDefault(LinkOptions.ON_RECREATED));
    }

    static <T> Optional<T> parse(LinkOption<T> option, Setting setting, Problems problems) {
        if (setting.unresolved()) {
            return Optional.empty(); // reported already
        }
        try {
            return Optional.of(option.type().parser().apply(setting.value()));
        } catch (IllegalArgumentException | ArithmeticException e) {
            problems.error(setting, "write " + option.type().expected());
            return Optional.empty();
        }
    }
}
