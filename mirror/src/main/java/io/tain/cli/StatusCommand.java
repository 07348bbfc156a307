package io.tain.cli;

import io.tain.cli.AdminClient.AdminFailure;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tain status}. */
@Command(
        name = "status",
        description = {
            "Tells what a running mirror is doing: its links, and the partitions that are not just running.",
            "Exit status 6 if a partition is halted.",
            ""
        })
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
final class StatusCommand implements Callable<Integer> {
    private static final String RUNNING = "RUNNING";

    private final Console console;

    @Mixin
    private HelpOption help;

    @Mixin
    private AdminClient admin = new AdminClient();

    @Option(names = "--partitions", description = "All partitions.")
    private boolean all;

    @Option(names = "--json", description = "The admin server's answer as it is.")
    private boolean json;

    StatusCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try {
            if (json) {
                console.out().println(admin.get("/api/v1/links"));
                return ExitStatus.OK;
            }
            return print(admin.list("/api/v1/links", "links"));
        } catch (AdminFailure e) {
            console.error(e.getMessage());
            return ExitStatus.FAILURE;
        }
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
        table.print(console.out());
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
            for (Map<String, Object> partition : admin.list(path, "partitions")) {
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
            console.out().println();
            partitions.print(console.out());
        }
        return halted ? ExitStatus.HALTED : ExitStatus.OK;
    }

    private static String states(Map<String, Object> link) {
        return AdminClient.object(link.get("states")).entrySet().stream()
                .filter(state -> !Long.valueOf(0).equals(state.getValue()))
                .map(state -> state.getKey() + ":" + state.getValue())
                .collect(Collectors.joining(" "));
    }
}
