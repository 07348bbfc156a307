package io.tain.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.admin.AdminFixture.Reply;
import io.tain.config.AdminConfig;
import io.tain.link.Bottleneck;
import io.tain.link.Event;
import io.tain.link.LinkStatus.State;
import io.tain.link.MoveOrder;
import io.tain.link.MoveOrder.Where;
import io.tain.link.PauseOrder;
import io.tain.link.PauseOrder.Action;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.logging.log4j.LogManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Asks a server over a socket, as clients do that keep to no rules. */
@Timeout(60)
class AdminServerTest {
    private static final String TOKEN = AdminFixture.TOKEN;
    private static final Map<String, String> SCHEMAS = Map.of(
            "/api/v1/info", "Info",
            "/api/v1/links", "Links",
            "/api/v1/links/orders", "Link",
            "/api/v1/links/orders/partitions", "Partitions",
            "/api/v1/links/orders/topics", "Topics",
            "/api/v1/events", "Events",
            "/api/v1/config", "Config");

    private final FakeMirror mirror = new FakeMirror();
    private final AdminFixture admin = new AdminFixture(mirror);

    @AfterEach
    void close() {
        admin.close();
    }

    private Reply ask(String method, String path, String... headers) throws IOException {
        return admin.ask(method, path, headers);
    }

    @Test
    void shouldAnswerAsItsDescriptionSays() throws IOException {
        Schema schema = new Schema(ask("GET", "/api/v1/openapi.yaml").body());

        for (Map.Entry<String, String> path : SCHEMAS.entrySet()) {
            Reply reply = ask("GET", path.getKey());
            assertThat(reply.status()).as(path.getKey()).isEqualTo(200);
            assertThat(reply.headers()).containsEntry("content-type", "application/json");
            assertThat(schema.problems(path.getValue(), reply.body()))
                    .as(path.getKey())
                    .isEmpty();
        }
        Reply missing = ask("GET", "/api/v1/links/nobody");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(schema.problems("Error", missing.body())).isEmpty();
        // The check itself can fail.
        assertThat(schema.problems("Error", "{\"error\": 5, \"more\": 1}")).hasSize(2);
    }

    @Test
    void shouldDescribeEveryPathThatItAnswers() throws IOException {
        Schema schema = new Schema(ask("GET", "/api/v1/openapi.yaml").body());
        Set<String> known = new TreeSet<>(SCHEMAS.keySet().stream()
                .map(path -> path.replace("/orders", "/{link}"))
                .collect(Collectors.toSet()));
        known.addAll(List.of("/livez", "/healthz", "/readyz", "/metrics", "/api/v1/openapi.yaml", "/api/v1/stream"));
        for (String order : List.of("pause", "resume")) {
            known.add("/api/v1/links/{link}:" + order);
            known.add("/api/v1/links/{link}/partitions/{topic}-{partition}:" + order);
        }

        known.add("/api/v1/loggers/{logger}");
        for (String order : List.of("seek", "skip")) {
            known.add("/api/v1/links/{link}/partitions/{topic}-{partition}:" + order);
        }

        assertThat(schema.paths().keySet()).isEqualTo(known);
        assertThat(schema.paths().toString()).contains("Whether all links are members");
        assertThat(schema.responses())
                .hasSizeGreaterThan(15)
                .allSatisfy(statuses -> assertThat(statuses).contains("405", "413", "421"));
        String description = ask("GET", "/api/v1/openapi.yaml").body();
        List.of(State.values()).forEach(state -> assertThat(description).containsPattern("\\b" + state + "[,\\]]"));
        List.of(Event.Kind.values()).forEach(kind -> assertThat(description).containsPattern("\\b" + kind + "[,\\]]"));
        List.of(Bottleneck.values()).forEach(word -> assertThat(description).contains(word.word()));
    }

