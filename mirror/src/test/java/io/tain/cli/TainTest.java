package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.config.LinkConfig;
import io.tain.link.Outcome;
import io.tain.link.StartFailure;
import java.nio.file.Path;
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
class TainTest {
    private static final String LINK = """
            group.id=tain
            topics.include=orders
            source.bootstrap.servers=s:9092
            target.bootstrap.servers=t:9092
            """;

    @TempDir
    private Path folder;

    private CommandFixture tain;

    @BeforeEach
    void makeFixture() {
        tain = new CommandFixture(folder);
    }

    @Test
    void shouldRunEveryFileAsALink() throws Exception {
        int status = tain.run("run", tain.write("a.properties", LINK), tain.write("b.properties", LINK));

        assertThat(status).isZero();
        assertThat(tain.err()).isEmpty();
        assertThat(tain.links()).extracting(LinkConfig::name).containsExactly("a", "b");
        assertThat(tain.mirror().started()).isTrue();
    }

    @Test
    void shouldListEveryCommandInTheHelp() {
        int status = tain.run("--help");

        assertThat(status).isZero();
        assertThat(tain.out())
                .contains(
                        "run ",
                        "lag ",
                        "verify ",
                        "consumer-offset-checker ",
                        "mirror-maker ",
                        "demo ",
                        "bench ",
                        "version ",
                        "help ",
                        "Exit status");
        assertThat(tain.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "help run, topics.include",
        "help run, memory.budget",
        "run --help, FILE",
        "help mirror-maker, --consumer.config FILE"
    })
    void shouldExplainACommand(String arguments, String expected) {
        int status = tain.run(arguments.split(" "));

        assertThat(status).isZero();
        assertThat(tain.out()).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "--version", "-V"})
    void shouldPrintTheVersions(String argument) {
        int status = tain.run(argument);

        assertThat(status).isZero();
        assertThat(tain.out())
                .startsWith("tain ")
                .contains("kafka-clients 4.3.1")
                .doesNotContain("unknown", "${");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rnu x|unknown command rnu; did you mean run?",
                "run --verbos x|unknown option --verbos; did you mean --verbose?",
                "run|no FILE",
                "demo|./tain demo",
                "bench|./tain bench",
            })
    void shouldEndWithTheUsageStatus(String arguments, String error) {
        int status = tain.run(arguments.split(" "));

        assertThat(status).isEqualTo(2);
        assertThat(tain.err()).contains(error);
        assertThat(tain.out()).isEmpty();
    }

    @Test
    void shouldPrintTheUsageWithoutArguments() {
        int status = tain.run();

        assertThat(status).isEqualTo(2);
        assertThat(tain.err()).contains("Usage: tain");
    }

    @Test
    void shouldEndWithTheConfigurationStatus() throws Exception {
        String file = tain.write("a.properties", LINK + "num.streams=0\nx=1\nsource.fetch.mim.bytes=1\n");

        int status = tain.run("run", file);

        assertThat(status).isEqualTo(3);
        assertThat(tain.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("warning: ").contains("fetch.mim.bytes"),
                        line -> assertThat(line).startsWith("error: ").contains(file + ":5", "num.streams = 0"),
                        line -> assertThat(line).startsWith("error: ").contains(file + ":6", "x = 1"));
        assertThat(tain.mirror().started()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"SOURCE, 4", "TARGET, 5", "CONFIGURATION, 3", "FAILED_OVER, 6"})
    void shouldTellByTheStatusWhichSideFailedAtTheStart(StartFailure.Side side, int expected) throws Exception {
        tain.mirror().failing(new StartFailure(side, "s:9092 did not answer within 30 s", new IllegalStateException()));

        int status = tain.run("run", tain.write("a.properties", LINK));

        assertThat(status).isEqualTo(expected);
        assertThat(tain.err()).isEqualTo("error: s:9092 did not answer within 30 s\n");
    }

    @ParameterizedTest
    @CsvSource({"HALTED, 6", "ABORTED, 6", "FAILED_OVER, 6", "FAILED, 1", "REPLACED, 1"})
    void shouldTellByTheStatusHowItEnded(Outcome.Kind kind, int expected) throws Exception {
        tain.mirror().ending(kind, "orders-0@17: too large");

        int status = tain.run("run", tain.write("a.properties", LINK));

        assertThat(status).isEqualTo(expected);
        assertThat(tain.err()).isEqualTo("error: orders-0@17: too large\n");
    }

    @Test
    void shouldShowStackTracesOnlyWhenAsked() throws Exception {
        String file = tain.write("a.properties", LINK);
        tain.mirror().throwing(new IllegalStateException("broken", new IllegalArgumentException("inside")));

        int status = tain.run("run", file);

        assertThat(status).isEqualTo(1);
        assertThat(tain.err()).isEqualTo("error: unexpected: broken: inside\n");
        tain.run("-v", "run", file);
        assertThat(tain.err()).contains("\tat io.tain.cli");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 15})
    void shouldEndWithZeroAfterASignal(int signal) throws Exception {
        tain.mirror().runningUntilStopped();
        String file = tain.write("a.properties", LINK);
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> tain.run("run", file));

        tain.signal(signal);

        assertThat(status.get(20, TimeUnit.SECONDS)).isZero();
        assertThat(tain.halts()).isEmpty();
    }

    @Test
    void shouldTellOfHaltedPartitionsAfterASignal() throws Exception {
        tain.mirror().runningUntilStopped().ending(Outcome.Kind.HALTED, "orders-0@17 is halted");
        String file = tain.write("a.properties", LINK);
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> tain.run("run", file));

        tain.signal(15);

        assertThat(status.get(20, TimeUnit.SECONDS)).isEqualTo(6);
    }

    @Test
    void shouldEndAtOnceAtASecondSignal() throws Exception {
        String file = tain.write("a.properties", LINK);
        tain.run("run", file);

        tain.signal(15);
        tain.signal(2);

        assertThat(tain.halts()).containsExactly(130);
        assertThat(tain.err()).contains("second signal");
    }
}
