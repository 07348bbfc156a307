package io.tain.admin;

import io.tain.config.AdminConfig;
import io.tain.config.AdminToken;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A server of a fake mirror, and a client that keeps to no rules. */
final class AdminFixture implements AutoCloseable {
    static final String TOKEN = "0123456789abcdef0123456789abcdef";

    private final FakeMirror mirror;
    private AdminServer server;

    AdminFixture(FakeMirror mirror) {
        this.mirror = mirror;
        this.server = start(Optional.of(new AdminToken(TOKEN)));
    }

    record Reply(int status, Map<String, String> headers, String body) {}

    private AdminServer start(Optional<AdminToken> token) {
        AdminConfig.Shown shown = new AdminConfig.Shown("group.id", "g", "orders.properties:1");
        AdminConfig config = new AdminConfig(
                Optional.of(InetSocketAddress.createUnresolved("127.0.0.1", 0)),
                Set.of("tain.example"),
                token,
                Map.of("orders", List.of(shown)));
        try {
            return AdminServer.start(config, mirror, new ServerInfo("1", "2", Instant.EPOCH));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With another token, or none. */
    void restart(Optional<AdminToken> token) {
        server.close();
        server = start(token);
    }

    int port() {
        return server.port();
    }

    /** @param headers the header Host alone stands for a request without one */
    Reply ask(String method, String path, String... headers) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nConnection: close\r\n");
            if (List.of(headers).stream().noneMatch(header -> header.startsWith("Host"))) {
                head.append("Host: 127.0.0.1:8181\r\n");
            }
            for (String header : headers) {
                head.append(header.equals("Host") ? "" : header + "\r\n");
            }
            OutputStream out = socket.getOutputStream();
            out.write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
            out.flush();
            String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int end = text.indexOf("\r\n\r\n");
            String[] lines = text.substring(0, end).split("\r\n", -1);
            Map<String, String> found = new LinkedHashMap<>();
            for (int i = 1; i < lines.length; i++) {
                String[] parts = lines[i].split(": ", 2);
                found.put(parts[0].toLowerCase(Locale.ROOT), parts[1]);
            }
            return new Reply(Integer.parseInt(lines[0].split(" ", -1)[1]), found, text.substring(end + 4));
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
