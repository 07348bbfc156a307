package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.batch.RecordHandler;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs classes that were compiled against Kafka 3.9.1, whose jars are in target/old-kafka but not on our class path. */
class PluginLoaderTest {
    private static final Path OLD_KAFKA = Path.of("target", "old-kafka");

    private static final String HANDLERS = """
            package old;

            import java.nio.charset.StandardCharsets;
            import java.util.List;
            import kafka.consumer.BaseConsumerRecord;
            import kafka.tools.MirrorMaker;
            import org.apache.kafka.clients.producer.ProducerRecord;

            public class Handlers {
                public static class Prefix implements MirrorMaker.MirrorMakerMessageHandler {
                    private final String prefix;

                    public Prefix() {
                        this("mirrored.");
                    }

                    public Prefix(String prefix) {
                        this.prefix = prefix;
                    }

                    @Override
                    public List<ProducerRecord<byte[], byte[]>> handle(BaseConsumerRecord record) {
                        if (record.value() == null) {
                            return List.of();
                        }
                        String seen = record.topic() + "-" + record.partition() + "@" + record.offset()
                                + " " + record.timestampType() + " " + new BaseConsumerRecord("t", 1, 2, 3,
                                        record.timestampType(), null, null, record.headers()).timestamp();
                        return List.of(
                                new ProducerRecord<>(prefix + record.topic(), record.partition(), record.timestamp(),
                                        record.key(), record.value(), record.headers()),
                                new ProducerRecord<>("audit", seen.getBytes(StandardCharsets.UTF_8)));
                    }
                }

                public static class NoTextConstructor extends Prefix {}

                public static abstract class Unfinished implements MirrorMaker.MirrorMakerMessageHandler {
                    public Unfinished() {}
                }

                public static class Failing extends Prefix {
                    public Failing() {
                        throw new IllegalStateException("no licence");
                    }
                }

                public static class Hidden extends Prefix {
                    private Hidden() {}
                }

                public static class Static extends Prefix {
                    static {
                        if (true) throw new IllegalStateException("bad static");
                    }
                }

                public static class Listener implements org.apache.kafka.clients.consumer.ConsumerRebalanceListener {
                    @Override
                    public void onPartitionsRevoked(java.util.Collection<org.apache.kafka.common.TopicPartition> p) {}

                    @Override
                    public void onPartitionsAssigned(java.util.Collection<org.apache.kafka.common.TopicPartition> p) {}
                }
            }
            """;

    @TempDir
    private static Path folder;

    private static Path jar;

    @TempDir
    private Path own;

    private CommandFixture tain;

