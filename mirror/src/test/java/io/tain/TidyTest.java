package io.tain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The size and naming limits of CONTRIBUTING.md, over the sources of all modules. There is no list of exceptions. */
class TidyTest {
    private static final Path ROOT = root();

    @Test
    void shouldKeepEveryJavaFileTidy() {
        List<Path> files = javaFiles(ROOT);

        List<String> problems = new JavaTidiness().problems(files);

        assertThat(files)
                .anyMatch(file -> file.endsWith("mirror/src/main/java/io/tain/target/TargetWriter.java"))
                .anyMatch(file -> file.endsWith("testkit/src/main/java/io/tain/testkit/Auditor.java"));
        assertThat(relative(problems)).isEmpty();
    }

    @Test
    void shouldDescribeEveryPackage() {
        Set<Path> undescribed = new TreeSet<>();
        for (Path file : javaFiles(ROOT)) {
            Path folder = file.getParent();
            if (folder.toString().contains("/src/main/") && !Files.exists(folder.resolve("package-info.java"))) {
                undescribed.add(ROOT.relativize(folder));
            }
        }

        assertThat(undescribed).isEmpty();
    }

    @Test
    void shouldLeaveNoBlanksAtLineEnds() {
        List<String> problems = new ArrayList<>();
        for (Path file : files(ROOT, "java", "xml", "md", "properties", "sh", "tain", "check", "run")) {
            String text = read(file);
            List<String> lines = text.lines().toList();
            IntStream.range(0, lines.size())
                    .filter(i -> !lines.get(i).equals(lines.get(i).stripTrailing()))
                    .forEach(i -> problems.add(file + ":" + (i + 1)));
            if (!text.isEmpty() && !text.endsWith("\n")) {
                problems.add(file + ": no newline at its end");
            }
        }

        assertThat(relative(problems)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "class LinkManager {}|LinkManager",
                "class AbstractLink {}|AbstractLink",
                "class A { class PathUtil {} }|PathUtil",
                "interface LinkImpl {}|LinkImpl",
                "class A { void f(int a, int b, int c, int d, int e, int f, int g) {} }|7 parameters",
                "record A(int a, int b, int c, int d, int e, int f, int g, int h, int i) {}|9 components",
                "class A { void f() { LINES70 } }|f has 71 lines",
                "class A { A() { LINES70 } }|A has 71 lines",
                "class A { static { LINES70 } }|an initializer has 71 lines",
                "class A { Runnable r = () -> { LINES70 }; }|r has 71 lines",
                "class A { } LINES501|more than 500 lines",
                "class A { /* TO_DO later */ }|TO_DO",
                "class A { // FIX_ME\\n}|FIX_ME",
                "class A { ANNOTATION void f() {} }|ANNOTATION",
                "class A { @org.junit.jupiter.api.Disabled void f() {} }|ANNOTATION",
                "class A { void f() throws Exception { Thread.sleep(1); } }|Thread.sleep",
                "class A { void f() throws Exception { java.util.concurrent.TimeUnit.SECONDS.sleep(1); } }|sleep",
                "class A { int a(|does not parse",
            })
    void shouldFindWhatIsNotTidy(String source, String problem, @TempDir Path directory) throws IOException {
        Path file = directory.resolve("A.java");
        Files.writeString(file, expand(source));

        List<String> problems = new JavaTidiness().problems(List.of(file));

        assertThat(problems).isNotEmpty().anyMatch(found -> found.contains(expand(problem)));
    }

    @Test
    void shouldAcceptWhatIsAtTheLimits(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("A.java");
        String source = """
                class A {
                    void f(int a, int b, int c, int d, int e, int f) { LINES69 }
                    record B(int a, int b, int c, int d, int e, int f, int g, int h) {
                        B {
                            a = 1;
                        }
                    }
                }
                """;
        Files.writeString(file, expand(source));

        List<String> problems = new JavaTidiness().problems(List.of(file));

        assertThat(problems).isEmpty();
    }

    /** Fills in what would make this file untidy itself. */
    private static String expand(String source) {
        return source.replace("\\n", "\n")
                .replace("LINES501", "\n".repeat(501))
                .replace("LINES70", "\n".repeat(70))
                .replace("LINES69", "\n".repeat(69))
                .replace("ANNOTATION", "@Disabled")
                .replace("TO_DO", "TO" + "DO")
                .replace("FIX_ME", "FIX" + "ME");
    }

    private static List<String> relative(List<String> problems) {
        return problems.stream().map(line -> line.replace(ROOT + "/", "")).toList();
    }

    private static List<Path> javaFiles(Path root) {
        return files(root, "java");
    }

    /** The project's own files whose name, or what follows its last dot, is one of these. */
    private static List<Path> files(Path root, String... endings) {
        Set<String> wanted = Set.of(endings);
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> {
                        Path inside = root.relativize(file);
                        boolean built = inside.startsWith("target")
                                || (inside.getNameCount() > 1
                                        && inside.getName(1).endsWith("target"));
                        return !built && !inside.startsWith(".git");
                    })
                    .filter(file -> {
                        String name = file.getFileName().toString();
                        return wanted.contains(name.substring(name.lastIndexOf('.') + 1));
                    })
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("ARCHITECTURE.md")) && !Files.exists(folder.resolve(".mvn"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
