package io.tain.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ServerSocketFactory;

/** Takes one connection and says that two gigabytes follow, which is more than a test's heap. */
final class EndlessBroker implements AutoCloseable {
    private static final long LIMIT_SECONDS = 60;

    private final ServerSocket listener;
    private final CompletableFuture<Integer> rest;

    /** @param factory of clear text, or of TLS */
    EndlessBroker(ServerSocketFactory factory) throws IOException {
        listener = factory.createServerSocket(0, 1, InetAddress.getLoopbackAddress());
        rest = CompletableFuture.supplyAsync(this::claimTooMuch);
    }

    String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    boolean isLeft() {
        return rest.isDone();
    }

    void assertLeft() throws Exception {
        assertThat(rest.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(-1);
    }

    /** Returns what comes after the first request: -1 if the client has closed the connection. */
    private int claimTooMuch() {
        try (Socket socket = listener.accept()) {
            new DataOutputStream(socket.getOutputStream()).writeInt(Integer.MAX_VALUE);
            int next = 0;
            while (next >= 0) {
                next = socket.getInputStream().read();
            }
            return next;
        } catch (IOException e) {
            return -1; // closed with bytes of the request unread, which is a reset
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
