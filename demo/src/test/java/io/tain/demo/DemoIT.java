package io.tain.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    private final Terminal terminal = new Terminal();
    private final CountDownLatch stop = new CountDownLatch(1);

    private int run(String... arguments) {
        return Demo.run(arguments, terminal.out(), terminal.err(), stop);
    }

    @Test
    void shouldShowAMirrorThatCopiesEverything() {
        int status = run("--for", "3s", "--rate", "2000");

        assertThat(terminal.errors()).isEmpty();
        assertThat(status).as(terminal.text()).isZero();
        String source = terminal.after("source");
        String target = terminal.after("target");
        assertThat(terminal.text())
                .contains("source.bootstrap.servers=" + source, "target.bootstrap.servers=" + target)
                .contains("kafka-console-consumer.sh --bootstrap-server " + target + " --topic orders")
                .contains("kafka-consumer-groups.sh --bootstrap-server " + source + " --describe --group tain-demo")
                // The first seconds' small batches may pile up and be joined, which is not forwarding.
                .containsPattern("(?m)^ +1 s( +[0-9.,]+){4} +[0-9]{2,3}\\.[0-9] %$")
                .containsPattern("(?m)^ +3 s( +[0-9.,]+){4} +[0-9]{2,3}\\.[0-9] %$")
                .containsPattern("EQUAL: every one of [0-9,]+ records arrived, in order, byte for byte, once\\.\n$");
        assertThat(source).isNotEqualTo(target);
    }

    @Test
    void shouldBreakAndMendWaysWhileTheDashboardShowsIt() throws Exception {
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> run("--chaos", "--rate", "2000"));
        awaitText("broken: the target is gone");

        await().atMost(PATIENCE)
                .until(() -> dashboard("api/v1/links/demo/partitions").contains("RETRYING"));
        assertThat(dashboard("")).contains("<title>Tain</title>");
        assertThat(dashboard("uplot.js")).contains("uPlot");
        awaitText("mended: the target is back");
        awaitText("broken: the target takes no record of clicks");
        await().atMost(PATIENCE)
                .until(() -> dashboard("api/v1/links/demo/partitions").contains("HALTED"));
        awaitText("mended: it takes them again");
        awaitText("broken: the source is gone");
        await().atMost(PATIENCE)
                .until(() -> dashboard("api/v1/links/demo/partitions").contains("\"reason\":\"source: "));
        awaitText("mended: the source is back");
        awaitText("broken: the target's broker dies");
        await().atMost(PATIENCE)
                .until(() -> dashboard("api/v1/links/demo/partitions").contains("\"reason\":\"target: "));
        awaitText("mended: the target's broker is back");
        stop.countDown();

        assertThat(status.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as(terminal.text())
                .isZero();
        assertThat(terminal.text()).contains("EQUAL: every one of ");
    }

    private String dashboard(String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(terminal.after("dashboard") + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void shouldFailWhenTheTargetHoldsARecordOfSomeoneElse() throws Exception {
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> run("--rate", "2000"));
        awaitText("First record copied");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(connection(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>("orders", 0, null, "not of the source".getBytes(StandardCharsets.UTF_8)))
                    .get();
        }

        stop.countDown();

        assertThat(status.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(7);
        assertThat(terminal.text())
                .containsPattern("orders .* DIFFERENT")
                .containsPattern("orders-0: .* 0 missing, 0 out of order, 1 not in source")
                .contains("DIFFERENT: the clusters do not hold the same records.");
        assertThat(terminal.errors()).contains("the log is kept: ");
    }

    @Test
    void shouldFailWhenTheTargetLacksRecords() throws Exception {
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> run("--rate", "2000"));
        awaitText("First record copied");
        try (Admin admin = Admin.create(connection())) {
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> admin.deleteRecords(Map.of(ORDERS, RecordsToDelete.beforeOffset(5)))
                                    .lowWatermarks()
                                    .get(ORDERS)
                                    .get()
                                    .lowWatermark()
                            == 5);
        }

        stop.countDown();

        assertThat(status.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(7);
        assertThat(terminal.text())
                .containsPattern("orders-0: .* 5 missing")
                .contains("DIFFERENT: the clusters do not hold the same records.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void shouldAuditAfterASignal(String signal, @TempDir Path directory) throws Exception {
        Path printed = directory.resolve("out");
        Process demo = new ProcessBuilder(command())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        try {
            await().atMost(PATIENCE).until(() -> Files.readString(printed).contains(" 1 s "));

            new ProcessBuilder("kill", "-" + signal, Long.toString(demo.pid()))
                    .start()
                    .waitFor();

            assertThat(demo.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(printed)).contains("EQUAL: every one of ");
            assertThat(demo.exitValue()).isZero();
        } finally {
            demo.destroyForcibly();
        }
    }

    /** The demo as it was packaged. */
    private static List<String> command() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = "target/tain-demo-" + System.getProperty("tain.version") + ".jar:target/lib/*";
        // Whoever started the tests in the background may have had signals ignored, which children inherit.
        String env = "--default-signal=INT,TERM";
        return List.of(
                "env",
                env,
                java,
                "-Xmx1g",
                "-Dlog4j2.shutdownHookEnabled=false",
                "-cp",
                classPath,
                "io.tain.demo.Demo");
    }

    private Map<String, Object> connection() {
        return Map.of("bootstrap.servers", terminal.after("target"));
    }

    private void awaitText(String text) {
        await().atMost(PATIENCE).until(() -> terminal.text().contains(text));
    }
}
