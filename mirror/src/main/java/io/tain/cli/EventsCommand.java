package io.tain.cli;

import io.tain.cli.AdminClient.AdminFailure;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tain events}. */
@Command(name = "events", description = "Tells the last events of a running mirror, oldest first.")
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
final class EventsCommand implements Callable<Integer> {
    static final String PATH = "/api/v1/events";

    private final Console console;

    @Mixin
    private HelpOption help;

    @Mixin
    private AdminClient admin = new AdminClient();

    @Option(names = "--json", description = "The admin server's answer as it is.")
    private boolean json;

    EventsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try {
            if (json) {
                console.out().println(admin.get(PATH));
                return ExitStatus.OK;
            }
            Columns table = new Columns("TIME", "LINK", "KIND", "TOPIC", "PARTITION", "FIRST", "NEXT", "TEXT");
            for (Map<String, Object> event : admin.list(PATH, "events")) {
                table.row(
                        event.get("time"),
                        event.get("link"),
                        event.get("kind"),
                        event.get("topic"),
                        event.get("partition"),
                        event.get("firstOffset"),
                        event.get("nextOffset"),
                        event.get("text"));
            }
            table.print(console.out());
            return ExitStatus.OK;
        } catch (AdminFailure e) {
            console.error(e.getMessage());
            return ExitStatus.FAILURE;
        }
    }
}
