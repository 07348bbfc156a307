package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code tain top} before an admin server that is made up, at a terminal that is made up. */
@Timeout(60)
class TopCommandTest {
    private static final int WIDTH = 80;
    private static final int HEIGHT = 10;
    private static final int SIGINT = 2;

    private final List<String> orders = new CopyOnWriteArrayList<>();
    private final AtomicInteger looks = new AtomicInteger();
    private HttpServer server;

    @TempDir
    private Path folder;

    private CommandFixture command;

    /** Presses keys, one for each that is waited for, and keeps what it showed. */
    private static final class FakeScreen implements Screen {
        private final Deque<Integer> keys = new ArrayDeque<>();
        private final List<List<String>> shown = new ArrayList<>();
        private boolean closed;

        FakeScreen(String keys) {
            keys.chars().forEach(this.keys::add);
        }

        @Override
        public int width() {
            return WIDTH;
        }

        @Override
        public int height() {
            return HEIGHT;
        }

        @Override
        public void show(List<String> lines) {
            shown.add(lines);
        }

        @Override
        public OptionalInt key() {
            Integer key = keys.poll();
            return key == null ? OptionalInt.of('q') : key == ' ' ? OptionalInt.empty() : OptionalInt.of(key);
        }

        @Override
        public void close() {
            closed = true;
        }

        String last() {
            return String.join("\n", shown.get(shown.size() - 1));
        }
    }

