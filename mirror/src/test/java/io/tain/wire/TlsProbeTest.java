package io.tain.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TlsProbeTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final byte[] ALERT = {0x15, 3, 3, 0, 2, 2, 80};

    /** Looks at a listener that answers what comes in first; tells how many bytes that were. */
    private static int look(byte[] answer, Map<String, Object> settings, boolean speaksTls) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Integer> asked = CompletableFuture.supplyAsync(() -> {
                try (Socket client = listener.accept()) {
                    int length = client.getInputStream().read(new byte[100]);
                    client.getOutputStream().write(answer);
                    return length;
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            InetSocketAddress address = (InetSocketAddress) listener.getLocalSocketAddress();
            settings.put("bootstrap.servers", "127.0.0.1:" + address.getPort());

            Optional<InetSocketAddress> found = TlsProbe.look(settings, LIMIT);

            assertThat(found).isEqualTo(speaksTls ? Optional.of(address) : Optional.empty());
            return asked.join();
        }
    }

    @Test
    void shouldTellTlsByItsAlertAndAskInOnePiece() throws IOException {
        assertThat(look(ALERT, new HashMap<>(), true)).isEqualTo(14);
    }

    @Test
    void shouldTakeAnyOtherAnswerForABrokers() throws IOException {
        assertThat(look(new byte[] {0, 0, 0, 20, 0, 0, 0, 0}, new HashMap<>(), false))
                .isEqualTo(14);
    }
}
