package io.tain.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.fault.Observer;
import io.tain.e2e.fault.SettingsFile;
import io.tain.e2e.fault.TainProcess;
import io.tain.testkit.Await;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin server of a mirror that runs, in a process of its own. */
final class AdminIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern ADDRESS = Pattern.compile("admin server: (http://127\\.0\\.0\\.1:\\d+)");
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private HttpResponse<String> get(String uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String uri) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(uri))
                        .header("Authorization", "Bearer " + TOKEN)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String addressOf(TainProcess mirror) {
        Await.until(
                "the admin server listens",
                PATIENCE,
                () -> ADDRESS.matcher(mirror.err()).find());
        Matcher address = ADDRESS.matcher(mirror.err());
        assertThat(address.find()).isTrue();
        return address.group(1);
    }

    private void awaitBody(String uri, String text) {
        Await.until(uri + " tells " + text, PATIENCE, () -> get(uri).body().contains(text));
    }

    @Test
    void shouldShowAndPauseAMirrorAndNotKeepAnotherFromRunning() throws Exception {
        try (ClusterPair clusters = ClusterPair.start()) {
            clusters.source().createTopic("t", 1);
            Workload load =
                    Workload.to(clusters.source().clientProperties(), "t", 1).open();
            load.write(500);
            Path token = Files.writeString(directory.resolve("token"), TOKEN);
            SettingsFile file = SettingsFile.link(clusters.source(), clusters.target(), "admin", "t")
                    .set("link.name", "shown")
                    .set("admin.token.file", token);
            try (load;
                    TainProcess mirror = TainProcess.run(
                            file.set("admin.listen", "127.0.0.1:0").write(directory, "link.properties"))) {
                // given
                String address = addressOf(mirror);
                awaitBody(address + "/metrics", "tain_records_total{link=\"shown\"} 500.0");
                awaitBody(address + "/api/v1/links/shown", "\"lagSeconds\":0");
                assertThat(get(address + "/livez").statusCode()).isEqualTo(200);
                awaitBody(address + "/readyz?verbose", "[+] shown");
                tell("status", address).contains("LINK ", "shown  1 ");
                assertThat(get(address + "/api/v1/config").body()).contains("topics.include");

                // when
                assertThat(post(address + "/api/v1/links/shown:pause").statusCode())
                        .isEqualTo(202);
                awaitBody(address + "/api/v1/links/shown/partitions", "PAUSED");
                load.write(100);

                // then
                assertThat(get(address + "/metrics").body()).contains("tain_records_total{link=\"shown\"} 500.0");
                assertThat(mirror.err())
                        .contains("pause all of link shown from /127.0.0.1")
                        .doesNotContain(TOKEN);

                // when
                assertThat(post(address + "/api/v1/links/shown:resume").statusCode())
                        .isEqualTo(202);

                // then
                awaitBody(address + "/metrics", "tain_records_total{link=\"shown\"} 600.0");
                tell("pause", address, "shown", "--partition", "t-0", "--execute", "--token-file", token.toString())
                        .contains("told to pause t-0 of link shown");
                awaitBody(address + "/api/v1/events", "PAUSED");
                tell("resume", address, "shown", "--partition", "t-0", "--execute", "--token-file", token.toString())
                        .contains("told to resume t-0 of link shown");
                tell("events", address).contains("by an operator");
                seekBack(address, token);
                assertThat(mirror.err()).contains("seek t-0 of link shown to offset 450 from /127.0.0.1");
                runBeside(file, address, clusters);
            }
        }
    }

    @Test
    void shouldPassOverWhatHasHaltedAPartition() throws Exception {
        try (ClusterPair clusters = ClusterPair.start()) {
            clusters.source().createTopic("t", 1);
            clusters.target().createTopic("t", 1, Map.of("max.message.bytes", "20000"));
            Path token = Files.writeString(directory.resolve("token"), TOKEN);
            SettingsFile file = SettingsFile.link(clusters.source(), clusters.target(), "skips", "t")
                    .set("link.name", "skips")
                    .set("admin.token.file", token)
                    .set("admin.listen", "127.0.0.1:0");
            try (Workload small = Workload.to(clusters.source().clientProperties(), "t", 1)
                            .open();
                    Workload large = Workload.to(clusters.source().clientProperties(), "t", 1)
                            .valueBytes(50_000)
                            .open();
                    TainProcess mirror = TainProcess.run(file.write(directory, "link.properties"))) {
                // given
                small.write(10);
                large.write(1);
                small.write(10);
                String address = addressOf(mirror);
                awaitBody(address + "/api/v1/links/skips", "\"HALTED\":1");
                String admin = address.replace("http://", "");
                try (TainProcess json = TainProcess.tain("status", "--json", "--admin", admin)) {
                    assertThat(json.awaitExit(PATIENCE)).as(json.err()).isEqualTo(6);
                    assertThat(json.out()).startsWith("{\"links\":[");
                }

                // when, then
                String[] skip = {
                    "skips", "--partition", "t-0", "--records", "1", "--execute", "--token-file", token.toString()
                };
                tell("skip", address, skip).contains("t-0: moved by an operator from 10 to 11");
                awaitBody(address + "/metrics", "tain_records_total{link=\"skips\"} 20.0");
                assertThat(mirror.err()).contains("skip t-0 of link skips to 1 offsets further on from /127.0.0.1");
                try (TainProcess json = TainProcess.tain("status", "--json", "--admin", admin)) {
                    assertThat(json.awaitExit(PATIENCE)).as(json.err()).isZero();
                }
            }
        }
    }

    private void seekBack(String address, Path token) throws Exception {
        String[] back = {"shown", "--partition", "t-0", "--to-offset", "450"};
        tell("seek", address, back)
                .contains("would move t-0 of link shown from 600 to 450: up to 150 offsets would be copied again");
        assertThat(get(address + "/metrics").body())
                .contains(
                        "tain_records_total{link=\"shown\"} 600.0",
                        "tain_events_total{kind=\"MOVED\",link=\"shown\"} 0");

        List<String> execute = new ArrayList<>(List.of(back));
        execute.addAll(List.of("--execute", "--token-file", token.toString()));
        tell("seek", address, execute.toArray(new String[0]))
                .contains("t-0: moved by an operator from 600 to 450; 150 offsets from 450 on are copied again");
        awaitBody(address + "/metrics", "tain_records_total{link=\"shown\"} 750.0");
        assertThat(get(address + "/metrics").body())
                .contains("kafka_consumer_coordinator_rebalance_total{", "tain_rebalances_total{link=\"shown\"}");
    }

    /** Runs a command on the shipped jars, for its output. */
    private static AbstractStringAssert<?> tell(String command, String address, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command, "--admin", address.replace("http://", "")));
        arguments.addAll(List.of(more));
        try (TainProcess process = TainProcess.tain(arguments.toArray(new String[0]))) {
            assertThat(process.awaitExit(PATIENCE)).as(process.err()).isZero();
            return assertThat(process.out());
        }
    }

    /** A mirror of the same group that is to listen where another does. */
    private void runBeside(SettingsFile file, String address, ClusterPair clusters) throws Exception {
        String listen = address.replace("http://", "");
        try (TainProcess other =
                TainProcess.run(file.set("admin.listen", listen).write(directory, "other.properties"))) {
            Await.until(
                    "the other one says that it can't listen",
                    PATIENCE,
                    () -> other.err()
                            .contains(
                                    "warning: no admin server: admin.listen = " + listen + ": Address already in use"));
            new Observer(clusters.source(), clusters.target(), "admin").awaitLagZero("t");
            assertThat(other.term().awaitExit(PATIENCE)).isZero();
        }
    }
}
