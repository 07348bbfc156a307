package io.tain.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tain.config.AdminConfig;
import io.tain.link.MirrorView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin server of a process. Its threads only read snapshots and post orders, so that nothing a client does, or leaves
 * undone, holds up the mirror; how many there are, and how long and how large requests and answers may be, is limited.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int THREADS = 12;
    private static final int BACKLOG = 32;
    private static final long IDLE_SECONDS = 30;

    /**
     * Limits of the JDK's server, which it reads once. Larger or slower requests are cut off. With nodelay an answer does not wait
     * for the acknowledgement of its head.
     */
    private static final Map<String, String> LIMITS = Map.of(
            "sun.net.httpserver.nodelay", "true",
            "sun.net.httpserver.maxReqTime", "10",
            "sun.net.httpserver.maxRspTime", "120",
            "sun.net.httpserver.maxReqHeaders", "100",
            "sun.net.httpserver.maxReqHeaderSize", "16384",
            "jdk.httpserver.maxConnections", "64");

    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
                    + "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Cache-Control",
            "no-store");

    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final AdminApi api;
    private final EventStream stream;
    private final Gate gate;

    private AdminServer(HttpServer server, MirrorView mirror, AdminConfig config, ServerInfo info) {
        this.server = server;
        this.gate = new Gate(config.listen().orElseThrow().getHostString(), config.hosts());
        this.api = new AdminApi(mirror, config, info);
        this.stream = new EventStream(mirror);
        AtomicInteger made = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "tain-admin-" + made.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Starts it where {@code config} says, which has to say so.
     *
     * @throws IOException if it can't listen there; the message says where and why
     */
    public static AdminServer start(AdminConfig config, MirrorView mirror, ServerInfo info) throws IOException {
        LIMITS.forEach((key, value) -> {
            if (System.getProperty(key) == null) {
                System.setProperty(key, value);
            }
        });
        InetSocketAddress wanted = config.listen().orElseThrow();
        InetSocketAddress address;
        HttpServer server;
        try {
            // Of a name with several addresses, the one that the system prefers.
            address = new InetSocketAddress(InetAddress.getAllByName(wanted.getHostString())[0], wanted.getPort());
            server = HttpServer.create(address, BACKLOG);
        } catch (IOException e) {
            throw new IOException(wanted.getHostString() + ":" + wanted.getPort() + ": " + e.getMessage(), e);
        }
        AdminServer admin = new AdminServer(server, mirror, config, info);
        server.setExecutor(admin.threads);
        server.createContext("/", admin::handle);
        server.start();
        LOG.info("admin server: http://{}:{}", wanted.getHostString(), admin.port());
        if (!address.getAddress().isLoopbackAddress()) {
            LOG.warn(
                    "the admin server listens beyond this machine: who reaches {} can read the mirror's status",
                    wanted);
        }
        return admin;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        stream.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            HEADERS.forEach(exchange.getResponseHeaders()::set);
            Headers headers = exchange.getRequestHeaders();
            Optional<String> refusal = gate.refusal(header(headers, "Host"), header(headers, "Origin"));
            String path = exchange.getRequestURI().getPath();
            if (refusal.isPresent()) {
                send(exchange, Answer.error(421, refusal.get()));
            } else if (hasBody(headers)) {
                exchange.getResponseHeaders().set("Connection", "close");
                send(exchange, Answer.error(413, "send no body"));
            } else if (path.equals(AdminApi.STREAM)
                    && exchange.getRequestMethod().equals("GET")) {
                stream.serve(exchange);
            } else {
                send(exchange, answer(exchange, path, headers));
            }
        } catch (RuntimeException e) {
            LOG.warn("admin server: {} failed", exchange.getRequestURI(), e);
        }
    }

    private Answer answer(HttpExchange exchange, String path, Headers headers) {
        String query = exchange.getRequestURI().getRawQuery();
        try {
            return api.answer(new Request(
                    exchange.getRequestMethod(),
                    path,
                    query == null ? "" : query,
                    header(headers, "Authorization"),
                    String.valueOf(exchange.getRemoteAddress())));
        } catch (RuntimeException e) {
            LOG.warn("admin server: {} failed", path, e);
            return Answer.error(500, "failed; the log tells why");
        }
    }

    private static Optional<String> header(Headers headers, String name) {
        return Optional.ofNullable(headers.getFirst(name));
    }

    /** Nothing here takes one, so that none has to be read. */
    private static boolean hasBody(Headers headers) {
        String length = headers.getFirst("Content-Length");
        return headers.containsKey("Transfer-Encoding")
                || (length != null && !length.strip().equals("0"));
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", answer.contentType());
        exchange.sendResponseHeaders(answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
        exchange.getResponseBody().write(answer.body());
    }
}
