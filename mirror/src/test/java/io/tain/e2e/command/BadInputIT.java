package io.tain.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.fault.SettingsFile;
import io.tain.e2e.fault.TainProcess;
import io.tain.testkit.Cluster;
import io.tain.testkit.EmbeddedCluster;
import io.tain.testkit.Security;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process says and how it ends when it is told something that cannot work. */
final class BadInputIT {
    /** The start check gives a cluster 15 s to answer; the rest is for a slow machine. */
    private static final Duration BOUNDED = Duration.ofSeconds(60);

    private static final String NOBODY = "127.0.0.1:1";
    private static final String STRANGER = "org.apache.kafka.common.security.plain.PlainLoginModule required "
            + "username=\"mirror\" password=\"wrong\";";

    /** Checks users and ACLs. */
    private static EmbeddedCluster guarded;

    private static EmbeddedCluster open;

    @TempDir
    private Path directory;

    private final List<Expected> started = new ArrayList<>();

    /** A process that should end with a status and one line that contains these words. */
    private record Expected(TainProcess process, int status, List<String> words) {
        void check() {
            int exit = process.awaitExit(BOUNDED);
            assertThat(process.errLines()).as("exit status %d", exit).hasSize(1);
            assertThat(process.err()).startsWith("error: ").contains(words);
            assertThat(process.err()).doesNotContain("Exception:").doesNotContain("\tat ");
            assertThat(process.out()).isEmpty();
            assertThat(exit).as(process.err()).isEqualTo(status);
        }
    }

    @BeforeAll
    static void startClusters() {
        guarded = EmbeddedCluster.builder()
                .security(Security.SASL_PLAINTEXT)
                .authorizer("mirror")
                .start();
        open = EmbeddedCluster.builder().start();
    }

    @AfterAll
    static void closeClusters() {
        guarded.close();
        open.close();
    }

    @AfterEach
    void endProcesses() {
        started.forEach(expected -> expected.process().close());
    }

    @Test
    void shouldRefuseFilesThatCannotBeRead() throws IOException {
        Path missing = directory.resolve("missing.properties");
        Path folder = Files.createDirectory(directory.resolve("folder.properties"));
        String producer = producer().toString();

        expect(TainProcess.run(missing), 3, missing.toString(), "no such file");
        expect(TainProcess.run(folder), 3, folder.toString());
        expect(
                mirrorMaker("--consumer.config", missing, "--producer.config", producer, "--include", "t"),
                1,
                missing.toString());
        expect(mirrorMaker("--consumer.config", folder, "--producer.config", producer, "--include", "t"), 1, "folder");

        started.forEach(Expected::check);
    }

    @Test
    void shouldRefuseTopicsThatCannotBeMeant() {
        expect(run(link().without("topics.include"), "without"), 3, "topics.include");
        expect(run(link().set("topics.include", "a,(b"), "regex"), 3, "topics.include", "(b");
        expect(dropIn(), 1, "--include");
        expect(dropIn("--whitelist", "(b"), 1, "--whitelist", "(b");

        started.forEach(Expected::check);
    }

    @Test
    void shouldRefuseOptionsThatDoNotExist() {
        expect(run(link().set("num.stream", 2), "unknown"), 3, "num.stream", "did you mean num.streams");
        expect(dropIn("--include", "t", "--num.strems", "2"), 1, "--num.strems", "--num.streams");
        expect(TainProcess.tain("run", "--strems", "2"), 2, "--strems");
        expect(TainProcess.tain("rnu"), 2, "rnu", "run");

        started.forEach(Expected::check);
    }

    @Test
    void shouldRefuseNumbersThatAreNone() {
        expect(run(link().set("num.streams", "two"), "words"), 3, "num.streams", "two");
        expect(run(link().set("num.streams", 0), "zero"), 3, "num.streams", "0");
        expect(run(link().set("source.fetch.min.bytes", "many"), "kafka"), 3, "source.fetch.min.bytes", "many");
        expect(dropIn("--include", "t", "--num.streams", "two"), 1, "--num.streams", "two");
        expect(dropIn("--include", "t", "--num.streams=0"), 1, "--num.streams", "0");

        started.forEach(Expected::check);
    }