    @BeforeEach
    void listen() throws IOException {
        command = new CommandFixture(folder);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            if (exchange.getRequestMethod().equals("POST")) {
                orders.add(path);
            }
            String answer = path.endsWith("/partitions") ? partitions() : path.endsWith("/links") ? links() : "{}";
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private String links() {
        int look = looks.incrementAndGet();
        return "{\"links\":[{\"link\":\"eu\",\"partitions\":9,\"lagRecords\":5,\"lagSeconds\":1.5,\"records\":"
                + look * 1_000_000L + ",\"bytesRead\":0,\"bytesWritten\":0,\"bottleneck\":\"target-slow\","
                + "\"states\":{\"RUNNING\":8,\"HALTED\":1}}]}";
    }

    private static String partitions() {
        StringBuilder text = new StringBuilder("{\"partitions\":[");
        for (int i = 0; i < 9; i++) {
            text.append(i == 0 ? "" : ",")
                    .append("{\"topic\":\"a-topic-with-a-name-that-is-quite-long-for-a-screen\"")
                    .append(",\"partition\":")
                    .append(i)
                    .append(",\"state\":\"")
                    .append(i == 7 ? "HALTED" : "RUNNING")
                    .append("\",\"acknowledged\":7,\"lagRecords\":")
                    .append(i)
                    .append(",\"lagSeconds\":null,\"reason\":")
                    .append(i == 7 ? "\"corrupt batch \\u001b[2J and more of it than fits\"" : "null")
                    .append('}');
        }
        return text.append("]}").toString();
    }

    private int top(FakeScreen screen, String... more) {
        command.sitAt(screen);
        List<String> arguments = new ArrayList<>(List.of(
                "top",
                "--interval",
                "0.1",
                "--admin",
                "127.0.0.1:" + server.getAddress().getPort()));
        arguments.addAll(List.of(more));
        return command.run(arguments.toArray(new String[0]));
    }

    @Test
    void shouldFitOnASmallScreenAndShowFirstWhatNeedsSomebody() {
        FakeScreen screen = new FakeScreen("");

        assertThat(top(screen)).isZero();

        List<String> lines = screen.shown.get(0);
        assertThat(lines).hasSize(HEIGHT).allMatch(line -> line.length() <= WIDTH);
        assertThat(lines.get(3)).startsWith("> eu ").contains(" 5 ", " 1.5 ", "target-slow");
        assertThat(lines.get(6))
                .contains("-screen-7 ", "HALTED", "corrupt batch")
                .doesNotContain("\u001b");
        assertThat(lines.get(7)).contains("-screen-8 ", "RUNNING");
        assertThat(screen.closed).isTrue();
    }

    @Test
    void shouldAskBeforeItPauses() throws IOException {
        String token = command.write("token", "secret\n");

        top(new FakeScreen("jpnrn"), "--token-file", token);
        assertThat(orders).isEmpty();

        FakeScreen screen = new FakeScreen("jpyq");
        top(screen, "--token-file", token);

        String partition = "/partitions/a-topic-with-a-name-that-is-quite-long-for-a-screen-7:pause";
        assertThat(orders).containsExactly("/api/v1/links/eu" + partition);
        assertThat(screen.shown.stream().map(lines -> lines.get(1)))
                .anyMatch(line -> line.contains("? y or n"))
                .anyMatch(line -> line.startsWith("told to pause"));

        top(new FakeScreen("kkry"), "--token-file", token);
        assertThat(orders).contains("/api/v1/links/eu:resume");
    }

    @Test
    void shouldTellTheWholeReasonOfWhatIsSelected() {
        FakeScreen screen = new FakeScreen("j ");

        top(screen);

        assertThat(screen.shown.get(screen.shown.size() - 1).get(1)).endsWith("more of it than fits");
    }

    @Test
    void shouldSayWhatPausingTakes() {
        FakeScreen screen = new FakeScreen("p");

        top(screen);

        assertThat(screen.last()).contains("--token-file");
        assertThat(orders).isEmpty();
    }

    @Test
    void shouldScrollToWhatIsSelected() {
        FakeScreen screen = new FakeScreen("jjjjjjjjjjjj");

        top(screen);

        assertThat(screen.last()).contains("-screen-0 ").doesNotContain("HALTED  corrupt");
        assertThat(screen.shown.get(screen.shown.size() - 1).get(HEIGHT - 1)).startsWith("> ");
    }

    @Test
    void shouldTellALineForEachLinkWhereThereIsNoTerminal() throws Exception {
        Thread ctrlC = new Thread(() -> {
            try {
                while (looks.get() < 3) {
                    Thread.onSpinWait();
                }
                command.signal(SIGINT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        ctrlC.start();

        int status = command.run(
                "top",
                "--interval",
                "0.1",
                "--admin",
                "127.0.0.1:" + server.getAddress().getPort());
        ctrlC.join();

        assertThat(status).isEqualTo(ExitStatus.ofSignal(SIGINT));
        List<String> lines = command.out().lines().toList();
        assertThat(lines.get(0))
                .contains(" eu partitions=9 records/s=- ", "lag=5 lag-seconds=1.5 bottleneck=target-slow");
        assertThat(lines.get(1)).containsPattern("records/s=\\d{5,} ");
    }

    @Test
    void shouldSayWhatIsWrong() {
        assertThat(command.run("top", "--interval", "0")).isEqualTo(ExitStatus.USAGE);
        assertThat(command.run("top", "--admin", "127.0.0.1:1")).isEqualTo(ExitStatus.FAILURE);
        assertThat(command.err()).contains("--interval", "no answer");
    }

    @Test
    void shouldHaveARealTerminalToItselfUntilItEnds() throws Exception {
        String top = String.join(
                " ",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp '" + System.getProperty("java.class.path") + "'",
                Tain.class.getName(),
                "top --admin 127.0.0.1:" + server.getAddress().getPort());
        Process terminal = new ProcessBuilder("script", "-qec", top + "; stty -a", "/dev/null")
                .redirectErrorStream(true)
                .start();
        try {
            StringBuilder shown = new StringBuilder();
            int next = terminal.getInputStream().read();
            while (next >= 0 && shown.indexOf("PARTITION ") < 0) {
                shown.append((char) next);
                next = terminal.getInputStream().read();
            }
            terminal.getOutputStream().write('q');
            terminal.getOutputStream().flush();
            shown.append(new String(terminal.getInputStream().readAllBytes(), StandardCharsets.UTF_8));

            assertThat(shown.toString())
                    .contains("\u001b[?1049h", "\u001b[?1049l")
                    .containsPattern("[^-]icanon")
                    .containsPattern("[^-]echo ");
            assertThat(terminal.waitFor()).isZero();
        } finally {
            terminal.destroyForcibly();
        }
    }

    @Test
    void shouldFollowEventsOneLineEach() throws Exception {
        String event = "{\"time\":\"2026-01-01T00:00:0%dZ\",\"link\":\"eu\",\"kind\":\"HALTED\",\"topic\":\"t\","
                + "\"partition\":0,\"firstOffset\":5,\"nextOffset\":6,\"text\":\"why\"}";
        server.removeContext("/");
        server.createContext("/", exchange -> {
            int look = looks.incrementAndGet();
            String all = look == 1 ? String.format(event, 1) : String.format(event + "," + event, 1, 2);
            byte[] body = ("{\"events\":[" + all + "]}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
            if (look == 3) {
                try {
                    command.signal(SIGINT);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });

        int status = command.run(
                "events",
                "--follow",
                "--admin",
                "127.0.0.1:" + server.getAddress().getPort());

        assertThat(status).isEqualTo(ExitStatus.ofSignal(SIGINT));
        assertThat(command.out().lines()).containsExactly("2026-01-01T00:00:02Z  eu  HALTED  t  0  5  6  why");
    }
}
