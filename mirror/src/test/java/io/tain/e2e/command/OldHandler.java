package io.tain.e2e.command;

import io.tain.e2e.fault.TainProcess;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;

/** A message handler and a rebalance listener in a jar, compiled against Kafka 3.9.1 and nothing of ours. */
final class OldHandler {
    static final String HANDLER = "old.Rewriter";
    static final String LISTENER = "old.Listener";

    private static final String REWRITER = """
            package old;

            import java.nio.charset.StandardCharsets;
            import java.util.List;
            import kafka.consumer.BaseConsumerRecord;
            import kafka.tools.MirrorMaker;
            import org.apache.kafka.clients.producer.ProducerRecord;

            /** Leaves out records whose value is "drop", fails at "fail", sends the rest to a prefixed topic. */
            public class Rewriter implements MirrorMaker.MirrorMakerMessageHandler {
                private final String prefix;

                public Rewriter(String prefix) {
                    this.prefix = prefix;
                }

                @Override
                public List<ProducerRecord<byte[], byte[]>> handle(BaseConsumerRecord record) {
                    String value = new String(record.value(), StandardCharsets.UTF_8);
                    if (value.equals("drop")) {
                        return List.of();
                    }
                    if (value.equals("fail")) {
                        throw new IllegalArgumentException("told to fail");
                    }
                    return List.of(new ProducerRecord<>(prefix + record.topic(), record.partition(),
                            record.timestamp(), record.key(), record.value(), record.headers()));
                }
            }
            """;

    private static final String LISTENING = """
            package old;

            import java.util.Collection;
            import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
            import org.apache.kafka.common.TopicPartition;

            public class Listener implements ConsumerRebalanceListener {
                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    System.out.println("listener: assigned " + partitions);
                }

                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    System.out.println("listener: revoked " + partitions);
                }
            }
            """;

    private OldHandler() {}

    static Path jar(Path directory) throws IOException {
        Path kafka = TainProcess.module().resolve("target/old-kafka");
        Path sources = Files.createDirectories(directory.resolve("src/old"));
        Path rewriter = Files.writeString(sources.resolve("Rewriter.java"), REWRITER);
        Path listener = Files.writeString(sources.resolve("Listener.java"), LISTENING);
        Path classes = Files.createDirectories(directory.resolve("classes"));
        // Scala's own library, which the old classes mention, is among the test brokers' jars.
        String scala = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> entry.contains("scala-library"))
                .findFirst()
                .orElseThrow();
        String classPath = String.join(
                File.pathSeparator,
                scala,
                kafka.resolve("kafka_2.13-3.9.1.jar").toString(),
                kafka.resolve("kafka-clients-3.9.1.jar").toString());
        int failures = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-cp",
                        classPath,
                        "-d",
                        classes.toString(),
                        rewriter.toString(),
                        listener.toString());
        if (failures != 0) {
            throw new IllegalStateException("the handler does not compile");
        }
        Path jar = directory.resolve("handler.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(file)) {
            for (String name : List.of("old/Rewriter.class", "old/Listener.class")) {
                entries.putNextEntry(new JarEntry(name));
                entries.write(Files.readAllBytes(classes.resolve(name)));
                entries.closeEntry();
            }
        }
        return jar;
    }
}
