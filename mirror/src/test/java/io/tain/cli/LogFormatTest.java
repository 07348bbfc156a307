package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the command in a process of its own, as the log is configured once for each. */
@Timeout(60)
class LogFormatTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {"--log-format=json run FILE", "run --log-format json FILE", "--log-format json mirror-maker x"})
    void shouldWriteProblemsAsJson(String arguments) throws Exception {
        Path file = Files.writeString(folder.resolve("a \"b\".properties"), "x=1\n");

        List<String> lines = errors(arguments.split(" "), file);

        assertThat(lines)
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line)
                        .matches("\\{\"time\":\"[-0-9]+T[:.0-9]+Z\",\"level\":\"(ERROR|WARN)\",\"thread\":\"main\","
                                + "\"logger\":\"io.tain.cli.Console\",\"message\":\"([^\"\\\\]|\\\\.)+\"}"));
    }

    @Test
    void shouldWriteStackTracesIntoTheLine() throws Exception {
        Path file = Files.writeString(
                folder.resolve("a.properties"),
                "source.bootstrap.servers=nosuch.invalid:1\ntarget.bootstrap.servers=nosuch.invalid:1\ngroup.id=g\ntopics.include=a\n");

        List<String> lines = errors(new String[] {"-v", "--log-format=json", "run", "FILE"}, file);

        assertThat(lines).allMatch(line -> line.startsWith("{\"time\":") && line.endsWith("\"}"));
        assertThat(lines).anyMatch(line -> line.contains(",\"error\":\"") && line.contains("\\n\\tat "));
    }

    @Test
    void shouldRefuseAnotherFormat() throws Exception {
        assertThat(errors(new String[] {"--log-format=xml", "version"}, folder))
                .singleElement()
                .asString()
                .contains("--log-format", "write text or json, not xml", "tain --help");
    }

    /** The log's of the tests would win. */
    private static String withoutTheTestsConfiguration() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.endsWith("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static List<String> errors(String[] arguments, Path file) throws Exception {
        List<String> command = Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-Dlog4j2.shutdownHookEnabled=false",
                                "-cp",
                                withoutTheTestsConfiguration(),
                                "io.tain.cli.Tain"),
                        Stream.of(arguments).map(word -> word.equals("FILE") ? file.toString() : word))
                .toList();
        Process process = new ProcessBuilder(command).start();
        String text = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isNotZero();
        return text.lines().toList();
    }
}
