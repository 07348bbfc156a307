package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ParsedOptionsTest {
    static Stream<CommandOption> withValues() {
        return MirrorMakerOptions.ALL.stream().filter(option -> option.takes() != CommandOption.Takes.NOTHING);
    }

    static Stream<CommandOption> flags() {
        return MirrorMakerOptions.ALL.stream().filter(option -> option.takes() == CommandOption.Takes.NOTHING);
    }

    @ParameterizedTest
    @MethodSource("withValues")
    void shouldTakeTheValueOfEveryOptionHoweverItIsWritten(CommandOption option) {
        for (List<String> arguments : List.of(
                List.of("--" + option.name(), "some value"),
                List.of("--" + option.name() + "=some value"),
                List.of("-" + option.name(), "some value"),
                List.of("-" + option.name() + "=some value"))) {
            ParsedOptions parsed = parse(arguments);

            assertThat(parsed.errors()).isEmpty();
            assertThat(parsed.value(option)).map(ParsedOptions.Written::value).contains("some value");
        }
    }

    @ParameterizedTest
    @MethodSource("flags")
    void shouldTakeEveryFlag(CommandOption option) {
        ParsedOptions parsed = parse(List.of("--" + option.name()));

        assertThat(parsed.errors()).isEmpty();
        assertThat(parsed.has(option)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "--whitel, whitelist",
        "--consumer.c, consumer.config",
        "--num.s, num.streams",
        "--off, offset.commit.interval.ms",
        "-abort, abort.on.send.failure",
        "--message.handler, message.handler",
        "--rebalance, rebalance.listener.args",
        "--queue.size, queue.size",
        "--inc, include",
        "--ex, exclude",
    })
    void shouldTakeAnyPrefixOfOneOption(String written, String name) {
        ParsedOptions parsed = parse(List.of(written, "x"));

        assertThat(parsed.errors()).isEmpty();
        assertThat(parsed.value(option(name)).map(ParsedOptions.Written::value)).contains("x");
    }

    @ParameterizedTest
    @CsvSource({
        "--abortOnSendFail, abort.on.send.failure",
        "--abort.on.send.fail, abort.on.send.failure",
        "-white-list, whitelist",
        "--black-list, blacklist",
        "--consumer.rebalance.listener.args, rebalance.listener.args",
    })
    void shouldTakeSpellingsThatOnlyDocumentsHad(String written, String name) {
        ParsedOptions parsed = parse(List.of(written, "x"));

        assertThat(parsed.errors()).isEmpty();
        assertThat(parsed.value(option(name)).map(ParsedOptions.Written::value)).contains("x");
        assertThat(parsed.warnings()).hasSize(1);
        assertThat(parsed.warnings().get(0)).contains(written, "--" + name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--num 3; --num may be --num.streams or --num.producers",
                "--consumer x; --consumer.config or --consumer.rebalance.listener",
                "--inklude x; did you mean --include?",
                "--zzz x; unknown option --zzz; --help lists them",
                "--include; --include needs a value: --include REGEX",
                "--include --num.streams 2; --include needs a value",
                "--num.streams 1 --num.streams 2; given twice, with '1' and '2'",
                "--new.consumer=true; takes no value",
                "orders.txt; unexpected argument 'orders.txt'; put a regex in quotes",
            })
    void shouldSayWhatIsWrong(String arguments, String error) {
        ParsedOptions parsed = parse(List.of(arguments.split(" ")));

        assertThat(parsed.errors()).hasSize(1);
        assertThat(parsed.errors().get(0)).contains(error);
    }

    @Test
    void shouldKeepEveryConsumerConfig() {
        ParsedOptions parsed = parse(List.of("--consumer.config", "a", "--consumer.config=b"));

        assertThat(parsed.errors()).isEmpty();
        assertThat(parsed.values(MirrorMakerOptions.CONSUMER_CONFIG))
                .extracting(ParsedOptions.Written::value)
                .containsExactly("a", "b");
    }

    @Test
    void shouldReportEveryError() {
        assertThat(parse(List.of("--nope", "1", "stray", "--num", "2")).errors())
                .hasSize(3);
    }

    @Test
    void shouldTakeAnEmptyValue() {
        assertThat(parse(List.of("--message.handler.args=")).value(MirrorMakerOptions.HANDLER_ARGS))
                .map(ParsedOptions.Written::value)
                .contains("");
    }

    private static CommandOption option(String name) {
        return MirrorMakerOptions.ALL.stream()
                .filter(option -> option.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static ParsedOptions parse(List<String> arguments) {
        return ParsedOptions.of(MirrorMakerOptions.ALL, arguments);
    }
}
