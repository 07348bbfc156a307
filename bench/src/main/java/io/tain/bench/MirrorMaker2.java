package io.tain.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Kafka's second MirrorMaker in its dedicated mode, with the JVM flags of its own script; topics keep their names. What it
 * does beside copying records is off.
 *
 * @param streams {@code tasks.max}
 */
record MirrorMaker2(int streams, Path jars) implements Contender {
    private static final List<String> FLAGS = List.of(
            "-Xms256M",
            "-Xmx2G",
            "-server",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35",
            "-XX:+ExplicitGCInvokesConcurrent",
            "-XX:MaxInlineLevel=15",
            "-Djava.awt.headless=true");
    private static final String LOGGING = """
            <Configuration status="ERROR">
              <Appenders>
                <Console name="console"><PatternLayout pattern="%d %-5p %c{1} %m%n"/></Console>
              </Appenders>
              <Loggers><Root level="WARN"><AppenderRef ref="console"/></Root></Loggers>
            </Configuration>
            """;
    private static final List<String> ONE_REPLICA = List.of(
            "replication.factor",
            "checkpoints.topic.replication.factor",
            "heartbeats.topic.replication.factor",
            "offset-syncs.topic.replication.factor",
            "offset.storage.replication.factor",
            "status.storage.replication.factor",
            "config.storage.replication.factor");

    @Override
    public Run.Label label() {
        return new Run.Label(MIRROR_MAKER_2, streams);
    }

    @Override
    public Optional<ProcessBuilder> command(Route route, Path directory) throws IOException {
        // It keeps its positions in topics named after the source's alias; a new alias has none.
        String source = route.group();
        String flow = source + "->target.";
        SettingsFile settings = new SettingsFile()
                .set("clusters", source + ", target")
                .set(source + ".bootstrap.servers", route.source())
                .set("target.bootstrap.servers", route.target())
                .set(flow + "enabled", true)
                .set("target->" + source + ".enabled", false)
                .set(flow + "topics", route.topics())
                .set("replication.policy.class", "org.apache.kafka.connect.mirror.IdentityReplicationPolicy")
                .set("tasks.max", streams)
                .set("emit.heartbeats.enabled", false)
                .set("emit.checkpoints.enabled", false)
                .set("sync.topic.acls.enabled", false)
                .set("sync.topic.configs.enabled", false)
                .set(flow + "consumer.max.poll.records", 5_000)
                .set(flow + "consumer.max.partition.fetch.bytes", 4 << 20)
                .set(flow + "consumer.receive.buffer.bytes", 1 << 20)
                .set("target.producer.batch.size", 64 << 10)
                .set("target.producer.linger.ms", route.lingerMs())
                .set("target.producer.compression.type", route.codec().name().toLowerCase(Locale.ROOT))
                .set("target.producer.acks", "all")
                .set("target.producer.buffer.memory", 64 << 20)
                .set("target.producer.send.buffer.bytes", 1 << 20)
                .set("target.producer.max.in.flight.requests.per.connection", 5);
        ONE_REPLICA.forEach(key -> settings.set(key, 1));
        Path file = settings.write(directory, "mm2.properties");
        Path logging = Files.writeString(directory.resolve("log4j2.xml"), LOGGING);
        List<String> flags = Stream.concat(FLAGS.stream(), Stream.of("-Dlog4j2.configurationFile=" + logging))
                .toList();
        return Optional.of(new JavaCommand(flags, jars + "/*", "org.apache.kafka.connect.mirror.MirrorMaker")
                .with(file.toString()));
    }
}
