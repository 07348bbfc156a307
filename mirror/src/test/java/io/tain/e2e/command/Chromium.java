package io.tain.e2e.command;

import io.tain.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** A headless Chromium with one page, driven by its DevTools protocol, which needs no library. */
final class Chromium implements AutoCloseable, WebSocket.Listener {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern LISTENING = Pattern.compile("ws://127\\.0\\.0\\.1:(\\d+)/");
    private static final Pattern TARGET = Pattern.compile("\"webSocketDebuggerUrl\": *\"(ws:[^\"]*/page/[^\"]*)\"");

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Map<String, Object>>> asked = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final StringBuilder part = new StringBuilder();

    Chromium() throws IOException {
        profile = Files.createTempDirectory("chromium");
        Path log = profile.resolve("log");
        process = new ProcessBuilder(
                        "chromium",
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile.resolve("data"),
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Await.until(
                "chromium listens",
                PATIENCE,
                () -> LISTENING.matcher(Files.readString(log)).find());
        Matcher port = LISTENING.matcher(Files.readString(log));
        port.find();
        HttpClient client = HttpClient.newHttpClient();
        List<String> pages = new ArrayList<>();
        Await.until("chromium has a page", PATIENCE, () -> {
            String targets = client.send(
                            java.net.http.HttpRequest.newBuilder(
                                            URI.create("http://127.0.0.1:" + port.group(1) + "/json/list"))
                                    .build(),
                            java.net.http.HttpResponse.BodyHandlers.ofString())
                    .body();
            Matcher page = TARGET.matcher(targets);
            return page.find() && pages.add(page.group(1));
        });
        socket = client.newWebSocketBuilder()
                .buildAsync(URI.create(pages.get(0)), this)
                .join();
        call("Runtime.enable", "{}");
        call("Log.enable", "{}");
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
        part.append(text);
        if (last) {
            String whole = part.toString();
            part.setLength(0);
            Map<String, Object> message = new Yaml().load(whole);
            CompletableFuture<Map<String, Object>> waiting = asked.remove((Integer) message.getOrDefault("id", -1));
            if (waiting != null) {
                waiting.complete(message);
            } else if (whole.contains("\"level\":\"error\"") || whole.contains("exceptionThrown")) {
                complaints.add(whole);
            }
        }
        from.request(1);
        return null;
    }

    private Map<String, Object> call(String method, String parameters) {
        int id = ids.incrementAndGet();
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        asked.put(id, answer);
        socket.sendText("{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + parameters + "}", true)
                .join();
        return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** Keys that a page is used with. */
    enum Stroke {
        TAB("Tab", 9, ""),
        ENTER("Enter", 13, "\\r"),
        DOWN("ArrowDown", 40, "");

        private final String name;
        private final int code;
        private final String text;

        Stroke(String name, int code, String text) {
            this.name = name;
            this.code = code;
            this.text = text;
        }
    }

    /** Opens a page, and forgets what was wrong with the last. */
    void open(String uri) {
        call("Page.navigate", "{\"url\":\"about:blank\"}");
        complaints.clear();
        call("Page.navigate", "{\"url\":\"" + uri + "\"}");
        call("Emulation.setFocusEmulationEnabled", "{\"enabled\":true}");
    }

    /** The value of an expression in the page, as text. */
    String evaluate(String expression) {
        return run("String(" + expression + ")");
    }

    /** Runs a script in the page; returns its last value, which is waited for where it is a promise. */
    String run(String script) {
        String escaped = script.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\r", "\\r")
                .replace("\n", "\\n")
                .replace("\t", "\\t");
        Map<String, Object> answer =
                call("Runtime.evaluate", "{\"awaitPromise\":true,\"expression\":\"" + escaped + "\"}");
        Map<?, ?> result = (Map<?, ?>) answer.get("result");
        if (result == null || result.containsKey("exceptionDetails")) {
            throw new IllegalStateException("the script failed: " + answer);
        }
        return String.valueOf(((Map<?, ?>) result.get("result")).get("value"));
    }

    /** Presses a key, and lets go of it. */
    void press(Stroke key) {
        for (String type : List.of("keyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    "{\"type\":\"" + type + "\",\"key\":\"" + key.name + "\",\"code\":\"" + key.name
                            + "\",\"windowsVirtualKeyCode\":" + key.code + ",\"text\":\"" + key.text + "\"}");
        }
    }

    /** Types into what has the focus. */
    void type(String text) {
        call("Input.insertText", "{\"text\":\"" + text + "\"}");
    }

    /** What is wrong for those who see or move otherwise, by axe-core's rules. */
    String barriers() throws IOException {
        String axe = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";
        try (InputStream script = Chromium.class.getResourceAsStream(axe)) {
            run(new String(script.readAllBytes(), StandardCharsets.UTF_8) + "\n;1");
        }
        return run("axe.run().then(result => result.violations.map(violation => violation.id + ': '"
                + " + violation.help + ' ' + violation.nodes.map(node => node.html).join(' ')).join(', '))");
    }

    /** Memory of the page's process that is not shared with others, in bytes. */
    long privateBytes() {
        return process.descendants()
                .filter(Chromium::isRenderer)
                .mapToLong(Chromium::privateBytes)
                .max()
                .orElseThrow();
    }

    private static boolean isRenderer(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
                    .contains("--type=renderer");
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    private static long privateBytes(ProcessHandle process) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/smaps_rollup"))) {
            return lines.filter(line -> line.startsWith("Private_"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .sum();
        } catch (IOException e) {
            return 0; // it has ended
        }
    }

    void await(String what, String condition) {
        try {
            Await.until(what, PATIENCE, () -> evaluate(condition).equals("true"));
        } catch (AssertionError e) {
            throw new AssertionError(
                    e.getMessage() + "\n" + evaluate("document.body.innerText") + "\n" + complaints, e);
        }
    }

    /** Waits until the page shows the text somewhere. */
    void awaitText(String text) {
        await(
                "the page says " + text,
                "document.body.innerText.includes('"
                        + text.replace("\\", "\\\\").replace("'", "\\'") + "')");
    }

    void resize(int width, int height, String colors) {
        call(
                "Emulation.setDeviceMetricsOverride",
                "{\"width\":" + width + ",\"height\":" + height + ",\"deviceScaleFactor\":1,\"mobile\":false}");
        call(
                "Emulation.setEmulatedMedia",
                "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + colors + "\"}]}");
    }

    void screenshot(Path file) throws IOException {
        Map<String, Object> answer = call("Page.captureScreenshot", "{\"format\":\"png\"}");
        Map<?, ?> result = (Map<?, ?>) answer.get("result");
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode((String) result.get("data")));
    }

    /** Errors of scripts, of requests, and against the content security policy. */
    List<String> complaints() {
        return complaints;
    }

    @Override
    public void close() throws IOException {
        // Some of its processes end after the first one, and write to the profile until then.
        List<ProcessHandle> all = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
        process.destroy();
        for (ProcessHandle one : all) {
            one.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        }
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }
}
