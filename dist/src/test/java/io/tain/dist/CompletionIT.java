package io.tain.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a shell makes of the completions, and the formatter of the man pages. */
class CompletionIT {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "tain ru, run",
        "tain mirror-maker --consumer.c, --consumer.config",
        "tain mirror-maker --abort, --abort.on.send.failure",
        "tain vers, version",
        "tain run --verb, --verbose",
    })
    void shouldCompleteInBash(String line, String completed) throws Exception {
        String script = Shell.installed().resolve("completions/tain.bash").toString();
        Shell.run(folder, "bash", "-n", script);

        String printed = Shell.run(
                folder,
                "bash",
                "-c",
                "source " + script + "; COMP_WORDS=(" + line + "); COMP_LINE='" + line + "';"
                        + " COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_TYPE=9; compopt() { :; };"
                        + " $(complete -p tain | sed 's/.*-F \\([^ ]*\\) .*/\\1/') 2>&1; echo \"${COMPREPLY[@]}\"");

        assertThat(printed.strip()).isEqualTo(completed);
    }

    @ParameterizedTest
    @CsvSource({
        "tain ru, tain run",
        "tain mirror-maker --consumer.c, tain mirror-maker --consumer.config",
        "tain vers, tain version",
    })
    void shouldCompleteInZsh(String line, String completed) throws Exception {
        Path completions = Shell.installed().resolve("completions");
        Shell.run(folder, "zsh", "-n", completions.resolve("_tain").toString());
        Path script = Files.writeString(
                folder.resolve("type.zsh"), """
                zmodload zsh/zpty
                zpty shell zsh -f -i
                type() { zpty -w shell "$1"; }
                await() { local all= some; while zpty -r -m shell some "*"; do all+=$some; [[ $all == *$~1* ]] && break; done; print -r -- $all; }
                type "fpath=(%s \\$fpath); autoload -Uz compinit; compinit -u -d %s; PS1=; bindkey '^I' complete-word; echo rea''dy"
                await ready >/dev/null
                zpty -w -n shell '%s'$'\\t'
                await '%s'
                zpty -d shell
                """.formatted(completions, folder.resolve("dump"), line, completed));

        String printed = Shell.run(folder, "timeout", "60", "zsh", "-f", script.toString());

        assertThat(printed).contains(completed);
    }

    @Test
    void shouldHaveAManPageOfEveryPackagedCommand() throws Exception {
        Path pages = Shell.installed().resolve("man/man1");
        Set<String> names = names(pages);

        assertThat(names).contains("tain.1", "tain-run.1", "tain-mirror-maker.1", "tain-version.1");
        assertThat(names).doesNotContain("tain-demo.1", "tain-bench.1");
        for (String name : names) {
            String warnings = Shell.run(
                    folder,
                    "bash",
                    "-c",
                    "MANWIDTH=100 man --warnings=w -E UTF-8 -l '" + pages.resolve(name) + "' 2>&1 >/dev/null");
            assertThat(warnings).as(name).isEmpty();
        }
        String page =
                Shell.run(folder, "bash", "-c", "MANWIDTH=100 man -E UTF-8 -l '" + pages.resolve("tain-run.1") + "'");
        assertThat(page.replaceAll("\\s+", " "))
                .contains("tain-run - Mirrors topics", "topics.include (required)", "memory.budget", "tain(1)");
        String dropIn = Files.readString(pages.resolve("tain-mirror-maker.1"));
        assertThat(List.of("consumer.config", "white", "num.streams")).allMatch(dropIn::contains);
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }
}
