package io.tain.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What the target takes at most: {@link Limit} in a JVM of its own. */
record LimitContender() implements Contender {
    private static final List<String> FLAGS =
            List.of("-Xms2500m", "-Xmx2500m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    @Override
    public Run.Label label() {
        return new Run.Label(LIMIT, 1);
    }

    @Override
    public Optional<ProcessBuilder> command(Route route, Path directory) {
        JavaCommand java = new JavaCommand(FLAGS, System.getProperty("java.class.path"), Limit.class.getName());
        return Optional.of(java.with(
                route.target(), route.topics(), route.sourceLogs().toString(), Integer.toString(Work.PARTITIONS)));
    }
}
