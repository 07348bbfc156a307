package io.tain.demo;

import io.tain.testkit.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * The properties file that tells the mirror what to do.
 *
 * @param path where it is
 * @param lines what stands in it
 * @param token the file with what an order through the admin server takes
 */
record LinkFile(Path path, List<String> lines, Path token) {
    static final String GROUP = "tain-demo";

    static LinkFile write(Path directory, Cluster source, Cluster target) throws IOException {
        Path token =
                Files.writeString(directory.resolve("token"), UUID.randomUUID().toString());
        List<String> lines = List.of(
                "source.bootstrap.servers=" + source.bootstrapServers(),
                "target.bootstrap.servers=" + target.bootstrapServers(),
                "group.id=" + GROUP,
                "topics.include=*",
                "admin.token.file=" + token);
        Path file = directory.resolve("demo.properties");
        Files.write(file, lines);
        return new LinkFile(file, lines, token);
    }
}
