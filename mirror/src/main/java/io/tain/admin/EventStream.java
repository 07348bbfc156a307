package io.tain.admin;

import com.sun.net.httpserver.HttpExchange;
import io.tain.link.Event;
import io.tain.link.MirrorView;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Server-sent events: every second a {@code links} message with all links, and an {@code event} message for each new
 * event. Each client has a thread while it listens, and only so many can. A stream ends after a minute, so that none
 * is kept by a client that no longer reads; clients come back by themselves.
 */
final class EventStream {
    static final int MOST_CLIENTS = 8;

    private static final int MESSAGES = 60;
    private static final long PERIOD_MS = 1_000;

    private final MirrorView mirror;
    private final Semaphore clients = new Semaphore(MOST_CLIENTS);
    private final CountDownLatch closed = new CountDownLatch(1);

    EventStream(MirrorView mirror) {
        this.mirror = mirror;
    }

    void close() {
        closed.countDown();
    }

    void serve(HttpExchange exchange) throws IOException {
        if (!clients.tryAcquire()) {
            byte[] body = Answer.error(503, "already streaming to " + MOST_CLIENTS + " clients")
                    .body();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(503, body.length);
            exchange.getResponseBody().write(body);
            return;
        }
        try {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            stream(exchange.getResponseBody());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            return; // the client has gone
        } finally {
            clients.release();
        }
    }

    private void stream(OutputStream out) throws IOException, InterruptedException {
        Set<Event> told = new HashSet<>(mirror.events());
        out.write("retry: 1000\n\n".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < MESSAGES; i++) {
            List<Event> events = mirror.events();
            for (Event event : events) {
                if (!told.contains(event)) {
                    out.write(message("event", StatusJson.event(event)));
                }
            }
            told = new HashSet<>(events);
            out.write(message(
                    "links",
                    Map.of(
                            "links",
                            mirror.status().stream().map(StatusJson::link).toList())));
            out.flush();
            if (closed.await(PERIOD_MS, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    private static byte[] message(String name, Object data) {
        return ("event: " + name + "\ndata: " + Json.write(data) + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}
