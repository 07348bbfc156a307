package io.tain.wire;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.ClientDnsLookup;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Asks a listener, in clear text, for the versions it knows, as every client of Kafka does first, and looks whether it is TLS that
 * answers. Kafka's clients take the first four bytes of that answer for a length of 336 MB, and try again until the time is over
 * (KAFKA-4090); this tells what is wrong at once.
 */
public final class TlsProbe {
    /** Of a TLS record that has an alert, and of its version 3.x. */
    private static final int ALERT = 0x15;

    private static final int VERSION = 0x03;

    private TlsProbe() {}

    /**
     * The address of a broker that speaks TLS to a client whose settings say that it should not; empty where all is well, or the
     * first broker that takes a connection does not answer. Blocks for at most twice the limit for each address.
     */
    public static Optional<InetSocketAddress> look(Map<String, Object> settings, Duration limit) {
        String protocol = String.valueOf(settings.get(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG));
        if (protocol.toUpperCase(Locale.ROOT).endsWith("SSL")) {
            return Optional.empty();
        }
        for (InetSocketAddress address : addresses(settings.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG))) {
            try (Socket socket = new Socket()) {
                socket.connect(address, (int) limit.toMillis());
                socket.setSoTimeout((int) limit.toMillis());
                return speaksTls(socket) ? Optional.of(address) : Optional.empty();
            } catch (IOException nobody) {
                // whoever connects next tells of it
            }
        }
        return Optional.empty();
    }

    private static List<InetSocketAddress> addresses(Object servers) {
        try {
            List<String> all = Arrays.asList(String.valueOf(servers).split("\\s*,\\s*"));
            return ClientUtils.parseAndValidateAddresses(all, ClientDnsLookup.USE_ALL_DNS_IPS);
        } catch (ConfigException e) {
            return List.of(); // as above
        }
    }

    private static boolean speaksTls(Socket socket) throws IOException {
        ByteBuffer request = ByteBuffer.allocate(14);
        request.putInt(10); // bytes that follow: the first form of a request's header, without a body
        request.putShort(ApiKeys.API_VERSIONS.id);
        request.putShort((short) 0); // version
        request.putInt(0); // correlation id
        request.putShort((short) -1); // no client id
        // In one piece: four bytes are enough for the other side to give its answer and hang up on the rest.
        socket.getOutputStream().write(request.array());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        return in.readUnsignedByte() == ALERT && in.readUnsignedByte() == VERSION;
    }
}
