package io.tain.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.fault.Observer;
import io.tain.e2e.fault.SettingsFile;
import io.tain.e2e.fault.TainProcess;
import io.tain.testkit.AuditReport;
import io.tain.testkit.Cluster;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.TopicReader;
import io.tain.testkit.Workload;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MirrorMaker's scripts and command line between two clusters. */
final class DropInIT {
    private static final Duration ENDED = Duration.ofSeconds(40);
    private static final int TERMINATED = 143;
    private static final int ABNORMAL = 255;

    @TempDir
    private static Path home;

    private static Installation installed;
    private static ClusterPair clusters;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startClusters() throws IOException {
        installed = Installation.in(home.resolve("tain"));
        clusters = ClusterPair.start();
    }

    @AfterAll
    static void closeClusters() {
        clusters.close();
    }

    @Test
    void shouldTakeMirrorMakersScriptAndOldSpellings() {
        write("script-a", 500);
        write("script-b", 500);
        write("script-b-tmp", 10);
        Path consumer = SettingsFile.consumer(clusters.source(), "unused")
                .without("group.id")
                .without("bootstrap.servers")
                .set("metadata.broker.list", clusters.source().bootstrapServers())
                .set("groupid", "script")
                .set("zookeeper.connect", "zk:2181")
                .set("autooffset.reset", "smallest")
                .set("fetch.size", 1_048_576)
                .set("socket.buffersize", 65_536)
                .write(directory, "consumer.properties");
        Path producer = SettingsFile.producer(clusters.target())
                .without("bootstrap.servers")
                .set("broker.list", clusters.target().bootstrapServers())
                .set("compression.codec", "2")
                .set("request.required.acks", "-1")
                .set("producer.type", "async")
                .write(directory, "producer.properties");
        try (TainProcess mirror = Installation.start(
                directory,
                Map.of(),
                List.of(
                        installed.home().resolve("bin/kafka-mirror-maker.sh"),
                        "--consumer.config",
                        consumer,
                        "--producer.config=" + producer,
                        "--whitelist",
                        "'script-a, script-b.*'",
                        "--blacklist=.*-tmp",
                        "--num.st",
                        "2",
                        "--num.producers",
                        "2",
                        "--queue.size=100",
                        "--offset.commit.interval.ms=200",
                        "--new.consumer"))) {
            observe("script").awaitLagZero("script-a", "script-b");
            assertThat(mirror.term().awaitExit(ENDED)).as(mirror.err()).isEqualTo(TERMINATED);
            for (String old : List.of(
                    "metadata.broker.list",
                    "groupid",
                    "zookeeper.connect",
                    "autooffset.reset",
                    "fetch.size",
                    "socket.buffersize",
                    "broker.list",
                    "compression.codec",
                    "request.required.acks",
                    "producer.type",
                    "--new.consumer")) {
                assertThat(mirror.errLines().stream()
                                .filter(line -> line.startsWith("warning: ")
                                        && (line.contains(" " + old + " ") || line.contains(" " + old + ":"))))
                        .as(old + " in " + mirror.err())
                        .isNotEmpty();
            }
        }
        assertEqual("script-a");
        assertEqual("script-b");
        assertThat(observe("script").size("script-b-tmp")).isZero();
    }

    @Test
    void shouldTakeMirrorMakersClassNameThroughALinkFromElsewhere() throws IOException {
        write("class-name", 500);
        Path elsewhere = Files.createDirectories(directory.resolve("else where"));
        Path link = Files.createSymbolicLink(
                elsewhere.resolve("run-class"), installed.home().resolve("bin/kafka-run-class.sh"));
        List<Object> command = new ArrayList<>(List.of(link, "kafka.tools.MirrorMaker"));
        command.addAll(files("class-name"));
        command.addAll(List.of("--include", "class-name"));
        try (TainProcess mirror = Installation.start(elsewhere, Map.of(), command)) {
            observe("class-name").awaitLagZero("class-name");
            assertThat(mirror.term().awaitExit(ENDED)).as(mirror.err()).isEqualTo(TERMINATED);
            assertThat(mirror.out()).isEmpty();
            assertThat(mirror.errLines()).as(mirror.err()).hasSizeLessThan(8).allMatch(line -> line.contains(" INFO "));
        }
        assertEqual("class-name");
    }