    @BeforeAll
    static void compileAgainstOldKafka() throws IOException {
        Path source = Files.writeString(
                Files.createDirectories(folder.resolve("src/old")).resolve("Handlers.java"), HANDLERS);
        Path classes = Files.createDirectories(folder.resolve("classes"));
        String scala = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> entry.contains("scala-library"))
                .findFirst()
                .orElseThrow();
        List<String> classPath = new ArrayList<>(List.of(scala));
        try (Stream<Path> jars = Files.list(OLD_KAFKA)) {
            jars.forEach(old -> classPath.add(old.toString()));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int status = compiler.run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                String.join(File.pathSeparator, classPath),
                "-d",
                classes.toString(),
                source.toString());
        assertThat(status).isZero();
        jar = folder.resolve("handlers.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> compiled = Files.list(classes.resolve("old"))) {
            for (Path each : compiled.toList()) {
                out.putNextEntry(new JarEntry("old/" + each.getFileName()));
                out.write(Files.readAllBytes(each));
            }
        }
    }

    @BeforeEach
    void makeFixture() {
        tain = new CommandFixture(own);
    }

    @Test
    void shouldRunAHandlerCompiledAgainstOldKafka() throws Exception {
        RecordHandler handler = PluginLoader.of(jar.toString()).messageHandler("old.Handlers$Prefix", Optional.empty());

        List<ProducerRecord<byte[], byte[]>> written = handler.handle(record("value"));

        assertThat(written).hasSize(2);
        assertThat(written.get(0).topic()).isEqualTo("mirrored.orders");
        assertThat(written.get(0).partition()).isEqualTo(3);
        assertThat(written.get(0).timestamp()).isEqualTo(99L);
        assertThat(written.get(0).key()).isEqualTo(bytes("key"));
        assertThat(written.get(0).value()).isEqualTo(bytes("value"));
        assertThat(written.get(0).headers().lastHeader("h").value()).isEqualTo(bytes("v"));
        assertThat(new String(written.get(1).value(), StandardCharsets.UTF_8)).isEqualTo("orders-3@17 CreateTime 3");
    }

    @Test
    void shouldGiveTheHandlerItsArgument() throws Exception {
        RecordHandler handler =
                PluginLoader.of(jar.toString()).messageHandler("old.Handlers$Prefix", Optional.of("x."));

        assertThat(handler.handle(record("value")).get(0).topic()).isEqualTo("x.orders");
    }

    @Test
    void shouldLetAHandlerFilter() throws Exception {
        RecordHandler handler = PluginLoader.of(jar.toString()).messageHandler("old.Handlers$Prefix", Optional.empty());
        ConsumerRecord<byte[], byte[]> tombstone = new ConsumerRecord<>("orders", 0, 1, bytes("key"), null);

        assertThat(handler.handle(tombstone)).isEmpty();
    }

    @Test
    void shouldFindClassesInDirectoriesOfJarsAndOfClasses() throws Exception {
        assertThat(PluginLoader.of(folder.toString()).messageHandler("old.Handlers$Prefix", Optional.empty()))
                .isNotNull();
        assertThat(PluginLoader.of(folder.resolve("classes") + "," + own)
                        .messageHandler("old.Handlers$Prefix", Optional.empty()))
                .isNotNull();
    }

    @Test
    void shouldLoadARebalanceListener() throws Exception {
        assertThat(PluginLoader.of(jar.toString()).rebalanceListener("old.Handlers$Listener", Optional.empty()))
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "old.Missing; ; no such class",
                "old.Handlers$Listener; ; does not implement kafka.tools.MirrorMaker$MirrorMakerMessageHandler",
                "old.Handlers$NoTextConstructor; x; has no constructor (String)",
                "old.Handlers$Unfinished; ; is abstract",
                "old.Handlers$Failing; ; its constructor () failed: no licence",
                "old.Handlers$Hidden; ; must be public",
                "old.Handlers$Static; ; cannot be loaded",
            })
    void shouldSayWhyAClassCannotBeUsed(String className, String argument, String why) throws Exception {
        PluginLoader loader = PluginLoader.of(jar.toString());

        assertThatThrownBy(() -> loader.messageHandler(className, Optional.ofNullable(argument)))
                .isInstanceOf(PluginLoader.UnusableClass.class)
                .hasMessageStartingWith("--message.handler " + className + ": ")
                .hasMessageContaining(why);
    }

    @Test
    void shouldGiveTheClassesToTheMirror() throws Exception {
        int status = tain.run(
                "mirror-maker",
                "--consumer.config=" + tain.write("c.properties", "bootstrap.servers=s:1\ngroup.id=g\n"),
                "--producer.config=" + tain.write("p.properties", "bootstrap.servers=t:1\n"),
                "--include=a",
                "--plugin.path=" + jar,
                "--message.handler=old.Handlers$Prefix",
                "--message.handler.args=y.",
                "--consumer.rebalance.listener=old.Handlers$Listener");

        assertThat(status).isZero();
        assertThat(tain.extensions()
                        .handler()
                        .orElseThrow()
                        .handle(record("v"))
                        .get(0)
                        .topic())
                .isEqualTo("y.orders");
        assertThat(tain.extensions().rebalanceListener()).isPresent();
    }

    private static ConsumerRecord<byte[], byte[]> record(String value) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("h", bytes("v"));
        return new ConsumerRecord<>(
                "orders",
                3,
                17,
                99,
                TimestampType.CREATE_TIME,
                3,
                value.length(),
                bytes("key"),
                bytes(value),
                headers,
                Optional.empty());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
