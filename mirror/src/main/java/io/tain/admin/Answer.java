package io.tain.admin;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What is sent back. Immutable, as far as nobody writes to the body. */
final class Answer {
    private final int status;
    private final String contentType;
    private final byte[] body;

    /** @param body becomes the answer's */
    Answer(int status, String contentType, byte[] body) {
        this.status = status;
        this.contentType = contentType;
        this.body = body;
    }

    static Answer text(int status, String text) {
        return new Answer(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    static Answer json(int status, Object value) {
        return new Answer(status, "application/json", Json.write(value).getBytes(StandardCharsets.UTF_8));
    }

    static Answer error(int status, String what) {
        return json(status, Map.of("error", what));
    }

    int status() {
        return status;
    }

    String contentType() {
        return contentType;
    }

    byte[] body() {
        return body;
    }
}