    @Test
    void shouldServeThePageAndAllItsPartsAndNothingElse() throws IOException {
        Reply page = ask("GET", "/");

        assertThat(page.headers()).containsEntry("content-type", "text/html; charset=utf-8");
        assertThat(page.headers().get("content-security-policy")).contains("default-src 'none'", "script-src 'self'");
        Deque<String> left = new ArrayDeque<>(all("(?:href|src)=\"(/[\\w.]+)\"", page.body()));
        Set<String> parts = new TreeSet<>();
        while (!left.isEmpty()) {
            String part = left.pop();
            if (parts.add(part)) {
                Reply reply = ask("GET", part);
                assertThat(reply.status()).as(part).isEqualTo(200);
                left.addAll(all("from '(/[\\w.]+)'", reply.body()));
            }
        }
        assertThat(parts).contains("/app.js", "/style.css", "/uplot.js");
        assertThat(ask("GET", "/../openapi.yaml").status()).isEqualTo(404);
        assertThat(ask("GET", "/page/app.js").status()).isEqualTo(404);
        String words = ask("GET", "/links.js").body() + ask("GET", "/format.js").body();
        List.of(State.values()).forEach(state -> assertThat(words).contains(state + ":"));
        List.of(Bottleneck.values()).forEach(word -> assertThat(words).containsPattern(word.word() + "'?:"));
    }

    @Test
    void shouldTellMetricsUnderTheirNames() throws IOException {
        String text = ask("GET", "/metrics").body();

        assertThat(text.lines())
                .contains(
                        "tain_records_total{link=\"orders\"} 1000.0",
                        "tain_records_read_total{link=\"orders\"} 1100.0",
                        "tain_link_info{link=\"orders\",source_cluster=\"here\",target_cluster=\"there\"} 1",
                        "tain_duplicates_possible_total{link=\"orders\"} 12.0",
                        "tain_ack_latency_seconds_bucket{link=\"orders\",le=\"0.005\"} 2",
                        "tain_ack_latency_seconds_sum{link=\"orders\"} 0.006",
                        "tain_link_lag_bytes{link=\"orders\"} 50.0",
                        "tain_link_time_to_data_loss_seconds{link=\"orders\"} 90.5",
                        "tain_link_commit_age_seconds{link=\"orders\"} 0.04",
                        "tain_lag_bytes{link=\"orders\",partition=\"0\",topic=\"p\"} 50.0",
                        "tain_bytes_total{link=\"orders\",side=\"source\"} 3000.0",
                        "tain_batches_total{link=\"orders\",path=\"transcoded\",reason=\"holes\"} 2.0",
                        "tain_records_lost_total{link=\"orders\",reason=\"retention\"} 4.0",
                        "tain_throttled_seconds_total{link=\"orders\",side=\"target\"} 1.5",
                        "tain_bottleneck{bottleneck=\"target-throttled\",link=\"orders\"} 1.0",
                        "tain_bottleneck{bottleneck=\"halted\",link=\"orders\"} 0.0",
                        "tain_partitions{link=\"orders\",state=\"HALTED\"} 1.0",
                        "tain_lag_seconds{link=\"orders\",partition=\"0\",topic=\"p\"} 2.5",
                        "tain_partition_records_total{link=\"orders\",partition=\"0\",topic=\"p\"} 600.0",
                        "tain_time_to_data_loss_seconds{link=\"orders\",partition=\"0\",topic=\"p\"} 90.5",
                        "tain_retries_total{error=\"MOVED\",link=\"orders\",side=\"source\"} 2.0",
                        "tain_retries_total{error=\"RETRY\",link=\"orders\",side=\"target\"} 7.0",
                        "tain_rebalances_total{link=\"orders\"} 3.0",
                        "tain_rebalance_seconds_total{link=\"orders\"} 1.5",
                        "kafka_consumer_coordinator_rebalance_total{client_id=\"g-0\",link=\"orders\"} 3.0",
                        "kafka_consumer_coordinator_heartbeat_rate{client_id=\"g-0\",link=\"orders\"} 0.5",
                        "tain_partition_state{link=\"orders\",partition=\"3\",state=\"HALTED\",topic=\"o-1.x\"} 1.0",
                        "tain_replication_latency_seconds_bucket{link=\"orders\",le=\"0.005\"} 3",
                        "tain_replication_latency_seconds_bucket{link=\"orders\",le=\"+Inf\"} 4");
        assertThat(text)
                .doesNotContain("commit_latency_max", "tain_time_to_data_loss_seconds{link=\"orders\",partition=\"3\"");
        assertThat(text).doesNotContain("tain_lag_seconds{link=\"orders\",partition=\"3\"");
        assertThat(text)
                .containsPattern("process_resident_memory_bytes \\d")
                .containsPattern("process_open_fds \\d")
                .containsPattern("jvm_gc_collection_seconds_count\\{gc=\"[\\w ]+\"} \\d")
                .contains("For how long checkpoints have failed");
    }

