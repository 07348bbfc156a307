package io.tain.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tain.testkit.ClusterPair;
import io.tain.testkit.Workload;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A mirror as readers have one whom a document tells to look at it and to steer it: its link is {@code orders}, and
 * {@code payments-3} is halted at offset 1200, at a record that is too large for the target, whenever a command begins.
 */
final class RunningLink implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Pattern ADDRESS = Pattern.compile("admin server: http://(127\\.0\\.0\\.1:\\d+)");
    private static final Pattern ENDLESS = Pattern.compile("\\./tain (?:top|events .*--follow).*");
    private static final Set<Integer> STOPPED = Set.of(0, 143);
    private static final int HALTED = 6;
    private static final int PARTITIONS = 4;
    private static final int HALTED_PARTITION = 3;
    private static final int HALTED_AT = 1_200;

    private final Path directory;
    private Process mirror;

    private RunningLink(Path directory) throws IOException {
        this.directory = directory;
        this.mirror = launch();
    }

    private Process launch() throws IOException {
        return new ProcessBuilder("bash", "-c", "exec ./tain run beside.properties")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("beside.log").toFile())
                .start();
    }

    /** With the files as they are now, such as a token that the reader has made meanwhile. */
    void restart() throws IOException {
        close();
        mirror = launch();
    }

    /** In a folder with the scripts; makes a token there if the reader has not yet. */
    static RunningLink start(Path directory, ClusterPair clusters) throws Exception {
        clusters.source().createTopic("payments", PARTITIONS);
        clusters.target().createTopic("payments", PARTITIONS, Map.of("max.message.bytes", "20000"));
        try (Workload load = Workload.to(clusters.source().clientProperties(), "payments", PARTITIONS)
                .open()) {
            load.write((long) HALTED_AT * PARTITIONS);
        }
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                clusters.source().clientProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>("payments", HALTED_PARTITION, null, new byte[50_000]))
                    .get();
        }
        Path token = directory.resolve("token");
        if (!Files.exists(token)) {
            Files.writeString(token, "0123456789abcdef0123456789abcdef");
        }
        Files.writeString(directory.resolve("beside.properties"), """
                link.name=orders
                group.id=beside
                topics.include=orders,payments
                source.bootstrap.servers=%s
                target.bootstrap.servers=%s
                admin.listen=127.0.0.1:0
                admin.token.file=token
                """.formatted(
                        clusters.source().bootstrapServers(), clusters.target().bootstrapServers()));
        return new RunningLink(directory);
    }

    /** Does what a line says, which has to go well. */
    void follow(String line) throws Exception {
        awaitHalted();
        String command = here(line);
        Path output = directory.resolve("beside.out");
        Process process = new ProcessBuilder("bash", "-c", command.startsWith("./") ? "exec " + command : command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (ENDLESS.matcher(command).matches()) {
                await(command).atMost(PATIENCE).pollInterval(LOOK).until(() -> {
                    tryAgain(); // so that there are events to tell of
                    return Files.size(output) > 0;
                });
                process.destroy();
            }
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as(command)
                    .isTrue();
            String said = command + "\n" + Files.readString(output);
            assertThat(said).hasSizeGreaterThan(command.length() + 1);
            if (command.startsWith("./tain status")) {
                assertThat(process.exitValue()).as(said).isEqualTo(HALTED);
            } else {
                assertThat(process.exitValue()).as(said).isIn(STOPPED);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    /** A command for this mirror in the place of the reader's; one of curl that fails when it is refused. */
    private String here(String line) throws IOException {
        return line.replace("--admin mirror-2:8181 ", "")
                .replaceFirst("^(\\./tain \\w+)", "$1 --admin " + address())
                .replace("127.0.0.1:8181", address())
                .replaceFirst("^curl ", "curl -sS --fail-with-body ");
    }

    private String address() throws IOException {
        Matcher address = ADDRESS.matcher(log());
        assertThat(address.find()).as(log()).isTrue();
        return address.group(1);
    }

    /** What an earlier command let go on stops again there, once it is told to try again. */
    private void awaitHalted() {
        await("payments-3 is halted").atMost(PATIENCE).pollInterval(LOOK).until(() -> {
            assertThat(mirror.isAlive()).as(log()).isTrue();
            if (!ADDRESS.matcher(log()).find()) {
                return false;
            }
            String partitions = ask("GET", "/api/v1/links/orders/partitions");
            Matcher state = Pattern.compile("\"topic\":\"payments\",\"partition\":3,\"state\":\"(\\w+)\"")
                    .matcher(partitions);
            if (!state.find()) {
                return false;
            }
            if (state.group(1).equals("RUNNING")) {
                tryAgain();
            }
            return state.group(1).equals("HALTED");
        });
    }

    private void tryAgain() throws IOException, InterruptedException {
        ask("POST", "/api/v1/links/orders/partitions/payments-3:seek?to=" + HALTED_AT);
    }

    private String ask(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header(
                        "Authorization",
                        "Bearer " + Files.readString(directory.resolve("token")).strip())
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("beside.log"));
    }

    @Override
    public void close() {
        mirror.destroy();
        try {
            if (!mirror.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                mirror.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            mirror.destroyForcibly();
        }
    }
}
