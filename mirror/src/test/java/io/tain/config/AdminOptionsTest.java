package io.tain.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminOptionsTest {
    private static final String MINIMAL = """
            group.id=tain
            topics.include=orders
            source.bootstrap.servers=s1:9092
            target.bootstrap.servers=t1:9092
            """;

    @TempDir
    private Path folder;

    private Path file(String name, String more) throws IOException {
        return Files.writeString(folder.resolve(name + ".properties"), MINIMAL + more);
    }

    private List<String> errors(Path... files) {
        return catchThrowableOfType(InvalidConfigException.class, () -> LinkFiles.read(List.of(files), Map.of()))
                .errors()
                .stream()
                .map(Problem::toString)
                .toList();
    }

    @Test
    void shouldListenOnThisMachineOnlyUnlessTold() throws Exception {
        assertThat(LinkFiles.read(List.of(file("a", "")), Map.of()).admin().listen())
                .contains(InetSocketAddress.createUnresolved("127.0.0.1", 8181));
        assertThat(LinkFiles.read(List.of(file("b", "admin.listen=off\n")), Map.of())
                        .admin()
                        .listen())
                .isEmpty();
        assertThat(LinkFiles.read(List.of(file("c", "admin.listen=[::1]:99\n")), Map.of())
                        .admin()
                        .listen())
                .contains(InetSocketAddress.createUnresolved("::1", 99));
    }

    @Test
    void shouldRefuseWhatIsNoPlaceToListen() throws Exception {
        assertThat(errors(file("a", "admin.listen=8181\n")))
                .singleElement()
                .asString()
                .contains("a.properties:5", "host:port", "off");
        assertThat(errors(file("b", "admin.listen=host:65536\n"))).hasSize(1);
    }

    @Test
    void shouldRefuseFilesThatDisagree() throws Exception {
        Path one = file("one", "admin.listen=127.0.0.1:1\n");
        Path other = file("other", "admin.listen=127.0.0.1:2\n");

        assertThat(errors(one, other)).singleElement().asString().contains("other.properties:5", "one.properties:5");
        assertThat(LinkFiles.read(List.of(one, file("third", "")), Map.of())
                        .admin()
                        .listen())
                .contains(InetSocketAddress.createUnresolved("127.0.0.1", 1));
    }

    @Test
    void shouldTakeNamesToBeAskedBy() throws Exception {
        assertThat(LinkFiles.read(List.of(file("a", "")), Map.of()).admin().hosts())
                .isEmpty();
        assertThat(LinkFiles.read(
                                List.of(file("b", "admin.hosts=Tain, ${env:POD}.tain.svc\n")), Map.of("POD", "tain-0"))
                        .admin()
                        .hosts())
                .containsExactlyInAnyOrder("tain", "tain-0.tain.svc");
        assertThat(errors(file("c", "admin.hosts=http://tain:8181\n")))
                .singleElement()
                .asString()
                .contains("c.properties:5", "host names");
        assertThat(errors(file("d", "admin.hosts=a,,b\n"))).hasSize(1);
    }

    @Test
    void shouldTakeALongTokenOnly() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "0123456789abcdef0123456789abcdef\n");
        Path tooShort = Files.writeString(folder.resolve("short"), "guess me");

        AdminToken read = LinkFiles.read(List.of(file("a", "admin.token.file=" + token + "\n")), Map.of())
                .admin()
                .token()
                .orElseThrow();

        assertThat(read.matches("0123456789abcdef0123456789abcdef")).isTrue();
        assertThat(read.matches("0123456789abcdef0123456789abcdeF")).isFalse();
        assertThat(read.toString()).doesNotContain("0123");
        assertThat(errors(file("b", "admin.token.file=" + tooShort + "\n")))
                .singleElement()
                .asString()
                .contains("openssl rand -hex 32")
                .doesNotContain("guess");
        assertThat(errors(file("c", "admin.token.file=" + folder.resolve("missing") + "\n")))
                .hasSize(1);
    }

    @Test
    void shouldWarnOfATokenThatEverybodyCanRead() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "0123456789abcdef0123456789abcdef\n");
        Path file = file("a", "admin.token.file=" + token + "\n");

        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(LinkFiles.read(List.of(file), Map.of()).warnings())
                .singleElement()
                .asString()
                .contains("a.properties:5", "chmod o-r " + token);

        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(LinkFiles.read(List.of(file), Map.of()).warnings()).isEmpty();
    }

    @Test
    void shouldShowNoSecrets() throws Exception {
        Path file = file("a", """
                source.sasl.jaas.config=a.b required password\\="canary";
                target.ssl.key.password=canary
                target.client.id=${env:CANARY}
                """);

        List<AdminConfig.Shown> shown = LinkFiles.read(List.of(file), Map.of("CANARY", "canary"))
                .admin()
                .settings()
                .get("a");

        assertThat(shown).hasSize(7);
        assertThat(shown.toString()).doesNotContain("canary").contains("${env:CANARY}", "a.properties:5", "[hidden]");
    }
}
