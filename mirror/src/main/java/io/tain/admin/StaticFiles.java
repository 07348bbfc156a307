package io.tain.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/** The page's files: these and no others, from the jars. */
final class StaticFiles {
    private static final String PAGE = "/io/tain/admin/page/";
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String STYLE = "text/css; charset=utf-8";

    /** By path. */
    private static final Map<String, StaticFile> ALL = Map.of(
            "/", new StaticFile(PAGE + "index.html", "text/html; charset=utf-8"),
            "/style.css", new StaticFile(PAGE + "style.css", STYLE),
            "/icon.svg", new StaticFile(PAGE + "icon.svg", "image/svg+xml"),
            "/app.js", new StaticFile(PAGE + "app.js", SCRIPT),
            "/format.js", new StaticFile(PAGE + "format.js", SCRIPT),
            "/links.js", new StaticFile(PAGE + "links.js", SCRIPT),
            "/topics.js", new StaticFile(PAGE + "topics.js", SCRIPT),
            "/uplot.js", new StaticFile(UPLOT + "uPlot.esm.js", SCRIPT),
            "/uplot.css", new StaticFile(UPLOT + "uPlot.min.css", STYLE));

    private StaticFiles() {}

    private record StaticFile(String resource, String contentType) {}

    static Optional<Answer> answer(String path) {
        return Optional.ofNullable(ALL.get(path))
                .map(file -> new Answer(200, file.contentType(), read(file.resource())));
    }

    /** A resource that is part of the product. */
    static byte[] read(String resource) {
        try (InputStream in = StaticFiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not in the jars");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
