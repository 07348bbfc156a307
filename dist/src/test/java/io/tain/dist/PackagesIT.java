package io.tain.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Installs the packages and mirrors with what was installed. */
class PackagesIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path LINKS = Path.of("src/config").toAbsolutePath();

    private static ClusterPair clusters;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        clusters = ClusterPair.start();
    }

    @AfterAll
    static void stop() {
        clusters.close();
    }

    @Test
    void shouldMirrorFromTheUnpackedArchive() throws Exception {
        Path elsewhere = Files.createDirectories(folder.resolve("a folder"));
        Shell.run(elsewhere, "tar", "xzf", Shell.made(".tar.gz").toString());
        Path home = only(elsewhere);

        assertThat(Shell.run(folder, home.resolve("bin/tain").toString(), "version"))
                .startsWith("tain ");
        mirrors("archived", home.resolve("bin/tain"), Map.of());

        assertThat(files(home.resolve("lib"), "*.jsa")).as("beside the jars").hasSize(1);
        assertThat(Shell.run(folder, home.resolve("bin/kafka-mirror-maker.sh").toString(), "--help"))
                .contains("--consumer.config");
        assertThat(home.resolve("LICENSE")).exists();
        assertThat(home.resolve("docs/configuration.md")).exists();
        assertThat(home.resolve("config/orders.properties")).exists();
    }

    @Test
    void shouldListEveryJarInTheBillOfMaterials() throws Exception {
        String bill = Files.readString(Shell.installed().resolve("tain.cdx.json"));

        assertThat(bill).contains("\"bomFormat\" : \"CycloneDX\"");
        List<Path> jars = files(Shell.installed().resolve("lib"), "*.jar");
        assertThat(jars).hasSizeBetween(9, 17);
        for (Path jar : jars) {
            String artifact = jar.getFileName().toString().replaceFirst("-\\d.*", "");
            assertThat(bill).contains("\"name\" : \"" + artifact + "\"");
        }
        assertThat(bill).doesNotContain("junit", "kafka_2.13");
    }

    @Test
    void shouldMirrorFromTheInstalledDebianPackageAndGoWhenRemoved() throws Exception {
        Path root = Files.createDirectories(folder.resolve("root"));
        Path deb = Shell.made(".deb");
        Files.createDirectories(root.resolve("var/lib/dpkg/info"));
        Files.createDirectories(root.resolve("var/lib/dpkg/updates"));
        Files.createFile(root.resolve("var/lib/dpkg/status"));
        Map<String, String> quiet =
                Map.of("PATH", fakes() + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");

        // A root of its own, whose dependencies are this machine's; its scripts are told of it.
        String[] dpkg = {"dpkg", "--root=" + root, "--force-depends,not-root,script-chrootless", "--log=/dev/null"};
        Shell.run(quiet, folder, with(dpkg, "--install", deb.toString()));

        assertThat(Files.readString(folder.resolve("fakes/calls")).lines())
                .containsExactly(
                        "adduser --system --group --home /nonexistent --no-create-home --quiet tain",
                        "chown root:tain " + root + "/etc/tain");
        assertThat(Files.getPosixFilePermissions(root.resolve("etc/tain"))).hasSize(5);
        Path tain = root.resolve("usr/bin/tain");
        assertThat(Shell.run(folder, tain.toString(), "version")).startsWith("tain ");
        Path cache = Files.createDirectories(folder.resolve("cache"));
        mirrors("packaged", tain, Map.of("TAIN_CACHE", cache.toString()));
        assertThat(files(cache, "*.jsa")).hasSize(1);
        assertThat(files(root.resolve("usr/share/tain/lib"), "*.jsa")).isEmpty();

        Files.writeString(root.resolve("etc/tain/mine.properties"), "x=y");
        Shell.run(quiet, folder, with(dpkg, "--purge", "tain"));
        assertThat(tain).doesNotExist();
        assertThat(root.resolve("usr/share/tain")).doesNotExist();
        assertThat(root.resolve("etc/tain/mine.properties"))
                .as("an operator's file")
                .exists();
    }

    @Test
    void shouldDescribeItselfToDebian() throws Exception {
        String deb = Shell.made(".deb").toString();

        assertThat(Shell.run(folder, "dpkg-deb", "--info", deb))
                .contains(
                        "Package: tain", "Architecture: all", "default-jre-headless (>= 2:1.17)", "postinst", "prerm");
        assertThat(Shell.run(folder, "dpkg-deb", "--contents", deb).lines())
                .allMatch(line -> line.contains(" root/root "))
                .anyMatch(line -> line.startsWith("-rwxr-xr-x") && line.endsWith("./usr/share/tain/bin/tain"))
                .anyMatch(line -> line.endsWith("./usr/bin/tain -> ../share/tain/bin/tain"))
                .anyMatch(line -> line.endsWith("./lib/systemd/system/tain@.service"))
                .anyMatch(line -> line.endsWith("./usr/share/man/man1/tain.1"))
                .anyMatch(line -> line.endsWith("./usr/share/bash-completion/completions/tain"))
                .anyMatch(line -> line.endsWith("./usr/share/zsh/vendor-completions/_tain"))
                .anyMatch(line -> line.endsWith("./usr/share/doc/tain/tain.cdx.json"));
    }

    /** Stands in for the commands that would change this machine. */
    private Path fakes() throws IOException {
        Path fakes = Files.createDirectories(folder.resolve("fakes"));
        for (String name : List.of("adduser", "chown", "systemctl")) {
            Path fake = Files.writeString(
                    fakes.resolve(name), "#!/bin/sh\necho " + name + " \"$@\" >>" + fakes.resolve("calls") + "\n");
            assertThat(fake.toFile().setExecutable(true)).isTrue();
        }
        return fakes;
    }

    /** Runs the link of the samples until some records are copied, and ends it. */
    private void mirrors(String topic, Path tain, Map<String, String> environment) throws Exception {
        clusters.source().createTopic(topic, 2);
        try (Workload load =
                Workload.to(clusters.source().clientProperties(), topic, 2).open()) {
            load.write(500);
        }
        String sample = Files.readString(LINKS.resolve("orders.properties"))
                .replace("source-host:9092", clusters.source().bootstrapServers())
                .replace("target-host:9092", clusters.target().bootstrapServers())
                .replace("group.id=tain", "group.id=" + topic)
                .replaceFirst("topics.include=.*", "topics.include=" + topic);
        Path link = Files.writeString(folder.resolve(topic + ".properties"), sample);
        Path log = folder.resolve(topic + ".log");
        Process mirror = Shell.command(environment, folder, List.of(tain.toString(), "run", link.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            Await.until("the records are copied", PATIENCE, () -> {
                if (!mirror.isAlive()) {
                    throw new AssertionError(Files.readString(log));
                }
                return clusters.target().admin().listTopics().names().get().contains(topic)
                        && clusters.audit(topic).isComplete();
            });
            mirror.destroy();
            assertThat(mirror.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(mirror.exitValue()).as(Files.readString(log)).isZero();
        } finally {
            mirror.destroyForcibly();
        }
    }

    private static String[] with(String[] command, String... arguments) {
        return Stream.concat(Stream.of(command), Stream.of(arguments)).toArray(String[]::new);
    }

    private static Path only(Path folder) throws IOException {
        List<Path> files = files(folder, "*");
        assertThat(files).hasSize(1);
        return files.get(0);
    }

    private static List<Path> files(Path folder, String glob) throws IOException {
        try (var found = Files.newDirectoryStream(folder, glob)) {
            return Stream.iterate(found.iterator(), it -> it.hasNext(), it -> it)
                    .map(it -> it.next())
                    .toList();
        }
    }
}
