package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsumerOffsetCheckerCommandTest {
    @TempDir
    private Path folder;

    private CommandFixture tain;

    @BeforeEach
    void makeFixture() {
        tain = new CommandFixture(folder);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--group g --zookeeper z:2181/kafka|--zookeeper: offsets are no longer in ZooKeeper but with the brokers;"
                        + " write --bootstrap-server",
                "--group g --zkconnect z:2181|--zkconnect: offsets are no longer in ZooKeeper",
                "--group g|--bootstrap-server is missing",
                "--bootstrap-server s:1|--group is missing",
                "--group g --bootstrap-server s:1 --socket.timeout.ms soon|--socket.timeout.ms soon: write a number",
                "--group g --bootstrap-server s|s",
                "--group g --consumer.config none.properties|no such file",
                "--group g --bootstrap-server s:1 --topics t|unknown option --topics",
            })
    void shouldRefuseInOneLine(String arguments, String error) {
        int status = tain.run(("consumer-offset-checker " + arguments).split(" "));

        assertThat(status).isEqualTo(1);
        assertThat(tain.err().lines()).hasSize(1);
        assertThat(tain.err()).startsWith("error: ").contains(error);
        assertThat(tain.out()).isEmpty();
    }

    @Test
    void shouldPrintItsUsage() {
        assertThat(tain.run("consumer-offset-checker", "--help")).isZero();
        assertThat(tain.run("help", "consumer-offset-checker")).isZero();
        assertThat(tain.out()).contains("--group GROUP", "--zookeeper URL");
        assertThat(tain.run("consumer-offset-checker")).isEqualTo(1);
    }
}
