package io.tain.cli;

import io.tain.cli.AdminClient.AdminFailure;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tain status}. */
@Command(
        name = "status",
        description = {
            "Tells what a running mirror is doing: its links, the partitions that are not just running, and the consumer groups",
            "whose offsets are not carried to the target.",
            "Exit status 6 if a partition is halted.",
            ""
        })
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
final class StatusCommand extends AdminQuery {
    private static final String PATH = "/api/v1/links";
    private static final String RUNNING = "RUNNING";

    @Option(names = "--partitions", description = "All partitions.")
    private boolean all;

    @Option(names = "--groups", description = "All consumer groups.")
    private boolean allGroups;

    StatusCommand(Console console) {
        super(console, PATH);
    }

    @Override
    int print() throws AdminFailure {
        return print(admin().list(PATH, "links"));
    }

    @Override
    int status(String answer) throws AdminFailure {
        boolean halted = admin().list(PATH, answer, "links").stream()
                .map(link -> AdminClient.object(link.get("states")).get("HALTED"))
                .anyMatch(count -> count instanceof Long number && number > 0);
        return halted ? ExitStatus.HALTED : ExitStatus.OK;
    }

    private int print(List<Map<String, Object>> links) throws AdminFailure {
        Columns table = new Columns("LINK", "PARTITIONS", "LAG", "LAG-SECONDS", "RECORDS", "BOTTLENECK", "STATES");
        for (Map<String, Object> link : links) {
            table.row(
                    link.get("link"),
                    link.get("partitions"),
                    link.get("lagRecords"),
                    link.get("lagSeconds"),
                    link.get("records"),
                    link.get("bottleneck"),
                    states(link));
        }
        table.print(console().out());
        Columns partitions = new Columns(
                "LINK",
                "TOPIC",
                "PARTITION",
                "STATE",
                "ACKNOWLEDGED",
                "LOG-END-OFFSET",
                "LAG",
                "LAG-SECONDS",
                "REASON");
        boolean some = false;
        boolean halted = false;
        for (Map<String, Object> link : links) {
            String path = "/api/v1/links/" + link.get("link") + "/partitions";
            for (Map<String, Object> partition : admin().list(path, "partitions")) {
                halted |= "HALTED".equals(partition.get("state"));
                if (all || !RUNNING.equals(partition.get("state"))) {
                    some = true;
                    partitions.row(
                            link.get("link"),
                            partition.get("topic"),
                            partition.get("partition"),
                            partition.get("state"),
                            partition.get("acknowledged"),
                            partition.get("endOffset"),
                            partition.get("lagRecords"),
                            partition.get("lagSeconds"),
                            partition.get("reason"));
                }
            }
        }
        if (some) {
            console().out().println();
            partitions.print(console().out());
        }
        printGroups(links);
        return halted ? ExitStatus.HALTED : ExitStatus.OK;
    }

    private void printGroups(List<Map<String, Object>> links) {
        Columns groups = new Columns("LINK", "GROUP", "PARTITIONS", "AHEAD", "AGE-SECONDS", "REASON");
        boolean some = false;
        for (Map<String, Object> link : links) {
            if (!(link.get("groups") instanceof List<?> all)) {
                continue; // a mirror of an older release
            }
            for (Object each : all) {
                Map<String, Object> group = AdminClient.object(each);
                if (allGroups || group.get("reason") != null) {
                    some = true;
                    groups.row(
                            link.get("link"),
                            group.get("group"),
                            group.get("partitions"),
                            group.get("ahead"),
                            group.get("ageSeconds"),
                            group.get("reason"));
                }
            }
        }
        if (some) {
            console().out().println();
            groups.print(console().out());
        }
    }

    static String states(Map<String, Object> link) {
        return AdminClient.object(link.get("states")).entrySet().stream()
                .filter(state -> !Long.valueOf(0).equals(state.getValue()))
                .map(state -> state.getKey() + ":" + state.getValue())
                .collect(Collectors.joining(" "));
    }
}
