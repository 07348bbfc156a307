package io.tain.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinkFilesTest {
    private static final String MINIMAL = """
            group.id=tain
            topics.include=orders,pay.*
            source.bootstrap.servers=s1:9092,s2:9092
            target.bootstrap.servers=t1:9092
            """;

    @TempDir
    private Path folder;

    @Test
    void shouldFillDefaultsInToASmallFile() throws Exception {
        LinkConfig link = read(MINIMAL).configs().get(0);

        assertThat(link.name()).isEqualTo("eu-west");
        assertThat(link.groupId()).isEqualTo("tain");
        assertThat(link.topics().matches("orders")).isTrue();
        assertThat(link.topics().matches("payments")).isTrue();
        assertThat(link.topics().matches("other")).isFalse();
        assertThat(link.source().start()).isEqualTo(StartPosition.EARLIEST);
        assertThat(link.source().readCommitted()).isTrue();
        assertThat(link.source().client()).containsEntry("bootstrap.servers", "s1:9092,s2:9092");
        assertThat(link.target().client()).containsEntry("bootstrap.servers", "t1:9092");
        assertThat(link.target().guarantees()).isEqualTo(new TargetConfig.Guarantees((short) -1, true, 5));
        assertThat(link.target().compression()).isEmpty();
        assertThat(link.target().maxRequestSize()).isEmpty();
        assertThat(link.target().deliveryTimeout()).isEmpty();
        assertThat(link.target().onRefused()).isEqualTo(OnRefused.HALT);
        assertThat(link.state().delivery()).isEqualTo(Delivery.EXACTLY_ONCE);
        assertThat(link.source().breaks()).isEqualTo(BreakPolicies.HALT);
        assertThat(link.tuning())
                .isEqualTo(new Tuning(
                        1,
                        1,
                        new Tuning.Intervals(
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(25),
                                Optional.of(Duration.ofSeconds(10))),
                        48L << 20,
                        OptionalInt.empty()));
    }

    @Test
    void shouldHaveNoWarningForASmallFile() throws Exception {
        assertThat(read(MINIMAL).warnings()).isEmpty();
    }

    @Test
    void shouldReadEveryOption() throws Exception {
        LinkConfig link = read(MINIMAL + """
                        link.name=eu
                        topics.exclude=.*\\\\.tmp
                        num.streams=3
                        num.producers=2
                        delivery=at-least-once
                        offset.commit.interval.ms=1000
                        metadata.refresh.interval=500ms
                        shutdown.timeout=1m
                        restart.backoff=off
                        memory.budget=64MiB
                        queue.size=77
                        on.refused=skip
                        source.auto.offset.reset=latest
                        source.isolation.level=read_uncommitted
                        target.acks=1
                        target.compression.type=zstd
                        target.max.request.size=2000000
                        target.delivery.timeout.ms=120000
                        """).configs().get(0);

        assertThat(link.name()).isEqualTo("eu");
        assertThat(link.topics().matches("pay.tmp")).isFalse();
        assertThat(link.tuning())
                .isEqualTo(new Tuning(
                        3,
                        2,
                        new Tuning.Intervals(
                                Duration.ofSeconds(1), Duration.ofMillis(500), Duration.ofMinutes(1), Optional.empty()),
                        64L << 20,
                        OptionalInt.of(77)));
        assertThat(link.source().start()).isEqualTo(StartPosition.LATEST);
        assertThat(link.source().readCommitted()).isFalse();
        assertThat(link.target().onRefused()).isEqualTo(OnRefused.SKIP);
        assertThat(link.target().compression()).contains(Codec.ZSTD);
        assertThat(link.target().maxRequestSize()).contains(2_000_000);
        assertThat(link.target().deliveryTimeout()).contains(Duration.ofMinutes(2));
        assertThat(link.target().guarantees()).isEqualTo(new TargetConfig.Guarantees((short) 1, false, 1));
    }

    @Test
    void shouldReportEveryProblemAtOnceWithItsLine() {
        InvalidConfigException e = refused("""
                group.id=tain
                topics.include=orders,(
                source.bootstrap.servers=host-6667
                target.bootstrap.servers=t:9092
                num.streams=0
                sorce.x=1
                source.fetch.min.bytes=few
                """);

        assertThat(e.errors())
                .extracting(Problem::toString)
                .satisfiesExactly(
                        line -> assertThat(line).contains("eu-west.properties:2", "topics.include", "(", "Unclosed"),
                        line -> assertThat(line)
                                .contains("eu-west.properties:3", "bootstrap.servers", "host-6667", "host:6667"),
                        line -> assertThat(line).contains("eu-west.properties:5", "num.streams = 0", "1 to 128"),
                        line -> assertThat(line).contains("eu-west.properties:6", "sorce.x", "unknown key"),
                        line -> assertThat(line)
                                .contains("eu-west.properties:7", "source.fetch.min.bytes = few", "whole number"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "topic.include=x|topics.include",
                "num.stream=2|num.streams",
                "bootstrap.servers=x:1|source.bootstrap.servers or target.bootstrap.servers",
                "isolation.level=read_committed|source.isolation.level",
                "compression.type=lz4|target.compression.type",
                "consumer.fetch.min.bytes=1|source.fetch.min.bytes",
                "producer.linger.ms=1|target.linger.ms",
                "offset.commit.interval.ms=often|500ms",
                "metadata.refresh.interval=1|100ms",
                "shutdown.timeout=soon|such as",
                "memory.budget=1k|4MiB",
                "memory.budget=99999999999999GiB|4MiB",
                "num.producers=two|from 1 to 64",
                "queue.size=0|from 1",
                "delivery=twice|exactly-once or at-least-once",
                "on.refused=abort|halt or dead-letter or skip",
                "on.lost=reset|halt or jump",
                "on.truncated=jump|halt or rewind or continue",
                "on.recreated=yes|halt or restart",
                "link.name=a/b|letters",
                "source.group.id=g|write group.id=g",
                "source.auto.offset.reset=smalest|earliest",
                "source.auto.offset.reset=by_duration:PT1H|not supported",
                "source.isolation.level=dirty|read_committed",
                "source.session.timeout.ms=x|whole number",
                "source.check.crcs=perhaps|true or false",
                "source.sasl.login.class=no.Such|CLASSPATH",
                "source.partition.assignment.strategy=no.Such|no class no.Such",
                "source.security.protocol=SASL|SASL_SSL",
                "target.acks=2|acks",
                "target.acks=1|delivery=at-least-once",
                "target.enable.idempotence=false|delivery=at-least-once",
                "on.refused=skip|delivery=at-least-once",
                "tain.state.topic=off|delivery=at-least-once",
                "target.compression.type=rar|compression.type",
                "target.max.request.size=-1|0 or more",
                "target.max.in.flight.requests.per.connection=6|5 or less",
            })
    void shouldSayWhatToWriteInstead(String line, String remedy) {
        InvalidConfigException e = refused(MINIMAL + line + "\n");

        assertThat(e.errors()).hasSize(1);
        assertThat(e.errors().get(0).toString())
                .contains("eu-west.properties:5", line.substring(0, line.indexOf('=')), remedy);
    }

    @Test
    void shouldRefuseIdempotenceWithoutAllAcknowledgements() {
        InvalidConfigException e = refused(MINIMAL + "target.acks=1\ntarget.enable.idempotence=true\n");

        assertThat(e.errors()).hasSize(1);
        assertThat(e.errors().get(0).toString()).contains("target.enable.idempotence", "target.acks=all");
    }

    @Test
    void shouldNameEverySettingThatExactlyOnceCannotBeWith() {
        String weak = "target.acks=1\ntarget.enable.idempotence=false\non.refused=skip\n";

        assertThat(refused(MINIMAL + weak).errors()).hasSize(3);
        assertThat(refused(MINIMAL + "delivery=exactly-once\n" + weak).errors()).hasSize(3);
    }

    @Test
    void shouldReportKafkasRulesAboutSeveralSettings() {
        InvalidConfigException e =
                refused(MINIMAL + "source.group.protocol=consumer\nsource.session.timeout.ms=9000\n");

        assertThat(e.errors()).hasSize(1);
        assertThat(e.errors().get(0).toString()).contains("session.timeout.ms", "group.protocol");
    }

    @Test
    void shouldNameWhatIsMissing() {
        InvalidConfigException e = refused("link.name=x\n");

        assertThat(e.errors())
                .extracting(Problem::toString)
                .satisfiesExactly(
                        line -> assertThat(line).contains("group.id", "missing"),
                        line -> assertThat(line).contains("topics.include", "missing"),
                        line -> assertThat(line).contains("source.bootstrap.servers", "missing", "host1:9092"),
                        line -> assertThat(line).contains("target.bootstrap.servers", "missing"));
    }

    @Test
    void shouldNameAFileThatIsNotThere() {
        Path file = folder.resolve("none.properties");
        InvalidConfigException e = catchThrowableOfType(
                InvalidConfigException.class, () -> LinkFiles.read(List.of(file, folder), Map.of()));

        assertThat(e.errors())
                .extracting(Problem::toString)
                .containsExactly(
                        file + ": no such file (looked for it in " + folder + ")",
                        folder + ": is a directory; name a properties file");
    }

    @Test
    void shouldRefuseTwoLinksOfOneName() throws Exception {
        Path one = write("one.properties", MINIMAL + "link.name=x\n");
        Path two = write("two.properties", MINIMAL + "link.name=x\n");

        InvalidConfigException e =
                catchThrowableOfType(InvalidConfigException.class, () -> LinkFiles.read(List.of(one, two), Map.of()));

        assertThat(e.errors()).hasSize(1);
        assertThat(e.getMessage()).contains("two.properties", "link.name = x", "one.properties");
    }

    @Test
    void shouldWarnOfUnknownKafkaSettingsAndPassThemOn() throws Exception {
        Links links = read(MINIMAL + "source.fetch.mim.bytes=5\ntarget.my.plugin.colour=red\n");

        assertThat(links.warnings())
                .extracting(Problem::toString)
                .satisfiesExactly(
                        line -> assertThat(line).contains(":5", "source.fetch.mim.bytes", "source.fetch.min.bytes?"),
                        line -> assertThat(line).contains(":6", "target.my.plugin.colour", "passed on"));
        assertThat(links.configs().get(0).target().client()).containsEntry("my.plugin.colour", "red");
    }

    @Test
    void shouldWarnOfSettingsThatTainDecidesItself() throws Exception {
        Links links = read(MINIMAL + """
                source.enable.auto.commit=true
                source.key.deserializer=x.Y
                source.interceptor.classes=x.Y
                source.max.block.ms=1
                target.key.serializer=x.Y
                target.partitioner.class=x.Y
                target.transactional.id=t
                target.linger.ms=5
                """);

        assertThat(links.warnings())
                .extracting(Problem::toString)
                .satisfiesExactly(
                        line -> assertThat(line).contains("enable.auto.commit", "forced to false"),
                        line -> assertThat(line).contains("key.deserializer", "ignored"),
                        line -> assertThat(line).contains("interceptor.classes", "message handler", "ignored"),
                        line -> assertThat(line).contains("max.block.ms", "Kafka's producer"),
                        line -> assertThat(line).contains("key.serializer", "ignored"),
                        line -> assertThat(line).contains("partitioner.class", "keep their partition"),
                        line -> assertThat(line).contains("transactional.id", "ignored"),
                        line -> assertThat(line).contains("linger.ms", "no effect"));
        assertThat(links.configs().get(0).source().client())
                .doesNotContainKeys("enable.auto.commit", "key.deserializer");
        assertThat(links.configs().get(0).target().client()).doesNotContainKeys("key.serializer", "transactional.id");
    }

    @Test
    void shouldResolveVariables() throws Exception {
        Path secrets = write("secrets.properties", "password=hunter2\n");
        Path single = write("user", "alice");
        Links links = LinkFiles.read(
                List.of(write(
                        "link.properties",
                        MINIMAL + "source.ssl.key.password=${file:" + secrets + ":password}\n"
                                + "source.client.rack=${dir:" + single.getParent() + ":user}-${env:RACK}\n"
                                + "num.streams=${env:STREAMS}\n")),
                Map.of("RACK", "r1", "STREAMS", "4"));

        LinkConfig link = links.configs().get(0);
        assertThat(link.source().client())
                .containsEntry("ssl.key.password", "hunter2")
                .containsEntry("client.rack", "alice-r1");
        assertThat(link.tuning().streams()).isEqualTo(4);
    }

    @Test
    void shouldNameTheKeyOfAVariableThatHasNoValue() {
        InvalidConfigException e = refused(MINIMAL + """
                source.client.rack=${env:NOPE}
                source.client.id=${file:/no/such/file:x}
                num.streams=${vault:a:b}
                """);

        assertThat(e.errors())
                .extracting(Problem::toString)
                .satisfiesExactly(
                        line -> assertThat(line).contains("source.client.rack", "${env:NOPE}", "environment variable"),
                        line -> assertThat(line).contains("source.client.id", "${file:/no/such/file:x}"),
                        line -> assertThat(line).contains("num.streams", "vault", "${env:NAME}"));
    }

    @Test
    void shouldLeaveVariablesOfTheClientsOwnProvidersToIt() throws Exception {
        Links links = read(MINIMAL + """
                source.config.providers=vault
                source.config.providers.vault.class=org.apache.kafka.common.config.provider.FileConfigProvider
                source.session.timeout.ms=${vault:/x:y}
                """);

        assertThat(links.warnings()).isEmpty();
        assertThat(links.configs().get(0).source().client()).containsEntry("session.timeout.ms", "${vault:/x:y}");
    }

    @Test
    void shouldNeverShowSecrets() {
        InvalidConfigException e = catchThrowableOfType(
                InvalidConfigException.class,
                () -> LinkFiles.read(List.of(write("link.properties", MINIMAL + """
                                        source.sasl.jaas.config=hunter2
                                        source.ssl.keystore.passwrd=hunter2
                                        ssl.truststore.certificates=hunter2
                                        ssl.key.password=hunter2
                                        source.session.timeout.ms=${env:SECRET}
                                        source.isolation.level=${env:SECRET}
                                        num.streams=${env:SECRET}
                                        """)), Map.of("SECRET", "hunter2")));

        assertThat(e.errors()).hasSize(5);
        assertThat(e.warnings()).hasSize(1);
        assertThat(e.errors().toString() + e.warnings()).doesNotContain("hunter2");
    }

    @Test
    void shouldWarnOfAKeyThatIsSetTwice() throws Exception {
        Links links = read(MINIMAL + "num.streams=2\nnum.streams=3\n");

        assertThat(links.warnings()).hasSize(1);
        assertThat(links.warnings().get(0).toString()).contains(":6", "num.streams = 3", "line 5");
        assertThat(links.configs().get(0).tuning().streams()).isEqualTo(3);
    }

    @Test
    void shouldReadContinuedLinesAsPropertiesDoes() throws Exception {
        Links links = read("""
                # a comment that ends in a backslash \\
                group.id : tain
                topics.include=orders,\\
                   payments
                source.bootstrap.servers=s:1
                target.bootstrap.servers=t:1
                """);

        assertThat(links.configs().get(0).topics().matches("payments")).isTrue();
    }

    private Links read(String text) throws InvalidConfigException, IOException {
        return LinkFiles.read(List.of(write("eu-west.properties", text)), Map.of());
    }

    private InvalidConfigException refused(String text) {
        return catchThrowableOfType(InvalidConfigException.class, () -> read(text));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
