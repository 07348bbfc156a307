package io.tain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoTest {
    private final Terminal terminal = new Terminal();

    private int run(String... arguments) {
        return Demo.run(arguments, terminal.out(), terminal.err(), new CountDownLatch(1));
    }

    @ParameterizedTest
    @CsvSource({
        "--for banana, 'banana' is no time; write one such as 20s or 2m",
        "--for 0s, '0s' is no time; write one such as 20s or 2m",
        "--for -5s, '-5s' is no time; write one such as 20s or 2m",
        "--rate 0, --rate 0: write a number from 1 to 1000000",
        "--rate many, 'many' is not an int",
        "--fro 20s, Unknown option",
    })
    void shouldRefuseWhatItCannotDo(String arguments, String message) {
        int status = run(arguments.split(" "));

        assertThat(status).isEqualTo(2);
        assertThat(terminal.errors()).startsWith("error: ").contains(message.replaceAll("^'|'$", ""));
        assertThat(terminal.errors()).contains("try: tain demo --help");
    }

    @Test
    void shouldExplainItself() {
        int status = run("--help");

        assertThat(status).isZero();
        assertThat(terminal.text()).contains("tain demo", "--for", "--rate", "--chaos", "Exit status");
    }
}
