package io.tain.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Asks the admin server of a running mirror; mixed into the commands that do. */
@SuppressWarnings("UnusedVariable") // picocli writes the field
final class AdminClient {
    private static final Pattern ADDRESS = Pattern.compile("(?:http://)?([^/\\s]+:\\d{1,5})/?");
    private static final int TIMEOUT_MS = 10_000;
    private static final int LARGEST_ANSWER = 256 << 20;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8181",
            description = "The mirror's admin server (admin.listen); default: ${DEFAULT-VALUE}.")
    private String address = "";

    /** The mirror can't be asked, or refuses; the message says why and what to do. */
    static final class AdminFailure extends Exception {
        private static final long serialVersionUID = 1L;

        AdminFailure(String message) {
            super(message);
        }
    }

    /** The text that is at a path. */
    String get(String path) throws AdminFailure {
        return ask("GET", path, Optional.empty());
    }

    /** The list that the object at a path has under a name. */
    List<Map<String, Object>> list(String path, String name) throws AdminFailure {
        return list(path, get(path), name);
    }

    /** The list that an answer has under a name. */
    List<Map<String, Object>> list(String path, String answer, String name) throws AdminFailure {
        try {
            return objects(object(JsonReader.read(answer)).get(name));
        } catch (IllegalArgumentException | ClassCastException | NullPointerException e) {
            throw new AdminFailure(
                    address + " answers " + path + " with something else than Tain does: " + e.getMessage());
        }
    }

    void post(String path, String token) throws AdminFailure {
        ask("POST", path, Optional.of(token));
    }

    private String ask(String method, String path, Optional<String> token) throws AdminFailure {
        var matcher = ADDRESS.matcher(address);
        if (!matcher.matches()) {
            throw new AdminFailure("--admin " + address + " is not host:port");
        }
        try {
            HttpURLConnection connection = (HttpURLConnection)
                    URI.create("http://" + matcher.group(1) + path).toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MS);
            connection.setReadTimeout(TIMEOUT_MS);
            connection.setInstanceFollowRedirects(false);
            connection.setRequestMethod(method);
            token.ifPresent(secret -> connection.setRequestProperty("Authorization", "Bearer " + secret));
            int status = connection.getResponseCode();
            String body = text(status >= 400 ? connection.getErrorStream() : connection.getInputStream());
            if (status >= 400) {
                throw new AdminFailure(matcher.group(1) + " refuses: " + reason(status, body));
            }
            return body;
        } catch (IOException | IllegalArgumentException e) {
            throw new AdminFailure("no answer from " + address + ": " + e.getMessage()
                    + "; is a mirror running there, and does its admin.listen say so?");
        }
    }

    private static String text(InputStream in) throws IOException {
        if (in == null) {
            return "";
        }
        try (in) {
            return new String(in.readNBytes(LARGEST_ANSWER), StandardCharsets.UTF_8);
        }
    }

    private static String reason(int status, String body) {
        try {
            return String.valueOf(object(JsonReader.read(body)).get("error"));
        } catch (IllegalArgumentException | ClassCastException e) {
            return "HTTP status " + status;
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> objects(Object value) {
        return List.copyOf((List<Map<String, Object>>) value);
    }
}
