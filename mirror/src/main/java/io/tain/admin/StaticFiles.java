package io.tain.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/** The files of the dashboard: these and no others, from the jars. */
final class StaticFiles {
    private static final String PAGE = "/io/tain/admin/page/";
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

    /** Resources by path. */
    private static final Map<String, String> ALL = Map.ofEntries(
            Map.entry("/", PAGE + "index.html"),
            Map.entry("/style.css", PAGE + "style.css"),
            Map.entry("/icon.svg", PAGE + "icon.svg"),
            Map.entry("/app.js", PAGE + "app.js"),
            Map.entry("/format.js", PAGE + "format.js"),
            Map.entry("/links.js", PAGE + "links.js"),
            Map.entry("/orders.js", PAGE + "orders.js"),
            Map.entry("/plot.js", PAGE + "plot.js"),
            Map.entry("/topics.js", PAGE + "topics.js"),
            Map.entry("/uplot.js", UPLOT + "uPlot.esm.js"),
            Map.entry("/uplot.css", UPLOT + "uPlot.min.css"));

    private static final Map<String, String> CONTENT_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private StaticFiles() {}

    static Optional<Answer> answer(String path) {
        return Optional.ofNullable(ALL.get(path)).map(resource -> {
            String extension = resource.substring(resource.lastIndexOf('.') + 1);
            return new Answer(200, CONTENT_TYPES.get(extension), read(resource));
        });
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
