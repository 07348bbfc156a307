package io.tain.cli;

import io.tain.cli.AdminClient.AdminFailure;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code tain seek} and {@code tain skip} share: they tell a plan, or give orders and wait until events tell how it went. */
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
abstract class MoveCommand implements Callable<Integer> {
    private static final int LOOKS = 60;
    private static final long BETWEEN_LOOKS_MS = 500;
    private static final Set<String> DONE = Set.of("MOVED", "MOVE_REFUSED", "HALTED");

    private final String action;
    private final Console console;

    @Mixin
    private HelpOption help;

    @Mixin
    private AdminClient admin = new AdminClient();

    @Mixin
    private PartitionChoice choice = new PartitionChoice();

    @Option(names = "--to-offset", paramLabel = "N", description = "Go on at this offset.")
    private Long offset;

    /** {@code tain seek}. */
    @Command(
            name = "seek",
            description = {
                "Has a running mirror go on elsewhere in the source: in all partitions of a link, or in some.",
                "",
                "What was read before is copied and acknowledged first. What lies before an earlier place is copied again, what is",
                "passed over is not copied; an event says how many offsets that are, and so does this command once it is done.",
                "Exit status 1 if a partition was not moved.",
                ""
            })
    @SuppressWarnings("UnusedVariable")
    static final class Seek extends MoveCommand {
        @Option(names = "--to-earliest", description = "Copy everything that the source has again.")
        private boolean earliest;

        @Option(names = "--to-latest", description = "Copy only what comes from now on.")
        private boolean latest;

        @Option(names = "--to-current", description = "Go on where it stands, for halted partitions.")
        private boolean current;

        @Option(
                names = "--to-datetime",
                paramLabel = "TIME",
                description =
                        "Go on at the first record that is not older, such as 2026-01-31T12:00:00Z; UTC unless it says another zone.")
        private Optional<String> time = Optional.empty();

        Seek(Console console) {
            super("seek", console);
        }

        @Override
        List<Target> targets(Optional<Long> offset) {
            List<Target> given = new ArrayList<>();
            offset.ifPresent(n -> given.add(new Target("to=" + n, "offset " + n, from -> n)));
            if (earliest) {
                given.add(Target.named("earliest", "the log's beginning"));
            }
            if (latest) {
                given.add(Target.named("latest", "the log's end"));
            }
            if (current) {
                given.add(new Target("to=current", "where it stands", from -> from));
            }
            time.ifPresent(text -> given.add(Target.named(text, "the first record from " + text + " on")));
            return given;
        }

        @Override
        String wanted() {
            return "one of --to-offset, --to-earliest, --to-latest, --to-current, --to-datetime";
        }
    }

    /** {@code tain skip}. */
    @Command(
            name = "skip",
            description = {
                "Has a running mirror pass over what has halted a partition. What is passed over is never copied.",
                "",
                "Exit status 1 if a partition was not moved.",
                ""
            })
    @SuppressWarnings("UnusedVariable")
    static final class Skip extends MoveCommand {
        @Option(
                names = "--records",
                paramLabel = "N",
                description = "Pass over the next N offsets; where the log has holes, these are fewer records.")
        private Long records;

        Skip(Console console) {
            super("skip", console);
        }

        @Override
        List<Target> targets(Optional<Long> offset) {
            List<Target> given = new ArrayList<>();
            offset.ifPresent(n -> given.add(new Target("to=" + n, "offset " + n, from -> n)));
            if (records != null) {
                given.add(new Target("records=" + records, records + " offsets further on", from -> from + records));
            }
            return given;
        }

        @Override
        String wanted() {
            return "one of --to-offset, --records";
        }
    }

    /**
     * Where to go on.
     *
     * @param query as the admin server is told
     * @param words as people are
     * @param offset the offset if it stands at another, or null if only the source can tell
     */
    record Target(String query, String words, Function<Long, Long> offset) {
        static Target named(String name, String words) {
            return new Target("to=" + URLEncoder.encode(name, StandardCharsets.UTF_8), words, from -> null);
        }
    }

    private MoveCommand(String action, Console console) {
        this.action = action;
        this.console = console;
    }

    /** All that were given. */
    abstract List<Target> targets(Optional<Long> offset);

    /** The options, of which one has to be given. */
    abstract String wanted();

    @Override
    public Integer call() throws InterruptedException {
        List<Target> given = targets(Optional.ofNullable(offset));
        Optional<String> problem = given.size() == 1 ? choice.problem() : Optional.of("say where to: " + wanted());
        if (problem.isPresent()) {
            console.error(problem.get());
            return ExitStatus.USAGE;
        }
        try {
            List<Map<String, Object>> chosen = choice.of(admin);
            if (choice.isExecuted()) {
                return execute(chosen, given.get(0));
            }
            chosen.forEach(partition -> console.out().println(plan(partition, given.get(0))));
            console.out().println(ExecuteOption.NOTHING_DONE);
            return ExitStatus.OK;
        } catch (AdminFailure e) {
            console.error(e.getMessage());
            return ExitStatus.FAILURE;
        }
    }

    private String plan(Map<String, Object> partition, Target target) {
        String would = "would move " + PartitionChoice.name(partition) + " of link " + choice.link();
        if (action.equals("skip") && !"HALTED".equals(partition.get("state"))) {
            return would + " if it were halted, but it is " + partition.get("state");
        }
        if (!(partition.get("acknowledged") instanceof Long from)) {
            return would + " to " + target.words();
        }
        Long to = target.offset().apply(from);
        if (to == null) {
            return would + " from " + from + " to " + target.words();
        }
        return would + " from " + from + " to " + to
                + (to > from
                        ? ": " + (to - from) + " offsets would not be copied"
                        : to < from ? ": up to " + (from - to) + " offsets would be copied again" : "");
    }

    private int execute(List<Map<String, Object>> chosen, Target target) throws AdminFailure, InterruptedException {
        Set<Map<String, Object>> before = new HashSet<>(admin.list(EventsCommand.PATH, "events"));
        Map<String, Map<String, Object>> waiting = new LinkedHashMap<>();
        String token = choice.token();
        for (Map<String, Object> partition : chosen) {
            admin.post(choice.path(partition) + ":" + action + "?" + target.query(), token);
            waiting.put(PartitionChoice.name(partition), partition);
        }
        int status = ExitStatus.OK;
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < LOOKS && !waiting.isEmpty(); i++) {
            for (Map<String, Object> event : admin.list(EventsCommand.PATH, "events")) {
                boolean ofOurs = choice.link().equals(event.get("link"))
                        && DONE.contains(String.valueOf(event.get("kind")))
                        && !before.contains(event);
                if (ofOurs && waiting.remove(PartitionChoice.name(event)) != null) {
                    console.out().println(PartitionChoice.name(event) + ": " + event.get("text"));
                    status = "MOVED".equals(event.get("kind")) ? status : ExitStatus.FAILURE;
                }
            }
            if (!waiting.isEmpty() && never.await(BETWEEN_LOOKS_MS, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        if (!waiting.isEmpty()) {
            console.error("not done yet: " + String.join(", ", waiting.keySet())
                    + "; what was read before is not acknowledged yet; tain status and tain events tell more");
            return ExitStatus.FAILURE;
        }
        return status;
    }
}
