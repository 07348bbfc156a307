package io.tain.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What supervisors are given: the systemd unit, and the snippets of the manual. */
class UnitsIT {
    private static final Path UNIT = Path.of("src/systemd/tain@.service").toAbsolutePath();
    private static final Path MANUAL = Path.of("../docs/operations.md");

    /** Of a program's section, from supervisord's manual. */
    private static final Set<String> SUPERVISORD = Set.of(
            "command",
            "user",
            "autostart",
            "autorestart",
            "exitcodes",
            "startsecs",
            "startretries",
            "stopsignal",
            "stopwaitsecs",
            "stdout_logfile",
            "stderr_logfile",
            "environment",
            "directory");

    @TempDir
    private Path folder;

    @Test
    void shouldBeAUnitThatSystemdTakes() throws Exception {
        assertThat(verify(unit())).isEmpty();
    }

    @Test
    void shouldTakeTheDropInOfTheManual() throws Exception {
        Path unit = unit();
        Path dropIn = Files.createDirectories(folder.resolve("tain@.service.d")).resolve("mine.conf");
        Files.writeString(dropIn, here(snippet("unit")));
        assertThat(verify(unit)).isEmpty();

        Files.writeString(dropIn, "[Service]\nNoSuchSetting=1\n");
        assertThat(verify(unit)).contains("mine.conf:2", "NoSuchSetting");
    }

    @Test
    void shouldBeHardened() throws Exception {
        // Of 100; a unit without any hardening has 96.
        String report =
                Shell.run(folder, "systemd-analyze", "security", "--offline=yes", "--threshold=20", UNIT.toString());

        assertThat(report).contains("Overall exposure level");
    }

    @Test
    void shouldTellSupervisordInItsOwnWords() throws IOException {
        List<String> lines = snippet("supervisord").lines().toList();

        assertThat(lines.get(0)).matches("\\[program:[\\w-]+]");
        for (String line : lines.subList(1, lines.size())) {
            Matcher setting = Pattern.compile("(\\w+)=(\\S.*)").matcher(line);
            assertThat(setting.matches()).as(line).isTrue();
            assertThat(SUPERVISORD).contains(setting.group(1));
        }
        assertThat(lines).anyMatch(line -> line.startsWith("command=/opt/tain/bin/tain run "));
    }

    /** The unit as it is, but for its program, which is not installed here. */
    private Path unit() throws IOException {
        return Files.writeString(folder.resolve("tain@.service"), here(Files.readString(UNIT)));
    }

    private static String here(String text) {
        return text.replace("ExecStart=/usr/bin/tain", "ExecStart=/bin/true");
    }

    private String verify(Path unit) throws Exception {
        return Shell.run(folder, "bash", "-c", "systemd-analyze --man=no verify '" + unit + "' 2>&1 || true");
    }

    private static String snippet(String name) throws IOException {
        Matcher block = Pattern.compile("<!-- " + name + " -->\n```ini\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(MANUAL));
        assertThat(block.find()).as(name).isTrue();
        return block.group(1);
    }
}
