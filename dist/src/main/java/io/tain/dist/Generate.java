package io.tain.dist;

import io.tain.cli.Tain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import picocli.AutoComplete;
import picocli.CommandLine;

/** Writes the completions and man pages of all packaged commands: {@code Generate VERSION FOLDER}. */
public final class Generate {
    /** They need the brokers' jars, which the packages don't have. */
    private static final Set<String> NOT_PACKAGED = Set.of("demo", "bench");

    private Generate() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[1]);
        CommandLine tain = Tain.model();
        NOT_PACKAGED.forEach(tain.getCommandSpec()::removeSubcommand);
        Path completions = Files.createDirectories(folder.resolve("completions"));
        Files.writeString(completions.resolve("tain.bash"), AutoComplete.bash("tain", tain));
        Files.writeString(completions.resolve("_tain"), ZshCompletion.of(tain));
        Path manual = Files.createDirectories(folder.resolve("man/man1"));
        for (CommandLine command : tain.getSubcommands().values()) {
            write(manual, new ManPage(command, args[0]));
        }
        write(manual, new ManPage(tain, args[0]));
    }

    private static void write(Path folder, ManPage page) throws IOException {
        Files.writeString(folder.resolve(page.name() + ".1"), page.text());
    }
}