    @Test
    void shouldNameClustersThatDoNotAnswer() {
        Path consumer = SettingsFile.consumer(open, "g")
                .set("bootstrap.servers", NOBODY)
                .write(directory, "nobody.properties");

        expect(run(link().set("source.bootstrap.servers", NOBODY), "source"), 4, "source " + NOBODY);
        expect(run(link().set("target.bootstrap.servers", NOBODY), "target"), 5, "target " + NOBODY);
        expect(
                mirrorMaker("--consumer.config", consumer, "--producer.config", producer(), "--include", "t"),
                1,
                "source " + NOBODY);

        Path link = link().set("target.bootstrap.servers", NOBODY).write(directory, "verbose.properties");
        try (TainProcess verbose = TainProcess.tain("run", "-v", link.toString())) {
            started.forEach(Expected::check);
            assertThat(verbose.awaitExit(BOUNDED)).isEqualTo(5);
            assertThat(verbose.err()).contains("\tat io.tain.link.");
        }
    }

    @Test
    void shouldNameClustersThatRefuseTheCredentials() {
        expect(
                run(SettingsFile.link(guarded, open, "g", "t").set("source.sasl.jaas.config", STRANGER), "source"),
                4,
                "source " + guarded.bootstrapServers(),
                "credentials");
        expect(
                run(SettingsFile.link(open, guarded, "g", "t").set("target.sasl.jaas.config", STRANGER), "target"),
                5,
                "target " + guarded.bootstrapServers(),
                "credentials");
        Path consumer = SettingsFile.consumer(guarded, "g")
                .set("sasl.jaas.config", STRANGER)
                .write(directory, "stranger.properties");
        expect(
                mirrorMaker("--consumer.config", consumer, "--producer.config", producer(), "--include", "t"),
                1,
                "source " + guarded.bootstrapServers(),
                "credentials");

        started.forEach(Expected::check);
    }

    @Test
    void shouldNameClustersThatSpeakTlsToWhoDoesNot() {
        try (EmbeddedCluster encrypted =
                EmbeddedCluster.builder().security(Security.SSL).start()) {
            String address = encrypted.bootstrapServers();

            expect(
                    run(link().set("source.bootstrap.servers", address), "tls-source"),
                    4,
                    "source: " + address + " speaks TLS, and security.protocol is SASL_PLAINTEXT",
                    "SASL_SSL");
            expect(
                    run(link().set("target.bootstrap.servers", address), "tls-target"),
                    5,
                    "target: " + address + " speaks TLS");

            started.forEach(Expected::check);
        }
    }

    @Test
    void shouldNameTheGroupThatMayNotBeUsed() throws InterruptedException, ExecutionException {
        guarded.createTopic("allowed", 1);
        allow(ResourceType.TOPIC, "allowed", AclOperation.READ);
        SettingsFile link = SettingsFile.link(guarded, open, "forbidden", "allowed")
                .setAll(prefixed("source.", guarded.clientProperties("mirror")));

        expect(run(link, "group"), 4, "group forbidden", "source " + guarded.bootstrapServers());

        started.forEach(Expected::check);
    }

    private void expect(TainProcess process, int status, String... words) {
        started.add(new Expected(process, status, List.of(words)));
    }

    private static SettingsFile link() {
        return SettingsFile.link(guarded, open, "g", "t");
    }

    private TainProcess run(SettingsFile settings, String name) {
        return TainProcess.run(settings.write(directory, name + ".properties"));
    }

    private Path producer() {
        return SettingsFile.producer(open).write(directory, "producer.properties");
    }

    /** MirrorMaker with good files and these further arguments. */
    private TainProcess dropIn(String... more) {
        List<Object> arguments = new ArrayList<>(List.of(
                "--consumer.config",
                SettingsFile.consumer(guarded, "g").write(directory, "consumer.properties"),
                "--producer.config",
                producer()));
        arguments.addAll(List.of(more));
        return mirrorMaker(arguments.toArray());
    }

    private static TainProcess mirrorMaker(Object... arguments) {
        return TainProcess.mirrorMaker(
                List.of(arguments).stream().map(Object::toString).toArray(String[]::new));
    }

    private static Map<String, Object> prefixed(String prefix, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>();
        settings.forEach((key, value) -> all.put(prefix + key, value));
        return all;
    }

    private static void allow(ResourceType type, String name, AclOperation operation)
            throws InterruptedException, ExecutionException {
        Cluster cluster = guarded;
        AccessControlEntry entry = new AccessControlEntry("User:mirror", "*", operation, AclPermissionType.ALLOW);
        ResourcePattern resource = new ResourcePattern(type, name, PatternType.LITERAL);
        cluster.admin()
                .createAcls(List.of(new AclBinding(resource, entry)))
                .all()
                .get();
    }
}
