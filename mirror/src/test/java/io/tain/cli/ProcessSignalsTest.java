package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sends signals to a process of its own. */
@Timeout(60)
class ProcessSignalsTest {
    @TempDir
    private Path folder;

    private Process process;

    @AfterEach
    void end() {
        process.destroyForcibly();
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130", "HUP, 129"})
    void shouldEndMirrorMakerWithTheStatusOfTheSignal(String signal, int status) throws Exception {
        start("willing", mirrorMaker());

        send(signal);

        assertThat(statusOfProcess()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"TERM", "INT"})
    void shouldEndRunWithZero(String signal) throws Exception {
        start("willing", run());

        send(signal);

        assertThat(statusOfProcess()).isZero();
    }

    @Test
    void shouldEndAtOnceAtASecondSignal() throws Exception {
        BufferedReader out = start("stubborn", run());
        send("TERM");
        assertThat(out.readLine()).isEqualTo("stopping");

        send("TERM");

        assertThat(statusOfProcess()).isEqualTo(143);
    }

    private BufferedReader start(String manner, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SignalledMain.class.getName(),
                manner));
        command.addAll(arguments);
        process = new ProcessBuilder(command)
                .redirectError(folder.resolve("err").toFile())
                .start();
        BufferedReader out = process.inputReader();
        assertThat(out.readLine()).isEqualTo("started");
        return out;
    }

    private List<String> run() throws IOException {
        String settings = "group.id=g\ntopics.include=a\nsource.bootstrap.servers=s:1\ntarget.bootstrap.servers=t:1\n";
        return List.of("run", write("link.properties", settings));
    }

    private List<String> mirrorMaker() throws IOException {
        return Arrays.asList(
                "mirror-maker",
                "--consumer.config=" + write("c.properties", "bootstrap.servers=s:1\ngroup.id=g\n"),
                "--producer.config=" + write("p.properties", "bootstrap.servers=t:1\n"),
                "--include=a");
    }

    private void send(String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    private int statusOfProcess() throws InterruptedException {
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private String write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }
}
