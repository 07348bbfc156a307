package io.tain.cli;

import io.tain.admin.Json;
import io.tain.cli.AdminClient.AdminFailure;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tain events}. */
@Command(name = "events", description = "Tells the last events of a running mirror, oldest first.")
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
final class EventsCommand extends AdminQuery {
    static final String PATH = "/api/v1/events";

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Host host;

    @Option(
            names = "--follow",
            description = {
                "Go on with what happens from now on, a line for each event, until a signal; with --json, an object on each line.",
                "A mirror that does not answer is asked again each second."
            })
    private boolean follow;

    EventsCommand(Host host, Console console) {
        super(console, PATH);
        this.host = host;
    }

    @Override
    int tell() throws AdminFailure, InterruptedException {
        return follow ? follow() : super.tell();
    }

    @Override
    int print() throws AdminFailure {
        Columns table = new Columns("TIME", "LINK", "KIND", "TOPIC", "PARTITION", "FIRST", "NEXT", "TEXT");
        admin().list(PATH, "events").forEach(event -> table.row(cells(event)));
        table.print(console().out());
        return ExitStatus.OK;
    }

    /** Asks again and again: the server keeps the last events, so that none is missed while a connection is made anew. */
    private int follow() throws AdminFailure, InterruptedException {
        Ending ending = Ending.of(host.signals());
        Set<Map<String, Object>> told = new HashSet<>(admin().list(PATH, "events"));
        boolean failing = false;
        while (!ending.await(BETWEEN_LOOKS)) {
            try {
                List<Map<String, Object>> events = admin().list(PATH, "events");
                for (Map<String, Object> event : events) {
                    if (!told.contains(event)) {
                        console().out().println(isJson() ? Json.write(event) : line(event));
                    }
                }
                console().out().flush();
                told = new HashSet<>(events);
                failing = false;
            } catch (AdminFailure e) {
                if (!failing) {
                    console().warning(e.getMessage());
                }
                failing = true;
            }
        }
        return ending.status();
    }

    private static String line(Map<String, Object> event) {
        return Columns.line("  ", cells(event));
    }

    private static Object[] cells(Map<String, Object> event) {
        return new Object[] {
            event.get("time"),
            event.get("link"),
            event.get("kind"),
            event.get("topic"),
            event.get("partition"),
            event.get("firstOffset"),
            event.get("nextOffset"),
            event.get("text")
        };
    }
}
