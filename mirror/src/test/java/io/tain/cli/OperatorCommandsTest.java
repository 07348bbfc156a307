package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that ask a running mirror, with answers as its admin server gives them. */
class OperatorCommandsTest {
    private static final String LINK = "{\"link\":\"eu\",\"partitions\":2,\"lagRecords\":5,\"lagSeconds\":1.5,"
            + "\"records\":100,\"bottleneck\":\"target-slow\",\"states\":{\"RUNNING\":1,\"PAUSED\":0,\"HALTED\":1}}";
    private static final String PARTITIONS = "{\"partitions\":[{\"topic\":\"t\",\"partition\":0,\"state\":\"RUNNING\","
            + "\"acknowledged\":7,\"endOffset\":12,\"lagRecords\":5,\"lagSeconds\":1.5,\"reason\":null},"
            + "{\"topic\":\"other\",\"partition\":1,\"state\":\"HALTED\",\"acknowledged\":null,\"endOffset\":null,"
            + "\"lagRecords\":null,\"lagSeconds\":null,\"reason\":\"corrupt\\u001b[2J\"}]}";

    private final Map<String, String> answers = new HashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Map<String, String> afterOrder = new HashMap<>();
    private HttpServer server;

    @TempDir
    private Path folder;

    private CommandFixture command;

