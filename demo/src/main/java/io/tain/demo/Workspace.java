package io.tain.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder for what the demo writes beside its clusters: the link's file and the log.
 *
 * @param directory the folder
 */
record Workspace(Path directory) {
    private static final String LOG_PROPERTY = "tain.demo.log";
    private static final String LOG_CONFIGURATION = "log4j2.configurationFile";

    /** Makes a folder, and has the log go there unless the user has chosen a log configuration. */
    static Workspace create() throws IOException {
        Workspace workspace = new Workspace(Files.createTempDirectory("tain-demo-"));
        System.setProperty(LOG_PROPERTY, workspace.log().toString());
        if (System.getProperty(LOG_CONFIGURATION) == null) {
            System.setProperty(LOG_CONFIGURATION, "log4j2-demo.xml");
        }
        return workspace;
    }

    Path log() {
        return directory.resolve("demo.log");
    }

    void delete() throws IOException {
        List<Path> files;
        try (Stream<Path> list = Files.list(directory)) {
            files = list.toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(directory);
    }
}
