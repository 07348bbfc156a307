package io.tain.cli;

import io.tain.cli.AdminClient.AdminFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which of a running mirror's partitions an order is for, and whether it is meant; mixed into the commands that order. */
@SuppressWarnings("UnusedVariable") // picocli writes the fields
final class PartitionChoice {
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

    String link() {
        return link;
    }

    boolean isExecuted() {
        return execute;
    }

    /** Whether all of the link is meant. */
    boolean isAll() {
        return topics.isEmpty() && partitions.isEmpty();
    }

    /** What is wrong with the options, if anything. */
    Optional<String> problem() {
        try {
            topics.ifPresent(Pattern::compile);
        } catch (PatternSyntaxException e) {
            return Optional.of("--topics " + topics.orElseThrow() + " is no regular expression: " + e.getDescription());
        }
        return execute && tokenFile.isEmpty()
                ? Optional.of("--token-file is missing; name the file that the mirror's admin.token.file names")
                : Optional.empty();
    }

    /** The partitions that are meant, by the admin server's answer of each; at least one. */
    List<Map<String, Object>> of(AdminClient admin) throws AdminFailure {
        Optional<Pattern> pattern = topics.map(Pattern::compile);
        List<Map<String, Object>> chosen = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Map<String, Object> partition : admin.list("/api/v1/links/" + link + "/partitions", "partitions")) {
            String topic = String.valueOf(partition.get("topic"));
            if (isAll()
                    || partitions.contains(name(partition))
                    || pattern.filter(regex -> regex.matcher(topic).matches()).isPresent()) {
                chosen.add(partition);
                names.add(name(partition));
            }
        }
        Optional<String> unknown =
                partitions.stream().filter(name -> !names.contains(name)).findFirst();
        if (unknown.isPresent()) {
            throw new AdminFailure("that mirror does not own " + unknown.get() + " of link " + link);
        }
        if (chosen.isEmpty()) {
            throw new AdminFailure(
                    topics.isPresent()
                            ? "no topic that this mirror has partitions of matches " + topics.get()
                            : "that mirror owns no partition of link " + link);
        }
        return chosen;
    }

    static String name(Map<String, Object> partition) {
        return partition.get("topic") + "-" + partition.get("partition");
    }

    /** Where orders for a partition go. */
    String path(Map<String, Object> partition) {
        return "/api/v1/links/" + link + "/partitions/" + name(partition);
    }

    /** Only to be asked for once it is meant. */
    String token() throws AdminFailure {
        try {
            return Files.readString(tokenFile.orElseThrow()).strip();
        } catch (IOException e) {
            throw new AdminFailure("--token-file " + tokenFile.orElseThrow() + " can't be read: " + e);
        }
    }
}
