package io.tain.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Kafka's first MirrorMaker, of the last release that had it, with the JVM flags of its own script.
 *
 * @param streams {@code --num.streams}
 */
record MirrorMaker1(int streams, Path jars) implements Contender {
    private static final List<String> FLAGS = List.of(
            "-Xmx256M",
            "-server",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35",
            "-XX:+ExplicitGCInvokesConcurrent",
            "-XX:MaxInlineLevel=15",
            "-Djava.awt.headless=true");
    private static final String LOGGING = """
            log4j.rootLogger=WARN, console
            log4j.appender.console=org.apache.log4j.ConsoleAppender
            log4j.appender.console.layout=org.apache.log4j.PatternLayout
            log4j.appender.console.layout.ConversionPattern=%d %p %c{1} %m%n
            """;

    @Override
    public Run.Label label() {
        return new Run.Label(MIRROR_MAKER_1, streams);
    }

    @Override
    public Optional<ProcessBuilder> command(Route route, Path directory) throws IOException {
        Path consumer = new SettingsFile()
                .set("bootstrap.servers", route.source())
                .set("group.id", route.group())
                .set("auto.offset.reset", "earliest")
                .set("max.poll.records", 5_000)
                .set("max.partition.fetch.bytes", 4 << 20)
                .set("receive.buffer.bytes", 1 << 20)
                .write(directory, "consumer.properties");
        Path producer = new SettingsFile()
                .set("bootstrap.servers", route.target())
                .set("batch.size", 64 << 10)
                .set("linger.ms", route.lingerMs())
                .set("compression.type", route.codec().name().toLowerCase(Locale.ROOT))
                .set("acks", "all")
                .set("enable.idempotence", true)
                // It would be 1 by default.
                .set("max.in.flight.requests.per.connection", 5)
                .set("buffer.memory", 64 << 20)
                .set("send.buffer.bytes", 1 << 20)
                .write(directory, "producer.properties");
        Path logging = Files.writeString(directory.resolve("log4j.properties"), LOGGING);
        List<String> flags = Stream.concat(FLAGS.stream(), Stream.of("-Dlog4j.configuration=file:" + logging))
                .toList();
        return Optional.of(new JavaCommand(flags, jars + "/*", "kafka.tools.MirrorMaker")
                .with(
                        "--consumer.config",
                        consumer.toString(),
                        "--producer.config",
                        producer.toString(),
                        "--num.streams",
                        Integer.toString(streams),
                        "--include",
                        route.topics()));
    }
}
