package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the scripts in an installed layout, with a java that prints how it was called. */
class LauncherTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @TempDir
    private Path folder;

    private Path tain;

    @BeforeEach
    void install() throws IOException {
        tain = copy("tain");
        copy("bin/kafka-mirror-maker.sh");
        copy("bin/kafka-run-class.sh");
        Files.createFile(Files.createDirectories(folder.resolve("lib")).resolve("tain.jar"));
        Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nfor a in \"$@\"; do echo \"<$a>\"; done\nexit 42\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void shouldPassArgumentsAndTheExitStatusThrough() throws Exception {
        Run run = run(Map.of(), tain.toString(), "run", "a file", "*", "");

        assertThat(run.status).isEqualTo(42);
        assertThat(run.lines).endsWith("<io.tain.cli.Tain>", "<run>", "<a file>", "<*>", "<>");
        assertThat(run.lines)
                .contains(
                        "<-Xmx256m>",
                        "<-XX:OnOutOfMemoryError=kill -KILL %p>",
                        "<" + folder.toRealPath() + "/lib/tain.jar>");
    }

    @Test
    void shouldEndAsIfKilledWhenMemoryRunsOutSoThatSupervisorsStartItAgain() throws Exception {
        // given a java that takes the launcher's options, and a program that needs more than there is
        Path java = folder.resolve("jdk/bin/java");
        String real = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path program = Path.of(OutOfMemory.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Files.writeString(
                java,
                "#!/bin/bash\noptions=()\nfor a in \"$@\"; do case $a in -X*) options+=(\"$a\") ;; esac; done\nexec '"
                        + real + "' \"${options[@]}\" -cp '" + program + "' '" + OutOfMemory.class.getName() + "'\n");

        // when
        Run run = run(Map.of(), tain.toString(), "run", "a file");

        // then
        assertThat(run.status)
                .as("SIGKILL's, and not 3, a wrong configuration's")
                .isEqualTo(128 + 9);
        assertThat(run.lines).anyMatch(line -> line.contains("java.lang.OutOfMemoryError"));
    }

    /** A broker's claim of a length, as a client of Kafka's takes it. */
    static final class OutOfMemory {
        private OutOfMemory() {}

        public static void main(String[] arguments) {
            System.out.println(new byte[1 << 30].length);
        }
    }

    @Test
    void shouldWorkThroughSymbolicLinks() throws Exception {
        Path elsewhere = Files.createDirectories(folder.resolve("else/where"));
        Files.createSymbolicLink(elsewhere.resolve("one"), Path.of("../../tain"));
        Path two = Files.createSymbolicLink(elsewhere.resolve("two"), elsewhere.resolve("one"));

        Run run = run(Map.of(), two.toString(), "version");

        assertThat(run.lines).contains("<" + folder.toRealPath() + "/lib/tain.jar>", "<version>");
    }

    @Test
    void shouldHonourTheEnvironmentOfKafkasScripts() throws Exception {
        Run run = run(
                Map.of(
                        "KAFKA_HEAP_OPTS", "-Xmx1g -Xms1g",
                        "KAFKA_OPTS", "-Da=b",
                        "KAFKA_JVM_PERFORMANCE_OPTS", "-XX:+UseG1GC",
                        "KAFKA_LOG4J_OPTS", "-Dlog4j2.configurationFile=x.xml",
                        "JMX_PORT", "9999",
                        "CLASSPATH", "/opt/handlers.jar"),
                tain.toString(),
                "version");

        assertThat(run.lines)
                .contains("<-Xmx1g>", "<-Xms1g>", "<-Da=b>", "<-XX:+UseG1GC>", "<-Dlog4j2.configurationFile=x.xml>")
                .contains("<-Dcom.sun.management.jmxremote.port=9999>")
                .contains("<" + folder.toRealPath() + "/lib/tain.jar:/opt/handlers.jar>")
                .doesNotContain("<-Xmx256m>", "<-XX:+UseSerialGC>");
    }

    @Test
    void shouldStartTheDropInByAllItsNames() throws Exception {
        List<List<String>> commands = List.of(
                List.of(tain.toString(), "mirror-maker"),
                List.of(folder.resolve("bin/kafka-mirror-maker.sh").toString()),
                List.of(folder.resolve("bin/kafka-run-class.sh").toString(), "kafka.tools.MirrorMaker"));
        for (List<String> command : commands) {
            List<String> whole = new ArrayList<>(command);
            whole.addAll(List.of("--include", "a b*"));

            Run run = run(Map.of(), whole.toArray(new String[0]));

            assertThat(run.lines).endsWith("<kafka.tools.MirrorMaker>", "<--include>", "<a b*>");
            assertThat(run.status).isEqualTo(42);
        }
    }

    @Test
    void shouldStartDemoAndBenchByTheirOwnClasses() throws Exception {
        Files.createFile(folder.resolve("lib/tain-demo-1.jar"));
        Files.createFile(folder.resolve("lib/tain-bench-1.jar"));

        assertThat(run(Map.of(), tain.toString(), "demo", "--for", "20s").lines)
                .endsWith("<io.tain.demo.Demo>", "<--for>", "<20s>");
        assertThat(run(Map.of(), tain.toString(), "bench").lines).endsWith("<io.tain.bench.Bench>");
    }

    @Test
    void shouldSayThatTheDemoIsNotPackaged() throws Exception {
        Run run = run(Map.of(), tain.toString(), "demo");

        assertThat(run.status).isEqualTo(1);
        assertThat(run.lines)
                .containsExactly("error: tain demo is not part of the packages; run it in Tain's source tree");
    }

    @Test
    void shouldKeepTheArchiveWhereItIsTold() throws Exception {
        javaThatDumps("0");
        Path cache = Files.createDirectories(folder.resolve("cache"));

        Run run = run(Map.of("TAIN_CACHE", cache.toString()), tain.toString(), "run", "x");

        assertThat(run.lines).anyMatch(line -> line.startsWith("<-XX:SharedArchiveFile=" + cache));
        assertThat(archives()).isEmpty();
    }

    @Test
    void shouldRefuseOtherClassesOfKafka() throws Exception {
        Run run = run(Map.of(), folder.resolve("bin/kafka-run-class.sh").toString(), "kafka.tools.Other");

        assertThat(run.status).isEqualTo(1);
        assertThat(run.lines).hasSize(1);
        assertThat(run.lines.get(0)).contains("kafka.tools.Other", "kafka.tools.MirrorMaker");
    }

    @Test
    void shouldRefuseAnOldJava() throws Exception {
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"11.0.2\"\n");

        Run run = run(Map.of(), tain.toString(), "version");

        assertThat(run.status).isEqualTo(1);
        assertThat(run.lines.get(0)).contains("Java 11", "17 or newer", "JAVA_HOME");
    }

    @Test
    void shouldWarnOfALogConfigurationThatHasNoEffect() throws Exception {
        Run run = run(Map.of("KAFKA_LOG4J_OPTS", "-Dlog4j.configuration=file:x"), tain.toString(), "version");

        assertThat(run.lines.get(0)).startsWith("warning: ").contains("-Dlog4j2.configurationFile=FILE");
    }

    @Test
    void shouldPutTheJarsOnTheClassPathInOneOrder() throws Exception {
        Files.createFile(folder.resolve("lib/b.jar"));
        Files.createFile(folder.resolve("lib/a.jar"));
        String lib = folder.toRealPath() + "/lib/";

        assertThat(run(Map.of(), tain.toString(), "version").lines)
                .contains("<" + lib + "a.jar:" + lib + "b.jar:" + lib + "tain.jar>");
    }

    @Test
    void shouldStartWithoutAnArchiveWhereThereIsNoClassList() throws Exception {
        assertThat(run(Map.of(), tain.toString(), "run", "x").lines).noneMatch(line -> line.contains("-Xshare"));
        assertThat(archives()).isEmpty();
    }

    @Test
    void shouldMakeAnArchiveOfClassesOnceAndForMirrorsOnly() throws Exception {
        javaThatDumps("0");

        assertThat(run(Map.of(), tain.toString(), "version").lines).noneMatch(line -> line.contains("-Xshare"));
        assertThat(dumps()).isZero();
        Run first = run(Map.of(), tain.toString(), "run", "x");
        Run second = run(Map.of(), folder.resolve("bin/kafka-mirror-maker.sh").toString());

        assertThat(dumps()).isEqualTo(1);
        assertThat(archives()).hasSize(1);
        String option = "<-XX:SharedArchiveFile=" + archives().get(0).toRealPath() + ">";
        assertThat(first.lines).contains(option, "<-Xshare:auto>").endsWith("<run>", "<x>");
        assertThat(second.lines).contains(option, "<-Xshare:auto>");
        assertThat(first.lines).as("only what the mirror's own java prints").allMatch(line -> line.startsWith("<"));
        assertThat(run(Map.of(), tain.toString(), "version").lines).contains(option);
    }

    @Test
    void shouldMakeANewArchiveForNewJarsAndForAnotherJvm() throws Exception {
        javaThatDumps("0");
        run(Map.of(), tain.toString(), "run", "x");
        Path first = archives().get(0);

        Files.setLastModifiedTime(
                folder.resolve("lib/tain.jar"), FileTime.from(Instant.now().plusSeconds(60)));
        run(Map.of(), tain.toString(), "run", "x");
        assertThat(dumps()).isEqualTo(2);
        Files.setLastModifiedTime(
                folder.resolve("lib/tain.jar"), FileTime.from(Instant.now().minusSeconds(60)));

        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
        run(Map.of(), tain.toString(), "run", "x");
        assertThat(dumps()).isEqualTo(3);
        assertThat(archives()).as("the old one is gone").hasSize(1).doesNotContain(first);

        Files.createFile(folder.resolve("lib/another.jar"));
        run(Map.of(), tain.toString(), "run", "x");
        assertThat(dumps()).isEqualTo(4);
    }

    @Test
    void shouldTryAnArchiveThatCannotBeMadeOnlyOnceAndStartWithoutIt() throws Exception {
        javaThatDumps("1");

        for (int i = 0; i < 2; i++) {
            Run run = run(Map.of(), tain.toString(), "run", "x");
            assertThat(run.status).isEqualTo(42);
            assertThat(run.lines).noneMatch(line -> line.contains("-Xshare")).endsWith("<run>", "<x>");
            assertThat(dumps()).isEqualTo(1);
        }
    }

    @Test
    void shouldLeaveAloneWhatAnotherStartIsMakingAndSweepUpWhatOneHasLeft() throws Exception {
        javaThatDumps("0");
        Path underWay = Files.createFile(folder.resolve("lib/tain-1-2.jsa.77"));
        Path left = Files.createFile(folder.resolve("lib/tain-1-2.jsa.78.classlist"));
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(3_600)));

        run(Map.of(), tain.toString(), "run", "x");

        assertThat(archives()).hasSize(2).contains(underWay);
    }

    /** Gives the installation a class list, and a java that can make archives and counts it. */
    private void javaThatDumps(String status) throws IOException {
        Files.writeString(folder.resolve("lib/tain.classlist"), "java/lang/Object\n");
        Files.writeString(folder.resolve("jdk/bin/java"), """
                #!/bin/sh
                for a in "$@"; do case $a in -XX:SharedArchiveFile=*) archive=${a#*=} ;; esac; done
                if [ "$1" = -Xshare:dump ]; then
                    echo noise; echo noise >&2; echo dump >>"$JAVA_HOME/dumps"
                    [ %s = 1 ] || echo content >"$archive"
                    exit %s
                fi
                for a in "$@"; do echo "<$a>"; done
                exit 42
                """.formatted(status, status));
    }

    private long dumps() throws IOException {
        Path log = folder.resolve("jdk/dumps");
        return Files.exists(log) ? Files.readAllLines(log).size() : 0;
    }

    private List<Path> archives() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("lib"))) {
            return files.filter(file -> file.toString().contains(".jsa")).toList();
        }
    }

    private record Run(int status, List<String> lines) {}

    private Run run(Map<String, String> environment, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .directory(Files.createDirectories(folder.resolve("cwd")).toFile());
        List.of("CLASSPATH", "KAFKA_HEAP_OPTS", "KAFKA_OPTS", "KAFKA_LOG4J_OPTS", "JMX_PORT", "TAIN_CACHE")
                .forEach(builder.environment()::remove);
        builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), output.lines().toList());
    }

    private Path copy(String script) throws IOException {
        Path to = folder.resolve(script);
        Files.createDirectories(to.getParent());
        return Files.copy(ROOT.resolve(script), to, StandardCopyOption.COPY_ATTRIBUTES);
    }
}