    @Test
    void shouldTellOfLinksWhatItLeavesOutOfManyPartitions() throws IOException {
        mirror.more = MetricsText.MOST_PARTITIONS;

        String text = ask("GET", "/metrics").body();

        assertThat(text)
                .doesNotContain("tain_commit_age_seconds{", "tain_time_to_data_loss_seconds{", "tain_lag_records{")
                .contains(
                        "tain_link_time_to_data_loss_seconds{link=\"orders\"} 90.5",
                        "tain_link_commit_age_seconds{link=\"orders\"} 0.04",
                        "tain_link_lag_records{link=\"orders\"} 20.0");
    }

    @Test
    void shouldSumTopicsUp() throws IOException {
        String topics = ask("GET", "/api/v1/links/orders/topics").body();

        assertThat(topics)
                .contains("{\"topic\":\"o-1.x\",\"partitions\":1,", "\"HALTED\":1}")
                .contains("\"lagRecords\":20,\"lagSeconds\":2.5,\"lagBytes\":50,\"secondsToDataLoss\":90.5,");
        assertThat(ask("GET", "/api/v1/links/nobody/topics").status()).isEqualTo(404);
        assertThat(ask("GET", "/api/v1/links/orders/partitions").body()).contains("\"clientId\":\"g-0\"", "\"host\":");
    }

    @Test
    void shouldDocumentEveryMetric() throws IOException {
        String document = Files.readString(Path.of("../docs/admin-server.md"));
        String table = document.substring(document.indexOf("<!-- metrics -->"), document.indexOf("<!-- end -->"));

        Set<String> told = all("# TYPE (tain_\\w+)", ask("GET", "/metrics").body());
        assertThat(told).hasSizeGreaterThan(20).isEqualTo(all("`(tain_\\w+)`", table));
    }

