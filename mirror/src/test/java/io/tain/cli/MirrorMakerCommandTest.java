package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.config.LinkConfig;
import io.tain.config.OnRefused;
import io.tain.link.Outcome;
import io.tain.link.StartFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class MirrorMakerCommandTest {
    @TempDir
    private Path folder;

    private CommandFixture tain;
    private String consumer;
    private String producer;

    @BeforeEach
    void makeFixture() throws IOException {
        tain = new CommandFixture(folder);
        consumer = tain.write("c.properties", "bootstrap.servers=s:9092\ngroup.id=mm\n");
        producer = tain.write("p.properties", "bootstrap.servers=t:9092\n");
    }

    @Test
    void shouldMirrorWithTheOptionsOfLastReleases() {
        int status = tain.run(
                "mirror-maker", "--consumer.config", consumer, "--producer.config", producer, "--include", "a,b.*");

        assertThat(status).isZero();
        assertThat(tain.err()).isEmpty();
        LinkConfig link = tain.links().get(0);
        assertThat(link.topics().matches("bc")).isTrue();
        assertThat(link.topics().matches("c")).isFalse();
        assertThat(link.target().onRefused()).isEqualTo(OnRefused.ABORT);
    }

    @Test
    void shouldHonourEveryTuningOption() {
        int status = run(
                "--include=*",
                "--num.streams=3",
                "--num.producers=2",
                "--queue.size=500",
                "--queue.byte.size=100000000",
                "--offset.commit.interval.ms=60000",
                "--abort.on.send.failure=FALSE");

        assertThat(status).isZero();
        LinkConfig link = tain.links().get(0);
        assertThat(link.tuning().streams()).isEqualTo(3);
        assertThat(link.tuning().writers()).isEqualTo(2);
        assertThat(link.tuning().queueRecords()).isEqualTo(OptionalInt.of(500));
        assertThat(link.tuning().memoryBudgetBytes()).isEqualTo(100_000_000);
        assertThat(link.tuning().intervals().commit()).isEqualTo(Duration.ofSeconds(60));
        assertThat(link.target().onRefused()).isEqualTo(OnRefused.SKIP);
    }

    @Test
    void shouldMirrorSeveralSources() throws Exception {
        String other = tain.write("c2.properties", "bootstrap.servers=s2:9092\ngroup.id=mm2\n");

        int status = run("--consumer.config", other, "--whitelist", "*");

        assertThat(status).isZero();
        assertThat(tain.links()).extracting(LinkConfig::name).containsExactly("mm-0", "mm2-1");
    }

    @ParameterizedTest
    @CsvSource({"--include, --exclude", "--whitelist, --blacklist"})
    void shouldIncludeThenExclude(String include, String exclude) {
        int status = run(include, "a.*", exclude, "ab");

        assertThat(status).isZero();
        assertThat(tain.links().get(0).topics().matches("aa")).isTrue();
        assertThat(tain.links().get(0).topics().matches("ab")).isFalse();
    }

    @Test
    void shouldTakeABlacklistAlone() {
        assertThat(run("--blacklist", "a")).isZero();
        assertThat(tain.links().get(0).topics().matches("b")).isTrue();
        assertThat(tain.links().get(0).topics().matches("a")).isFalse();
    }

    @Test
    void shouldPreferIncludeToWhitelist() {
        assertThat(run("--whitelist", "a", "--include", "b")).isZero();
        assertThat(tain.links().get(0).topics().matches("b")).isTrue();
        assertThat(tain.links().get(0).topics().matches("a")).isFalse();
        assertThat(tain.err()).contains("warning: --whitelist does not count");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--new.consumer", "--new.producer", "--no.data.loss"})
    void shouldNoteOptionsWithoutEffect(String option) {
        assertThat(run("--include", "a", option)).isZero();
        assertThat(tain.err().lines()).hasSize(1).allMatch(line -> line.startsWith("warning: " + option));
    }

    @Test
    void shouldReportEverythingThatIsMissing() {
        int status = tain.run("mirror-maker", "--num.streams=2");

        assertThat(status).isEqualTo(1);
        assertThat(tain.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("error: --consumer.config is missing"),
                        line -> assertThat(line).startsWith("error: --producer.config is missing"),
                        line -> assertThat(line).startsWith("error: no topics: --include"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--include=(; --include = (;Unclosed",
                "--include=a --num.streams=0; --num.streams = 0;from 1 to 128",
                "--include=a --num.streams=x; --num.streams = x;from 1 to 128",
                "--include=a --num.producers=0; --num.producers = 0;from 1",
                "--include=a --queue.size=none; --queue.size = none;from 1",
                "--include=a --queue.byte.size=5; --queue.byte.size = 5;from 4MiB",
                "--include=a --offset.commit.interval.ms=x; --offset.commit.interval.ms = x;such as",
                "--include=a --abort.on.send.failure=maybe; --abort.on.send.failure maybe;true or false",
                "--include=a --abortOnSendFail=1; --abortOnSendFail 1;true or false",
                "--include=a --plugin.path=/no/such; --plugin.path /no/such;no such jar",
                "--include=a --message.handler=no.Such; --message.handler no.Such;--plugin.path or CLASSPATH",
                "--include=a --consumer.rebalance.listener=java.lang.String; java.lang.String;does not implement",
                "--inklude=a --include=b; --inklude;did you mean --include?",
                "--include=a --producer.config=x; --producer.config;given twice",
            })
    void shouldSayWhatIsWrong(String arguments, String subject, String remedy) {
        int status = run(arguments.split(" "));

        assertThat(status).isEqualTo(1);
        assertThat(tain.err().lines().filter(line -> line.startsWith("error: ")))
                .hasSize(1)
                .allSatisfy(line -> assertThat(line).contains(subject, remedy));
        assertThat(tain.mirror().started()).isFalse();
    }

    @Test
    void shouldReportProblemsOfTheCommandLineAndTheFilesTogether() throws Exception {
        String bad = tain.write("bad.properties", "bootstrap.servers=h-6667\ngroup.id=g\n");

        int status = run("--consumer.config", bad, "--include=a", "--message.handler=no.Such", "--num.streams=0");

        assertThat(status).isEqualTo(1);
        assertThat(tain.err()).contains("bad.properties:1", "write h:6667", "no.Such", "--num.streams = 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "99"})
    void shouldCommitAsOftenAsItCan(String interval) {
        assertThat(run("--include=a", "--offset.commit.interval.ms", interval)).isZero();
        assertThat(tain.links().get(0).tuning().intervals().commit()).isEqualTo(Duration.ofMillis(100));
        assertThat(tain.err()).startsWith("warning: --offset.commit.interval.ms " + interval);
    }

    @Test
    void shouldPrintTheUsageWithoutArguments() {
        int status = tain.run("mirror-maker");

        assertThat(status).isEqualTo(1);
        assertThat(tain.err()).contains("Usage: ", "--consumer.config FILE", "--message.handler CLASS");
        assertThat(tain.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "--hel"})
    void shouldPrintTheHelp(String option) {
        int status = tain.run("mirror-maker", option);

        assertThat(status).isZero();
        assertThat(tain.out())
                .contains(MirrorMakerOptions.ALL.stream()
                        .map(CommandOption::toString)
                        .toList());
    }

    @Test
    void shouldPrintTheVersion() {
        assertThat(tain.run("mirror-maker", "--version")).isZero();
        assertThat(tain.out()).startsWith("tain ");
    }

    @Test
    void shouldEndWithOneWhenItCannotStart() {
        tain.mirror().failing(new StartFailure(StartFailure.Side.SOURCE, "s:9092 does not answer"));

        assertThat(run("--include=a")).isEqualTo(1);
        assertThat(tain.err()).isEqualTo("error: s:9092 does not answer\n");
    }

    @ParameterizedTest
    @CsvSource({"ABORTED, 255", "FAILED, 255", "REPLACED, 255"})
    void shouldEndWith255AfterAnAbnormalStop(Outcome.Kind kind, int expected) {
        tain.mirror().ending(kind, "a-0@5: too large");

        assertThat(run("--include=a")).isEqualTo(expected);
        assertThat(tain.err()).isEqualTo("error: a-0@5: too large\n");
    }

    @ParameterizedTest
    @CsvSource({"15, 143", "2, 130"})
    void shouldEndWithTheStatusOfTheSignal(int signal, int expected) throws Exception {
        tain.mirror().runningUntilStopped();
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> run("--include=a"));

        tain.signal(signal);

        assertThat(status.get(20, TimeUnit.SECONDS)).isEqualTo(expected);
    }

    private int run(String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("mirror-maker", "--consumer.config", consumer, "--producer.config", producer));
        arguments.addAll(Arrays.asList(options));
        return tain.run(arguments.toArray(new String[0]));
    }
}