    @Test
    void shouldTakeOverAGroupWhereItStands() throws InterruptedException, ExecutionException {
        write("taken-over", 500);
        TopicPartition partition = new TopicPartition("taken-over", 0);
        clusters.source()
                .admin()
                .alterConsumerGroupOffsets("taken-over", Map.of(partition, new OffsetAndMetadata(300)))
                .all()
                .get();
        try (TainProcess mirror = mirrorMaker("taken-over", "--whitelist", "taken-over")) {
            observe("taken-over").awaitLagZero("taken-over");
            assertThat(mirror.isAlive()).isTrue();
        }
        List<String> all = values(clusters.source(), partition);
        assertThat(values(clusters.target(), partition)).isEqualTo(all.subList(300, 500));
    }

    @Test
    void shouldStopAtARecordThatIsTooLargeOrLeaveItOut() {
        String topic = "too-large";
        TopicPartition partition = new TopicPartition(topic, 0);
        clusters.source().createTopic(topic, 1);
        clusters.target().createTopic(topic, 1, Map.of("max.message.bytes", "2000"));
        for (int i = 0; i < 20; i++) {
            send(topic, i == 10 ? "x".repeat(5_000) : "small");
        }
        try (TainProcess mirror = mirrorMaker(topic, "--whitelist", topic)) {
            assertThat(mirror.awaitExit(ENDED)).as(mirror.err()).isEqualTo(ABNORMAL);
            assertThat(mirror.errLines().stream().filter(line -> line.contains(topic + "-0@10")))
                    .as(mirror.err())
                    .singleElement()
                    .asString()
                    .startsWith("error: ")
                    .contains("MESSAGE_TOO_LARGE");
        }
        assertThat(observe(topic).committed()).containsEntry(partition, 10L);
        assertThat(observe(topic).size(topic)).isEqualTo(10);
        try (TainProcess mirror = mirrorMaker(topic, "--whitelist", topic, "--abort.on.send.failure", "false")) {
            observe(topic).awaitLagZero(topic);
            assertThat(mirror.term().awaitExit(ENDED)).as(mirror.err()).isEqualTo(TERMINATED);
            assertThat(mirror.errLines().stream().filter(line -> line.contains(topic + "-0@10")))
                    .as(mirror.err())
                    .singleElement()
                    .asString()
                    .contains("left out");
        }
        assertThat(values(clusters.target(), partition)).hasSize(19).containsOnly("small");
    }

