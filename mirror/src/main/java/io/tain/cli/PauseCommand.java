package io.tain.cli;

import io.tain.cli.AdminClient.AdminFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tain pause} and {@code tain resume}, which differ by one word. */
@Command
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
final class PauseCommand implements Callable<Integer> {
    private final String action;
    private final Console console;

    @Mixin
    private HelpOption help;

    @Mixin
    private AdminClient admin = new AdminClient();

    @Parameters(paramLabel = "LINK", description = "The link's name.")
    private String link = "";

    @Option(names = "--topics", paramLabel = "REGEX", description = "Only partitions of topics that match as a whole.")
    private Optional<String> topics = Optional.empty();

    @Option(
            names = "--partition",
            paramLabel = "TOPIC-N",
            description = "Only this partition; may be given several times.")
    private List<String> partitions = new ArrayList<>();

    @Option(names = "--token-file", paramLabel = "FILE", description = "What the mirror's admin.token.file holds.")
    private Optional<Path> tokenFile = Optional.empty();

    @Option(names = "--execute", description = "Do it; without, only what would be done is told.")
    private boolean execute;

    /** @param action pause or resume */
    PauseCommand(String action, Console console) {
        this.action = action;
        this.console = console;
    }

    @Override
    public Integer call() {
        Optional<Pattern> pattern;
        try {
            pattern = topics.map(Pattern::compile);
        } catch (PatternSyntaxException e) {
            console.error("--topics " + topics.orElseThrow() + " is no regular expression: " + e.getDescription());
            return ExitStatus.USAGE;
        }
        if (execute && tokenFile.isEmpty()) {
            console.error("--token-file is missing; name the file that the mirror's admin.token.file names");
            return ExitStatus.USAGE;
        }
        try {
            List<String> chosen = new ArrayList<>();
            for (Map<String, Object> partition : admin.list("/api/v1/links/" + link + "/partitions", "partitions")) {
                String topic = String.valueOf(partition.get("topic"));
                String name = topic + "-" + partition.get("partition");
                if (partitions.contains(name)
                        || pattern.filter(regex -> regex.matcher(topic).matches())
                                .isPresent()) {
                    chosen.add(name);
                }
            }
            Optional<String> unknown =
                    partitions.stream().filter(name -> !chosen.contains(name)).findFirst();
            if (unknown.isPresent()) {
                throw new AdminFailure("that mirror does not own " + unknown.get() + " of link " + link);
            }
            return act(topics.isEmpty() && partitions.isEmpty() ? List.of("") : chosen);
        } catch (AdminFailure e) {
            console.error(e.getMessage());
            return ExitStatus.FAILURE;
        }
    }

    /** @param chosen partitions; one empty name for all of the link */
    private int act(List<String> chosen) throws AdminFailure {
        if (chosen.isEmpty()) {
            throw new AdminFailure("no topic that this mirror has partitions of matches " + topics.orElseThrow());
        }
        String token = execute ? token() : "";
        for (String name : chosen) {
            if (execute) {
                String partition = name.isEmpty() ? "" : "/partitions/" + name;
                admin.post("/api/v1/links/" + link + partition + ":" + action, token);
            }
            console.out()
                    .println((execute ? "told to " : "would ") + action + " "
                            + (name.isEmpty()
                                    ? "all of link " + link + ", what comes later included"
                                    : name + " of link " + link));
        }
        if (!execute) {
            console.out().println("nothing was done; add --execute to do it");
        }
        return ExitStatus.OK;
    }

    private String token() throws AdminFailure {
        try {
            return Files.readString(tokenFile.orElseThrow()).strip();
        } catch (IOException e) {
            throw new AdminFailure("--token-file " + tokenFile.orElseThrow() + " can't be read: " + e);
        }
    }
}
