package io.tain.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FaultProxyTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    private ServerSocket echo;
    private Thread acceptor;
    private FaultProxy proxy;

    @BeforeEach
    void startEcho() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        acceptor = new Thread(this::serve, "echo");
        acceptor.setDaemon(true);
        acceptor.start();
        proxy = FaultProxy.before(echo.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        echo.close();
    }

    @Test
    void shouldPassManyBytesUnchangedAndEndWithTheConnection() throws Exception {
        byte[] sent = new byte[5_000_000];
        new Random(1).nextBytes(sent);
        try (Socket socket = connect()) {
            Thread writer = new Thread(() -> write(socket, sent));
            writer.start();
            byte[] received = socket.getInputStream().readAllBytes();
            writer.join();

            assertThat(Arrays.equals(received, sent)).isTrue();
        }
        assertThat(proxy.bytes(Direction.TO_BROKER)).isEqualTo(sent.length);
        assertThat(proxy.bytes(Direction.TO_CLIENT)).isEqualTo(sent.length);
        Await.until("the connection is forgotten", Duration.ofSeconds(5), () -> proxy.connections() == 0);
    }

    @Test
    void shouldDelayEachWay() throws Exception {
        proxy.latency(Duration.ofMillis(100));
        try (Socket socket = connect()) {
            long millis = roundTripMillis(socket);

            assertThat(millis).isBetween(200L, 1_500L);
            proxy.heal();
            roundTripMillis(socket);
            assertThat(roundTripMillis(socket)).isLessThan(100);
        }
    }

    @Test
    void shouldNotLowerTheThroughputByLatency() throws Exception {
        proxy.latency(Direction.TO_BROKER, Duration.ofMillis(100));
        try (Socket socket = connect()) {
            long start = System.nanoTime();
            Thread writer = new Thread(() -> write(socket, new byte[4_000_000]));
            writer.start();
            socket.getInputStream().readAllBytes();
            writer.join();

            assertThat(System.nanoTime() - start)
                    .isLessThan(Duration.ofSeconds(3).toNanos());
        }
    }

    @Test
    void shouldLimitTheBandwidth() throws Exception {
        proxy.bandwidth(1_000_000);
        try (Socket socket = connect()) {
            long start = System.nanoTime();
            Thread writer = new Thread(() -> write(socket, new byte[1_000_000]));
            writer.start();
            socket.getInputStream().readAllBytes();
            writer.join();

            long millis = (System.nanoTime() - start) / 1_000_000;
            assertThat(millis).isBetween(800L, 3_000L);
        }
    }

    @Test
    void shouldSwallowBothWaysAndResetTheConnectionWhenHealed() throws Exception {
        try (Socket socket = connect()) {
            roundTripMillis(socket);
            proxy.blackHole();

            assertThatThrownBy(() -> roundTripMillis(socket)).isInstanceOf(SocketTimeoutException.class);
            proxy.heal();
            assertThatThrownBy(() -> roundTripMillis(socket)).isInstanceOf(SocketException.class);
        }
        try (Socket socket = connect()) {
            roundTripMillis(socket);
        }
    }

    @Test
    void shouldSwallowOnlyTheAnswers() throws Exception {
        proxy.blackHole(Direction.TO_CLIENT);
        try (Socket socket = connect()) {
            assertThatThrownBy(() -> roundTripMillis(socket)).isInstanceOf(SocketTimeoutException.class);

            assertThat(proxy.bytes(Direction.TO_BROKER)).isEqualTo(1);
            assertThat(proxy.bytes(Direction.TO_CLIENT)).isZero();
        }
    }

    @Test
    void shouldDamageAsManyLargeChunksAsTold() throws Exception {
        proxy.damage(Direction.TO_BROKER, 1);
        try (Socket socket = connect()) {
            Thread writer = new Thread(() -> write(socket, new byte[4_000_000]));
            writer.start();
            byte[] answer = socket.getInputStream().readAllBytes();
            writer.join();

            assertThat(answer).hasSize(4_000_000);
            assertThat(IntStream.range(0, answer.length).filter(i -> answer[i] != 0))
                    .hasSize(1);
        }
    }

    @Test
    void shouldDeliverHeldBytesAfterHealing() throws Exception {
        try (Socket socket = connect()) {
            proxy.hold();
            assertThatThrownBy(() -> roundTripMillis(socket)).isInstanceOf(SocketTimeoutException.class);

            proxy.heal();

            assertThat(socket.getInputStream().read()).isEqualTo(7);
            roundTripMillis(socket);
        }
    }

    @Test
    void shouldResetStandingConnections() throws Exception {
        try (Socket socket = connect()) {
            roundTripMillis(socket);

            proxy.reset();

            assertThatThrownBy(() -> roundTripMillis(socket)).isInstanceOf(SocketException.class);
            assertThat(proxy.connections()).isZero();
        }
        try (Socket socket = connect()) {
            roundTripMillis(socket);
        }
    }

    @Test
    void shouldRefuseNewConnectionsUntilHealed() throws Exception {
        try (Socket standing = connect()) {
            roundTripMillis(standing);

            proxy.refuse();

            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            roundTripMillis(standing);
            proxy.heal();
            try (Socket socket = connect()) {
                roundTripMillis(socket);
            }
        }
    }

    @Test
    void shouldResetTheClientWhenTheBrokerIsAway() throws Exception {
        echo.close();
        acceptor.join(); // an accept under way may still take one more

        try (Socket socket = connect()) {
            assertThatThrownBy(() -> roundTripMillis(socket)).isInstanceOf(SocketException.class);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) SHORT.toMillis() * 10);
        return socket;
    }

    private static long roundTripMillis(Socket socket) throws IOException {
        socket.setSoTimeout((int) Duration.ofSeconds(1).toMillis());
        long start = System.nanoTime();
        socket.getOutputStream().write(7);
        int answer = socket.getInputStream().read();
        if (answer < 0) {
            throw new SocketException("ended");
        }
        assertThat(answer).isEqualTo(7);
        return (System.nanoTime() - start) / 1_000_000;
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void serve() {
        while (!echo.isClosed()) {
            try {
                Socket socket = echo.accept();
                Thread thread = new Thread(() -> echo(socket), "echo-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException reset) {
            return;
        }
    }
}
