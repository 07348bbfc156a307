package io.tain.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.fault.SettingsFile;
import io.tain.e2e.fault.TainProcess;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are too large, too slow or too many, before the admin server of a mirror in a process of its own. */
final class AdminLimitsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern ADDRESS = Pattern.compile("admin server: http://127\\.0\\.0\\.1:(\\d+)");
    private static final String LIVEZ = "GET /livez HTTP/1.1\r\nHost: localhost\r\n";
    private static final int LARGEST_HEAD = 16_384;
    private static final int MOST_HEADERS = 100;
    private static final int MOST_CONNECTIONS = 64;
    private static final int MORE_CONNECTIONS = 100;
    private static final int SHORT_MS = 300;

    @TempDir
    private static Path directory;

    private static ClusterPair clusters;
    private static TainProcess mirror;
    private static int port;

    @BeforeAll
    static void start() {
        clusters = ClusterPair.start();
        mirror = TainProcess.run(SettingsFile.link(clusters.source(), clusters.target(), "limits", "none")
                .set("admin.listen", "127.0.0.1:0")
                .write(directory, "link.properties"));
        Await.until("it listens", PATIENCE, () -> ADDRESS.matcher(mirror.err()).find());
        Matcher address = ADDRESS.matcher(mirror.err());
        assertThat(address.find()).isTrue();
        port = Integer.parseInt(address.group(1));
    }

    @AfterAll
    static void close() {
        mirror.close();
        clusters.close();
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    /** What comes until the server closes the connection; empty also if it resets it. */
    private static String answer(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (SocketException e) {
            return "";
        }
    }

    private static String ask(String head) throws IOException {
        try (Socket socket = connect()) {
            write(socket, head + "Connection: close\r\n\r\n");
            return answer(socket);
        }
    }

    @Test
    void shouldNotReadLargerOrMoreHeaders() throws IOException {
        String half = "X: " + "x".repeat(LARGEST_HEAD / 2) + "\r\n";
        String many = IntStream.range(0, 2 * MOST_HEADERS)
                .mapToObj(i -> "X-" + i + ": x\r\n")
                .collect(Collectors.joining());

        assertThat(ask(LIVEZ + half)).startsWith("HTTP/1.1 200");
        assertThat(ask(LIVEZ + half + half)).doesNotContain("200 OK");
        assertThat(ask(LIVEZ + many)).doesNotContain("200 OK");
        assertThat(ask(LIVEZ)).startsWith("HTTP/1.1 200");
    }

    @Test
    void shouldNotWaitForASlowRequest() throws IOException {
        try (Socket slow = connect()) {
            write(slow, LIVEZ + "X: never ends");

            assertThat(ask(LIVEZ)).as("others do not wait meanwhile").startsWith("HTTP/1.1 200");
            assertThat(answer(slow)).as("is cut off").doesNotContain("200 OK");
        }
    }

    @Test
    void shouldNotKeepMoreConnections() throws IOException {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < MORE_CONNECTIONS; i++) {
                idle.add(connect());
            }
            Await.until("those above the limit are closed", PATIENCE, () -> open(idle) <= MOST_CONNECTIONS);
            assertThat(open(idle)).as("the others are kept").isPositive();
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
        Await.until("it answers again", PATIENCE, () -> ask(LIVEZ).startsWith("HTTP/1.1 200"));
        assertThat(mirror.isAlive()).isTrue();
    }

    /** How many of these the server has not closed. */
    private static int open(List<Socket> sockets) throws IOException {
        int open = 0;
        for (Socket socket : sockets) {
            socket.setSoTimeout(open == 0 ? SHORT_MS : 1);
            try {
                open += socket.getInputStream().read() >= 0 ? 1 : 0;
            } catch (SocketTimeoutException e) {
                open++;
            } catch (SocketException e) {
                // reset
            }
        }
        return open;
    }
}