    @BeforeEach
    void listen() throws IOException {
        command = new CommandFixture(folder);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            String credentials = exchange.getRequestHeaders().getFirst("Authorization");
            String query = exchange.getRequestURI().getRawQuery();
            asked.add(exchange.getRequestMethod() + " " + path + (query == null ? "" : "?" + query)
                    + (credentials == null ? "" : " " + credentials));
            if (exchange.getRequestMethod().equals("POST")) {
                afterOrder.forEach(answers::put);
            }
            byte[] body = answers.getOrDefault(path, "{\"error\":\"there is no link\"}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answers.containsKey(path) ? 200 : 404, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        answers.put("/api/v1/links", "{\"links\":[" + LINK + "]}");
        answers.put("/api/v1/links/eu/partitions", PARTITIONS);
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    @Test
    void shouldTellWhatNeedsAnOperator() {
        int status = command.run("status", "--admin", address());

        assertThat(command.out().lines())
                .containsExactly(
                        "LINK  PARTITIONS  LAG  LAG-SECONDS  RECORDS  BOTTLENECK   STATES",
                        "eu    2           5    1.5          100      target-slow  RUNNING:1 HALTED:1",
                        "",
                        "LINK  TOPIC  PARTITION  STATE   ACKNOWLEDGED  LOG-END-OFFSET  LAG  LAG-SECONDS  REASON",
                        "eu    other  1          HALTED  -             -               -    -            corrupt [2J");
        assertThat(status).isEqualTo(ExitStatus.HALTED);
    }

    @Test
    void shouldTellAllPartitionsWhenAsked() {
        command.run("status", "--admin", address(), "--partitions");

        assertThat(command.out()).contains("eu    t      0          RUNNING  7");
    }

    @Test
    void shouldPassJsonOn() {
        answers.put("/api/v1/links", answers.get("/api/v1/links").replace("\"HALTED\":1", "\"HALTED\":0"));
        assertThat(command.run("status", "--admin", address(), "--json")).isZero();
        assertThat(command.out().strip()).isEqualTo(answers.get("/api/v1/links"));
    }

    @Test
    void shouldTellOfHaltedPartitionsByTheStatusAlsoWithJson() {
        assertThat(command.run("status", "--admin", address(), "--json")).isEqualTo(ExitStatus.HALTED);
        assertThat(command.out().strip()).isEqualTo(answers.get("/api/v1/links"));

        answers.put("/api/v1/links", "{\"links\":5}");
        assertThat(command.run("status", "--admin", address(), "--json")).isEqualTo(ExitStatus.FAILURE);
    }

    @Test
    void shouldPassOverRecordsAndTellHowItWent() throws IOException {
        answers.put("/api/v1/links/eu/partitions/t-0:skip", "{}");
        answers.put("/api/v1/events", "{\"events\":[]}");
        afterOrder.put("/api/v1/events", moved("MOVED"));
        String token = command.write("token", "secret\n");

        int status = command.run(
                "skip",
                "eu",
                "--partition",
                "t-0",
                "--records",
                "2",
                "--admin",
                address(),
                "--execute",
                "--token-file",
                token);

        assertThat(status).isZero();
        assertThat(asked).contains("POST /api/v1/links/eu/partitions/t-0:skip?records=2 Bearer secret");
        assertThat(command.out()).contains("t-0: from 7 to 3");
    }

    @Test
    void shouldTellEvents() {
        answers.put(
                "/api/v1/events",
                "{\"events\":[{\"time\":\"2026-01-01T00:00:00Z\",\"link\":\"eu\",\"kind\":\"HALTED\",\"topic\":\"t\","
                        + "\"partition\":0,\"firstOffset\":5,\"nextOffset\":6,\"text\":\"why\"}]}");

        assertThat(command.run("events", "--admin", address())).isZero();
        assertThat(command.out()).contains("2026-01-01T00:00:00Z  eu    HALTED  t      0          5      6     why");
    }

    @Test
    void shouldOnlyPlanUnlessToldToExecute() {
        int status = command.run("pause", "eu", "--topics", "o.*", "--admin", address());

        assertThat(status).isZero();
        assertThat(command.out().lines())
                .containsExactly("would pause other-1 of link eu", "nothing was done; add --execute to do it");
        assertThat(asked).noneMatch(request -> request.startsWith("POST"));
    }

    @Test
    void shouldSendTheTokenWithAnOrder() throws IOException {
        String token = command.write("token", "secret\n");
        answers.put("/api/v1/links/eu:resume", "{}");
        answers.put("/api/v1/links/eu/partitions/t-0:pause", "{}");

        assertThat(command.run("resume", "eu", "--admin", address(), "--execute", "--token-file", token))
                .isZero();
        assertThat(command.run(
                        "pause", "eu", "--partition", "t-0", "--admin", address(), "--execute", "--token-file", token))
                .isZero();

        assertThat(asked)
                .contains(
                        "POST /api/v1/links/eu:resume Bearer secret",
                        "POST /api/v1/links/eu/partitions/t-0:pause Bearer secret");
        assertThat(command.out()).contains("told to resume all of link eu", "told to pause t-0 of link eu");
    }

    private static String moved(String kind) {
        return "{\"events\":[{\"time\":\"2026-01-01T00:00:00Z\",\"link\":\"eu\",\"kind\":\"" + kind
                + "\",\"topic\":\"t\",\"partition\":0,\"firstOffset\":3,\"nextOffset\":7,\"text\":\"from 7 to 3\"}]}";
    }

    @Test
    void shouldPlanHowManyOffsetsAMoveRepeatsOrPassesOver() {
        command.run("seek", "eu", "--partition", "t-0", "--to-offset", "3", "--admin", address());
        command.run("seek", "eu", "--partition", "t-0", "--to-offset", "9", "--admin", address());
        command.run("seek", "eu", "--to-earliest", "--admin", address());
        command.run("skip", "eu", "--partition", "t-0", "--records", "1", "--admin", address());

        assertThat(command.out().lines().filter(line -> line.startsWith("would")))
                .containsExactly(
                        "would move t-0 of link eu from 7 to 3: up to 4 offsets would be copied again",
                        "would move t-0 of link eu from 7 to 9: 2 offsets would not be copied",
                        "would move t-0 of link eu from 7 to the log's beginning",
                        "would move other-1 of link eu to the log's beginning",
                        "would move t-0 of link eu if it were halted, but it is RUNNING");
        assertThat(asked).noneMatch(request -> request.startsWith("POST"));
    }

    @Test
    void shouldMoveAPartitionAndTellHowItWent() throws IOException {
        String[] seek = {
            "seek",
            "eu",
            "--partition",
            "t-0",
            "--to-datetime",
            "2026-01-31T12:00:00+01:00",
            "--admin",
            address(),
            "--execute",
            "--token-file",
            command.write("token", "secret\n")
        };
        answers.put("/api/v1/links/eu/partitions/t-0:seek", "{}");
        answers.put("/api/v1/events", "{\"events\":[]}");
        afterOrder.put("/api/v1/events", moved("MOVED"));

        assertThat(command.run(seek)).isZero();
        answers.put("/api/v1/events", "{\"events\":[]}");
        afterOrder.put("/api/v1/events", moved("MOVE_REFUSED"));
        assertThat(command.run(seek)).isEqualTo(ExitStatus.FAILURE);

        assertThat(asked)
                .contains(
                        "POST /api/v1/links/eu/partitions/t-0:seek?to=2026-01-31T12%3A00%3A00%2B01%3A00 Bearer secret");
        assertThat(command.out()).contains("t-0: from 7 to 3");
        assertThat(command.run("seek", "eu", "--admin", address(), "--to-latest", "--to-earliest"))
                .isEqualTo(ExitStatus.USAGE);
        assertThat(command.run("skip", "eu", "--admin", address())).isEqualTo(ExitStatus.USAGE);
    }

    @Test
    void shouldSayWhatIsWrong() {
        assertThat(command.run("pause", "eu", "--admin", address(), "--execute"))
                .isEqualTo(ExitStatus.USAGE);
        assertThat(command.run("pause", "nobody", "--admin", address())).isEqualTo(ExitStatus.FAILURE);
        assertThat(command.run("pause", "eu", "--admin", address(), "--partition", "t-9"))
                .isEqualTo(ExitStatus.FAILURE);
        assertThat(command.run("status", "--admin", "nowhere")).isEqualTo(ExitStatus.FAILURE);
        server.stop(0);
        assertThat(command.run("status", "--admin", address())).isEqualTo(ExitStatus.FAILURE);

        assertThat(command.err().lines()).hasSize(5);
        assertThat(command.err())
                .contains("--token-file is missing", "there is no link", "t-9", "not host:port", "admin.listen");
    }
}
