package io.tain.link;

import io.tain.config.BreakPolicies;
import io.tain.config.LinkConfig;
import io.tain.config.OnRefused;
import io.tain.config.SourceConfig;
import io.tain.config.StartPosition;
import io.tain.config.TargetConfig;
import io.tain.config.TopicSelection;
import io.tain.config.Tuning;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Links of tests that speak to no cluster. */
final class LinkConfigs {
    private LinkConfigs() {}

    static LinkConfig with(BreakPolicies breaks) {
        return new LinkConfig(
                "link",
                "group",
                new TopicSelection(Pattern.compile(".*"), "all"),
                new SourceConfig(Map.of(), StartPosition.EARLIEST, true, breaks),
                new TargetConfig(
                        Map.of(),
                        new TargetConfig.Guarantees((short) -1, true, 5),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        OnRefused.HALT),
                new Tuning(
                        1,
                        1,
                        new Tuning.Intervals(
                                Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ZERO, Optional.empty()),
                        1 << 20,
                        OptionalInt.empty()));
    }
}
