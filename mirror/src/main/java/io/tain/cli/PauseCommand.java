package io.tain.cli;

import io.tain.cli.AdminClient.AdminFailure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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

    @Mixin
    private PartitionChoice choice = new PartitionChoice();

    /** @param action pause or resume */
    PauseCommand(String action, Console console) {
        this.action = action;
        this.console = console;
    }

    @Override
    public Integer call() {
        Optional<String> problem = choice.problem();
        if (problem.isPresent()) {
            console.error(problem.get());
            return ExitStatus.USAGE;
        }
        try {
            String link = choice.link();
            if (choice.isAll()) {
                admin.list("/api/v1/links/" + link + "/partitions", "partitions"); // is there such a link?
                act("/api/v1/links/" + link, "all of link " + link + ", what comes later included");
            } else {
                List<Map<String, Object>> chosen = choice.of(admin);
                for (Map<String, Object> partition : chosen) {
                    act(choice.path(partition), PartitionChoice.name(partition) + " of link " + link);
                }
            }
            if (!choice.isExecuted()) {
                console.out().println(ExecuteOption.NOTHING_DONE);
            }
            return ExitStatus.OK;
        } catch (AdminFailure e) {
            console.error(e.getMessage());
            return ExitStatus.FAILURE;
        }
    }

    private void act(String path, String what) throws AdminFailure {
        if (choice.isExecuted()) {
            admin.post(path + ":" + action, choice.token());
        }
        console.out().println((choice.isExecuted() ? "told to " : "would ") + action + " " + what);
    }
}
