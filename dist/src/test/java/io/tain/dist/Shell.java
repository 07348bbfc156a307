package io.tain.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Runs commands, with a few variables in the place of this process's, as after a login. */
final class Shell {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final Set<String> KEPT = Set.of("HOME", "JAVA_HOME", "TMPDIR");

    private Shell() {}

    /** A package that the build has made: the one with this ending. */
    static Path made(String ending) throws IOException {
        try (Stream<Path> files = Files.list(TARGET)) {
            List<Path> found =
                    files.filter(file -> file.toString().endsWith(ending)).toList();
            assertThat(found)
                    .as("packages in dist/target that end with " + ending)
                    .hasSize(1);
            return found.get(0);
        }
    }

    /** What the build has laid out, as the tar.gz has it. */
    static Path installed() throws IOException {
        try (Stream<Path> files = Files.list(TARGET)) {
            Path parent = files.filter(file -> file.getFileName().toString().startsWith("tain-"))
                    .filter(Files::isDirectory)
                    .findFirst()
                    .orElseThrow();
            return parent.resolve(parent.getFileName());
        }
    }

    static ProcessBuilder command(Map<String, String> environment, Path folder, List<String> words) {
        ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
        builder.environment().keySet().retainAll(KEPT);
        builder.environment().put("PATH", PATH);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().putAll(environment);
        return builder;
    }

    /** What a command printed, on either stream; fails unless it ends with status 0. */
    static String run(Path folder, String... words) throws IOException, InterruptedException {
        return run(Map.of(), folder, words);
    }

    static String run(Map<String, String> environment, Path folder, String... words)
            throws IOException, InterruptedException {
        Process process = command(environment, folder, List.of(words))
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", words) + ": " + output)
                .isZero();
        return output;
    }
}
