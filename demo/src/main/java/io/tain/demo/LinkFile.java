package io.tain.demo;

import io.tain.testkit.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The properties file that tells the mirror what to do.
 *
 * @param path where it is
 * @param lines what stands in it
 */
record LinkFile(Path path, List<String> lines) {
    static final String GROUP = "tain-demo";

    static LinkFile write(Path directory, Cluster source, Cluster target) throws IOException {
        List<String> lines = List.of(
                "source.bootstrap.servers=" + source.bootstrapServers(),
                "target.bootstrap.servers=" + target.bootstrapServers(),
                "group.id=" + GROUP,
                "topics.include=*");
        Path file = directory.resolve("demo.properties");
        Files.write(file, lines);
        return new LinkFile(file, lines);
    }
}