    private static Set<String> all(String regex, String text) {
        return Pattern.compile(regex)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void shouldLiveWithoutClustersAndBeReadyAsAMember() throws IOException {
        mirror.joined = false;

        assertThat(ask("GET", "/livez").status()).isEqualTo(200);
        assertThat(ask("GET", "/healthz").body()).isEqualTo("ok\n");
        assertThat(ask("GET", "/readyz").status()).isEqualTo(503);
        assertThat(ask("GET", "/readyz?verbose").body()).contains("[-] orders", "HALTED=1");

        mirror.joined = true;
        mirror.stuck = List.of("tain-orders-reader-0");

        assertThat(ask("GET", "/livez").body()).contains("tain-orders-reader-0");
        assertThat(ask("GET", "/livez").status()).isEqualTo(503);
    }

    @Test
    void shouldTakeOrdersFromWhoKnowsTheToken() throws IOException {
        String bearer = "Authorization: Bearer " + TOKEN;

        assertThat(ask("POST", "/api/v1/links/orders:pause", bearer).status()).isEqualTo(202);
        assertThat(ask("POST", "/api/v1/links/orders/partitions/o-1.x-3:resume", bearer)
                        .body())
                .isEqualTo("{\"link\":\"orders\",\"partition\":\"o-1.x-3\",\"action\":\"resume\"}");
        assertThat(mirror.orders)
                .containsExactly(
                        "orders " + new PauseOrder(Action.PAUSE, Optional.empty()),
                        "orders " + new PauseOrder(Action.RESUME, Optional.of(new TopicPartition("o-1.x", 3))));
    }

    @Test
    void shouldTakeOrdersToMoveAPartition() throws IOException {
        String path = "/api/v1/links/orders/partitions/p-0:";
        String bearer = "Authorization: Bearer " + TOKEN;

        assertThat(ask("POST", path + "seek?to=earliest", bearer).status()).isEqualTo(202);
        assertThat(ask("POST", path + "seek?to=2026-01-31T12%3A00%3A00%2B01%3A00", bearer)
                        .status())
                .isEqualTo(202);
        assertThat(ask("POST", path + "skip?records=3", bearer).body())
                .isEqualTo("{\"link\":\"orders\",\"partition\":\"p-0\",\"action\":\"skip\"}");
        assertThat(ask("POST", path + "skip?to=17", bearer).status()).isEqualTo(202);

        TopicPartition partition = new TopicPartition("p", 0);
        assertThat(mirror.orders)
                .containsExactly(
                        "orders " + new MoveOrder(partition, MoveOrder.Action.SEEK, new Where(Where.Kind.EARLIEST, 0)),
                        "orders "
                                + new MoveOrder(
                                        partition,
                                        MoveOrder.Action.SEEK,
                                        new Where(
                                                Where.Kind.TIMESTAMP,
                                                Instant.parse("2026-01-31T11:00:00Z")
                                                        .toEpochMilli())),
                        "orders " + new MoveOrder(partition, MoveOrder.Action.SKIP, new Where(Where.Kind.FORWARD, 3)),
                        "orders " + new MoveOrder(partition, MoveOrder.Action.SKIP, new Where(Where.Kind.OFFSET, 17)));
    }

    @Test
    void shouldNotMoveAPartitionAnywhereElse() throws IOException {
        String path = "/api/v1/links/orders/partitions/p-0:";
        String bearer = "Authorization: Bearer " + TOKEN;

        for (String bad : List.of(
                "seek",
                "seek?to=",
                "seek?to=-1",
                "seek?to=tomorrow",
                "seek?records=1",
                "skip?to=latest",
                "skip?records=x")) {
            assertThat(ask("POST", path + bad, bearer).status()).as(bad).isEqualTo(400);
        }
        assertThat(ask("POST", path + "seek?to=1").status()).isEqualTo(401);
        assertThat(ask("POST", "/api/v1/links/orders:seek?to=1", bearer).status())
                .isEqualTo(405);
        assertThat(mirror.orders).isEmpty();
    }

    @Test
    void shouldChangeTheLevelOfALoggerForWhoKnowsTheToken() throws IOException {
        String path = "/api/v1/loggers/io.tain.nobody?level=";
        String bearer = "Authorization: Bearer " + TOKEN;
        String below = "io.tain.nobody.below";

        Reply told = ask("POST", path + "TRACE", bearer);
        assertThat(told.status()).isEqualTo(200);
        assertThat(new Schema(ask("GET", "/api/v1/openapi.yaml").body()).problems("LoggerLevel", told.body()))
                .isEmpty();
        assertThat(LogManager.getLogger(below).isTraceEnabled()).isTrue();

        assertThat(ask("PUT", path + "ERROR", bearer).status()).isEqualTo(200);
        assertThat(LogManager.getLogger(below).isWarnEnabled()).isFalse();

        assertThat(ask("POST", path + "LOUD", bearer).status()).isEqualTo(400);
        assertThat(ask("POST", path + "TRACE").status()).isEqualTo(401);
        assertThat(ask("GET", path + "TRACE", bearer).status()).isEqualTo(405);
        assertThat(LogManager.getLogger(below).isWarnEnabled()).isFalse();
    }

    @Test
    void shouldTakeOrdersFromNobodyElse() throws IOException {
        String pause = "/api/v1/links/orders:pause";
        String bearer = "Authorization: Bearer " + TOKEN;

        assertThat(ask("POST", pause).status()).isEqualTo(401);
        assertThat(ask("POST", pause, bearer + "0").status()).isEqualTo(401);
        assertThat(ask("POST", pause, "Authorization: Basic " + TOKEN).status()).isEqualTo(401);
        assertThat(ask("GET", pause, bearer).status()).isEqualTo(405);
        assertThat(ask("POST", "/api/v1/links/nobody:pause", bearer).status()).isEqualTo(404);
        assertThat(ask("POST", "/api/v1/links/orders/partitions/o-1.x-9:pause", bearer)
                        .status())
                .isEqualTo(404);
        assertThat(ask("POST", pause, bearer, "Origin: http://evil.example").status())
                .isEqualTo(421);
        assertThat(ask("POST", pause, bearer, "Content-Length: 5\r\n\r\nhello").status())
                .isEqualTo(413);
        admin.restart(Optional.empty());
        assertThat(ask("POST", pause, bearer).status()).isEqualTo(403);
        assertThat(mirror.orders).isEmpty();
    }

    @Test
    void shouldRefuseNamesThatAreNotItsOwn() throws IOException {
        assertThat(ask("GET", "/api/v1/links", "Host: evil.example:8181").status())
                .isEqualTo(421);
        assertThat(ask("GET", "/api/v1/links", "Host: 127.0.0.1.evil.example").status())
                .isEqualTo(421);
        assertThat(ask("GET", "/api/v1/links", "Host").status()).isIn(400, 421);
        assertThat(ask("GET", "/api/v1/links", "Host: localhost:8181").status()).isEqualTo(200);
        assertThat(ask("GET", "/api/v1/links", "Host: 10.1.2.3:8181").status()).isEqualTo(200);
        assertThat(ask("GET", "/api/v1/links", "Host: [::1]:8181").status()).isEqualTo(200);
        assertThat(ask("GET", "/api/v1/links", "Host: Tain.example:80").status())
                .as("is in admin.hosts")
                .isEqualTo(200);
        assertThat(ask("GET", "/api/v1/links", "Host: other.tain.example").body())
                .contains("admin.hosts");
    }

    @Test
    void shouldGiveBrowsersNothingToRun() throws IOException {
        Reply reply = ask("GET", "/api/v1/events");

        assertThat(reply.headers())
                .containsEntry("x-content-type-options", "nosniff")
                .containsEntry("cache-control", "no-store")
                .doesNotContainKeys("set-cookie", "access-control-allow-origin");
        assertThat(reply.headers().get("content-security-policy"))
                .contains("default-src 'none'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(reply.body()).contains("\\u003cimg").doesNotContain("<");
        assertThat(ask("GET", "/../../etc/passwd").status()).isEqualTo(404);
        assertThat(ask("TRACE", "/livez").status()).isEqualTo(405);
    }

    @Test
    void shouldStreamToAFewClientsOnly() throws IOException {
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < EventStream.MOST_CLIENTS; i++) {
                Socket client = new Socket(InetAddress.getLoopbackAddress(), admin.port());
                clients.add(client);
                client.getOutputStream()
                        .write("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                .getBytes(StandardCharsets.UTF_8));
                readUntil(client, "event: links");
            }

            assertThat(ask("GET", "/api/v1/stream").status()).isEqualTo(503);
            assertThat(ask("GET", "/livez").status()).isEqualTo(200);

            mirror.events = List.of(mirror.events.get(0), FakeMirror.event(Event.Kind.MOVING));
            assertThat(readUntil(clients.get(0), "MOVING")).startsWith("data: {\"time\":");
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    private static String readUntil(Socket client, String text) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
        String line = in.readLine();
        while (line != null && !line.contains(text)) {
            line = in.readLine();
        }
        return line;
    }

    @Test
    void shouldSayWhereItCannotListen() {
        AdminConfig taken = new AdminConfig(
                Optional.of(InetSocketAddress.createUnresolved("127.0.0.1", admin.port())),
                Set.of(),
                Optional.empty(),
                Map.of());

        assertThatThrownBy(() -> AdminServer.start(taken, mirror, new ServerInfo("1", "2", Instant.EPOCH)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1:" + admin.port());
    }
}