    @Test
    @SuppressWarnings("BanJNDI") // of this test's own process
    void shouldTellDroppedMessagesAsMirrorMakersBeanDid() throws Exception {
        String topic = "dropped";
        clusters.source().createTopic(topic, 1);
        clusters.target().createTopic(topic, 1, Map.of("max.message.bytes", "2000"));
        for (int i = 0; i < 5; i++) {
            send(topic, i % 2 == 1 ? "x".repeat(5_000) : "small");
        }
        int port = freePort();
        List<Object> command = new ArrayList<>(List.of(installed.home().resolve("bin/kafka-mirror-maker.sh")));
        command.addAll(files(topic));
        command.addAll(List.of("--include", topic, "--abort.on.send.failure", "false"));
        String options = "-Djava.rmi.server.hostname=127.0.0.1 -Dcom.sun.management.jmxremote"
                + " -Dcom.sun.management.jmxremote.host=127.0.0.1 -Dcom.sun.management.jmxremote.authenticate=false"
                + " -Dcom.sun.management.jmxremote.ssl=false";
        Map<String, String> environment = Map.of("JMX_PORT", Integer.toString(port), "KAFKA_JMX_OPTS", options);
        try (TainProcess mirror = Installation.start(directory, environment, command)) {
            observe(topic).awaitLagZero(topic);
            assertThat(mirror.isAlive()).as(mirror.err()).isTrue();
            JMXServiceURL url = new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi");
            try (JMXConnector connector = JMXConnectorFactory.connect(url)) {
                ObjectName name = new ObjectName("kafka.tools:type=MirrorMaker,name=MirrorMaker-numDroppedMessages");

                assertThat(connector.getMBeanServerConnection().getAttribute(name, "Value"))
                        .isEqualTo(2);
            }
            assertThat(mirror.term().awaitExit(ENDED)).as(mirror.err()).isEqualTo(TERMINATED);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void shouldRunHandlersOfOldAsTheyAre() throws IOException {
        Path jar = OldHandler.jar(Files.createDirectories(directory.resolve("handler")));
        String topic = "handled";
        clusters.source().createTopic(topic, 1);
        for (String value : List.of("one", "drop", "two")) {
            send(topic, value);
        }
        List<Object> command = new ArrayList<>(List.of(installed.home().resolve("tain"), "mirror-maker"));
        command.addAll(files(topic));
        command.addAll(List.of(
                "--whitelist",
                topic,
                "--message.handler",
                OldHandler.HANDLER,
                "--message.handler.args",
                "new.",
                "--consumer.rebalance.listener",
                OldHandler.LISTENER));
        try (TainProcess mirror = Installation.start(directory, Map.of("CLASSPATH", jar.toString()), command)) {
            observe(topic).awaitLagZero(topic);
            send(topic, "fail");
            assertThat(mirror.awaitExit(ENDED)).as(mirror.err()).isEqualTo(ABNORMAL);
            assertThat(mirror.errLines().stream().filter(line -> line.contains(topic + "-0@3")))
                    .as(mirror.err())
                    .singleElement()
                    .asString()
                    .startsWith("error: ")
                    .contains("told to fail");
            assertThat(mirror.out()).contains("listener: assigned [handled-0]", "listener: revoked [handled-0]");
        }
        assertThat(values(clusters.target(), new TopicPartition("new." + topic, 0)))
                .containsExactly("one", "two");
        assertThat(observe(topic).committed()).containsEntry(new TopicPartition(topic, 0), 3L);
    }

    private List<Object> files(String group) {
        return List.of(
                "--consumer.config",
                SettingsFile.consumer(clusters.source(), group).write(directory, "consumer.properties"),
                "--producer.config",
                SettingsFile.producer(clusters.target()).write(directory, "producer.properties"),
                "--offset.commit.interval.ms",
                "200");
    }

    private TainProcess mirrorMaker(String group, String... more) {
        List<String> arguments = new ArrayList<>();
        files(group).forEach(word -> arguments.add(word.toString()));
        arguments.addAll(List.of(more));
        return TainProcess.mirrorMaker(arguments.toArray(new String[0]));
    }

    private static Observer observe(String group) {
        return new Observer(clusters.source(), clusters.target(), group);
    }

    private static void write(String topic, long records) {
        clusters.source().createTopic(topic, 1);
        try (Workload load =
                Workload.to(clusters.source().clientProperties(), topic, 1).open()) {
            assertThat(load.write(records).total()).isEqualTo(records);
        }
    }

    /** Writes one record in a batch of its own. */
    private static void send(String topic, String value) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                clusters.source().clientProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, 0, null, value.getBytes(StandardCharsets.UTF_8)))
                    .get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> values(Cluster cluster, TopicPartition partition) {
        return TopicReader.read(cluster.directProperties(), partition).stream()
                .map(record -> new String(record.value(), StandardCharsets.UTF_8))
                .toList();
    }

    private static void assertEqual(String topic) {
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }
}
