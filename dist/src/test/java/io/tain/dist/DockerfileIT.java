package io.tain.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Follows the Dockerfile with a shell in the place of Docker: the files it adds exist, and its commands do what they should. */
class DockerfileIT {
    private static final Path DOCKERFILE = Path.of("../deploy/docker/Dockerfile");

    @TempDir
    private Path root;

    private Map<String, List<String>> instructions() throws Exception {
        return Files.readAllLines(DOCKERFILE).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split(" ", 2))
                .collect(Collectors.groupingBy(
                        words -> words[0], Collectors.mapping(words -> words[1], Collectors.toList())));
    }

    @Test
    void shouldMakeAnImageWithAnArchiveOfClassesThatRunsAsNobody() throws Exception {
        Map<String, List<String>> image = instructions();
        String version = image.get("ARG").get(0).replace("VERSION=", "");
        assertThat(image.get("ADD").get(0).replace("${VERSION}", version))
                .isEqualTo(Shell.made(".tar.gz").getFileName() + " /opt/");
        assertThat(image.get("USER")).containsExactly("10001:10001");
        assertThat(image.get("ENTRYPOINT")).containsExactly("[\"/opt/tain/bin/tain\"]");

        // /opt is elsewhere here.
        Files.createDirectories(root.resolve("opt"));
        Shell.run(root, "tar", "xzf", Shell.made(".tar.gz").toString(), "-C", root + "/opt");
        String command = image.get("RUN")
                .get(0)
                .replace("${VERSION}", version)
                .replace("/opt/", root + "/opt/")
                .replace("ln -s tain", "ln -s " + root + "/opt/tain");
        String cache = image.get("ENV").get(0).replace("TAIN_CACHE=", root.toString());
        Shell.run(Map.of("TAIN_CACHE", cache), root, "sh", "-c", command);

        File[] archives = new File(cache).listFiles((folder, name) -> name.endsWith(".jsa"));
        assertThat(archives).hasSize(1);
        assertThat(archives[0].length()).isPositive();
        assertThat(Shell.run(root, root + "/opt/tain/bin/tain", "version")).startsWith("tain ");
    }
}
