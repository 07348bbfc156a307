package io.tain.cli;

import io.tain.cli.AdminClient.AdminFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tain top}. */
@Command(
        name = "top",
        description = {
            "Shows what a running mirror is doing, again and again: rates, lag, and the partitions that need somebody first.",
            "",
            "Keys: up and down (or k and j) select a link or a partition, p pauses it, r resumes it, q ends.",
            "Where output is no terminal: a line for each link and look.",
            ""
        })
@SuppressWarnings("UnusedVariable") // picocli writes the fields
final class TopCommand implements Callable<Integer> {
    private static final long MILLIS = 1_000;

    private final Host host;
    private final Console console;

    @Mixin
    private HelpOption help;

    @Mixin
    private AdminClient admin = new AdminClient();

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "Time between two looks; default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "What the mirror's admin.token.file holds; without it nothing can be paused.")
    private Optional<Path> tokenFile = Optional.empty();

    private Optional<TopView> before = Optional.empty();
    private Optional<TopView> now = Optional.empty();
    private String message = "";
    private int selected;
    /** What a yes would do: the key that was pressed, and on which row. */
    private Optional<Order> asked = Optional.empty();

    private record Order(String action, TopView.Row row) {}

    TopCommand(Host host, Console console) {
        this.host = host;
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (!(seconds >= 0.1 && seconds <= 3600)) {
            console.error("--interval " + seconds + ": write seconds from 0.1 to 3600");
            return ExitStatus.USAGE;
        }
        Ending ending = Ending.of(host.signals());
        try {
            look(); // before the terminal changes: a mirror that is not there is told as an error
            Optional<Screen> screen = host.screens().get();
            if (screen.isEmpty()) {
                return print(ending);
            }
            try (Screen open = screen.get()) {
                return show(open, ending);
            }
        } catch (AdminFailure e) {
            console.error(e.getMessage());
            return ExitStatus.FAILURE;
        }
    }

    private void look() throws AdminFailure {
        TopView view = TopView.look(admin, System.currentTimeMillis());
        before = now;
        now = Optional.of(view);
    }

    private int print(Ending ending) throws AdminFailure, InterruptedException {
        do {
            String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            now.orElseThrow().lines(time, before).forEach(console.out()::println);
            console.out().flush();
            if (ending.await(interval())) {
                return ending.status();
            }
            look();
        } while (true);
    }

    private Duration interval() {
        return Duration.ofMillis((long) (seconds * MILLIS));
    }

    private int show(Screen screen, Ending ending) throws InterruptedException {
        long nextMillis = System.currentTimeMillis() + interval().toMillis();
        while (!ending.await(Duration.ZERO)) {
            TopView view = now.orElseThrow();
            selected = Math.max(0, Math.min(selected, view.rows().size() - 1));
            screen.show(view.screen(title(), before, selected, new TopView.Size(screen.width(), screen.height())));
            OptionalInt key = screen.key();
            while (key.isEmpty() && System.currentTimeMillis() < nextMillis && !ending.await(Duration.ZERO)) {
                key = screen.key();
            }
            if (key.isPresent() && asked.isEmpty() && key.getAsInt() == 'q') {
                return ExitStatus.OK;
            }
            key.ifPresent(this::onKey);
            if (System.currentTimeMillis() >= nextMillis) {
                nextMillis = System.currentTimeMillis() + interval().toMillis();
                lookAgain();
            }
        }
        return ending.status();
    }

    /** A mirror that does not answer may do so again. */
    private void lookAgain() {
        try {
            look();
            message = message.startsWith("no answer") ? "" : message;
        } catch (AdminFailure e) {
            message = e.getMessage();
        }
    }

    private List<String> title() {
        String keys = "tain top   p pause   r resume   k up   j down   q quit";
        String question = asked.map(order -> order.action() + " " + order.row().name() + "? y or n")
                .orElseGet(() -> message.isEmpty() ? now.orElseThrow().reason(selected) : message);
        return List.of(keys, question);
    }

    private void onKey(int key) {
        List<TopView.Row> rows = now.orElseThrow().rows();
        if (asked.isPresent()) {
            Order order = asked.get();
            asked = Optional.empty();
            message = key == 'y' ? order(order) : "nothing was done";
        } else if (key == Screen.UP || key == Screen.DOWN) {
            selected += key == Screen.UP ? -1 : 1;
            message = "";
        } else if ((key == 'p' || key == 'r') && !rows.isEmpty()) {
            if (tokenFile.isEmpty()) {
                message = "start it with --token-file FILE to pause and resume";
            } else {
                asked = Optional.of(new Order(key == 'p' ? "pause" : "resume", rows.get(selected)));
            }
        }
    }

    private String order(Order order) {
        try {
            String token = Files.readString(tokenFile.orElseThrow()).strip();
            admin.post(order.row().path() + ":" + order.action(), token);
            return "told to " + order.action() + " " + order.row().name();
        } catch (IOException e) {
            return "--token-file can't be read: " + e;
        } catch (AdminFailure e) {
            return e.getMessage();
        }
    }
}
