package io.tain;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.config.LinkOption;
import io.tain.config.LinkOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents say about the code is so. What they tell to run is run by the demo's {@code DocsIT}. */
class DocsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern OPTION = Pattern.compile("--[a-z][A-Za-z.]*[A-Za-z]");
    private static final Pattern TYPE = Pattern.compile("`([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)(?:[.#]([a-z]\\w*))?`");
    private static final Pattern PROOF = Pattern.compile("`(\\w+)\\.(should\\w+)`");

    @Test
    void shouldListEveryOptionAsItIs() {
        String expected = LinkOptions.ALL.stream().map(DocsTest::row).collect(Collectors.joining("\n"));

        String documented = between(read(ROOT.resolve("docs/configuration.md")), "<!-- options -->", "<!-- end -->");

        assertThat(documented).isEqualTo("| option | default | what it does | takes |\n|---|---|---|---|\n" + expected);
    }

    private static String row(LinkOption<?> option) {
        String text = "| `" + option.key() + "` | " + (option.required() ? "required" : option.defaultText()) + " | "
                + option.doc() + " | " + option.type().expected() + " |";
        return text.replace("\\", "\\\\").replace("*", "\\*");
    }

    @Test
    void shouldListMirrorMakersOptions() throws IOException, InterruptedException {
        Process help = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.tain.cli.Tain",
                        "help",
                        "mirror-maker")
                .start();
        String usage = new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(help.waitFor()).isZero();

        Set<String> documented = all(OPTION, read(ROOT.resolve("docs/mirrormaker.md")));

        Set<String> known = all(OPTION, usage);
        known.remove("--option");
        assertThat(known).hasSizeGreaterThan(20);
        assertThat(documented).containsAll(known);
    }

    @Test
    void shouldLinkToWhatExists() {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            for (String link : all(LINK, read(document), 1)) {
                String file = link.replaceAll("#.*", "");
                Path target = file.isEmpty() ? document : document.resolveSibling(file);
                boolean outside = link.startsWith("http");
                if (!outside && !(Files.exists(target) && hasAnchor(target, link))) {
                    broken.add(ROOT.relativize(document) + ": " + link);
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    private static boolean hasAnchor(Path document, String link) {
        if (!link.contains("#")) {
            return true;
        }
        String wanted = link.replaceAll(".*#", "");
        return read(document)
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceAll("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .anyMatch(wanted::equals);
    }

    @Test
    void shouldNameTypesThatExist() {
        List<String> sources = sources();
        List<String> unknown = new ArrayList<>();
        for (String document : List.of("ARCHITECTURE.md", "CONTRIBUTING.md")) {
            TYPE.matcher(read(ROOT.resolve(document)))
                    .results()
                    .filter(named -> !isKnown(named, sources))
                    .forEach(named -> unknown.add(document + ": " + named.group()));
        }

        assertThat(unknown).isEmpty();
    }

    /** A type declared or imported somewhere and, if a member was named, in a source that has a member of that name. */
    private static boolean isKnown(MatchResult named, List<String> sources) {
        String type = named.group(1);
        Pattern declared = Pattern.compile(
                "\\b(class|record|enum|interface) " + type + "\\b|^import .*\\." + type + ";", Pattern.MULTILINE);
        return sources.stream()
                .filter(source -> declared.matcher(source).find())
                .anyMatch(source -> named.group(2) == null || source.contains(named.group(2)));
    }

    @Test
    void shouldNameTestsThatExistForEveryFault() {
        String table = between(read(ROOT.resolve("docs/reliability.md")), "<!-- faults -->", "<!-- end -->");
        List<String> sources = sources();
        List<String> wrong = new ArrayList<>();
        List<String> numbers = new ArrayList<>();
        for (String row : table.lines().skip(2).toList()) {
            String[] cells = row.split(" *\\| *", -1);
            numbers.add(cells[1]);
            List<MatchResult> named = PROOF.matcher(cells[4]).results().toList();
            if (named.isEmpty() && !cells[3].contains("Not tested")) {
                wrong.add(cells[1] + ": neither a test nor a reason why there is none");
            }
            named.stream()
                    .filter(proof -> sources.stream().noneMatch(source -> hasTest(source, proof)))
                    .forEach(proof -> wrong.add(cells[1] + ": there is no " + proof.group()));
        }

        assertThat(wrong).isEmpty();
        assertThat(numbers)
                .isEqualTo(
                        IntStream.rangeClosed(1, 44).mapToObj(String::valueOf).toList());
    }

    private static boolean hasTest(String source, MatchResult proof) {
        return source.contains("class " + proof.group(1) + " ") && source.contains(" void " + proof.group(2) + "(");
    }

    @Test
    void shouldDescribeEveryPackage() throws IOException {
        String architecture = read(ROOT.resolve("ARCHITECTURE.md"));
        List<String> missing;
        try (Stream<Path> folders = Files.list(ROOT.resolve("mirror/src/main/java/io/tain"))) {
            missing = folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> !architecture.contains("| `" + name + "` |"))
                    .toList();
        }

        assertThat(missing).isEmpty();
    }

    private static List<String> sources() {
        try (Stream<Path> all = Files.walk(ROOT)) {
            return all.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> file.toString().contains("/src/"))
                    .map(DocsTest::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> documents() {
        List<Path> documents = new ArrayList<>();
        for (Path folder : List.of(ROOT, ROOT.resolve("docs"))) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return documents;
    }

    private static Set<String> all(Pattern pattern, String text) {
        return all(pattern, text, 0);
    }

    private static Set<String> all(Pattern pattern, String text, int group) {
        return pattern.matcher(text)
                .results()
                .map(found -> found.group(group))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String between(String text, String start, String end) {
        int from = text.indexOf(start);
        int to = text.indexOf(end, from);
        assertThat(from).as(start).isNotNegative();
        assertThat(to).as(end).isNotNegative();
        return text.substring(from + start.length(), to).strip();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
