package io.tain.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the results of each work in a file of its own, and makes BENCHMARKS.md from all of them, so that works can be
 * measured one by one.
 */
final class Report {
    private static final String ENDING = ".tsv";

    private final Place place;

    Report(Place place) {
        this.place = place;
    }

    void keep(WorkResult result) throws IOException {
        Files.createDirectories(place.results());
        Files.write(place.results().resolve(result.work() + ENDING), result.lines());
    }

    /** Writes BENCHMARKS.md and returns where it is. */
    Path write() throws IOException {
        List<WorkResult> results = new ArrayList<>();
        for (Work work : Works.all()) {
            Path file = place.results().resolve(work.name() + ENDING);
            if (Files.exists(file)) {
                results.add(WorkResult.parse(work.name(), Files.readAllLines(file)));
            }
        }
        String bounds = Files.exists(place.bounds()) ? Files.readString(place.bounds()) : "";
        Files.writeString(place.report(), text(results, bounds));
        return place.report();
    }

    /** @param bounds what is to be said of missed targets, in Markdown; may be empty */
    static String text(List<WorkResult> results, String bounds) {
        Summary summary = new Summary(
                results.stream().flatMap(result -> result.runs().stream()).toList());
        StringBuilder text = new StringBuilder("""
                # Benchmarks

                Written by `./tain bench --write` from the runs in [bench/results](bench/results); not to be edited.

                Two brokers, each a process of its own with one node, as the testkit starts them, and the contender, a third,
                share the cores of one machine. The brokers have 1 GiB of heap, the serial collector, and the JVM's first compiler only, so
                that they are as fast in the first turn as in the last. The source topic is there before; the target topic is made anew for every turn. The contenders take
                turns, A B C A B C; each number is the median of the rounds.

                - **limit**: the same batches, already in memory, produced as fast as the target takes them, idempotently,
                  with acks=all: what no mirror can exceed that leaves batches as they are. One that joins small batches
                  into larger ones can.
                - **tain**: as `./tain run` starts it, default settings, not for the first time: the first start in an installation
                  makes an archive of its classes and takes about five seconds longer.
                - **mirrormaker1**: Kafka 3.9.1's `kafka.tools.MirrorMaker`; **mirrormaker2**: Kafka 4.3.1's dedicated mode with
                  the identity policy. Each with the JVM flags of its own script, with 1 and 2 streams or tasks (x2), of which
                  the better counts in every comparison and goes on after the first round; batch.size 64 KiB, linger 5 ms (0 for
                  latency), the topic's codec, acks=all, five requests in flight, large fetches.
                - **tain-at-least-once**: as tain, with `delivery=at-least-once`.
                - **verify**: `tain verify --full` of what tain has copied, from the start of its process to the end.
                - **direct**: no mirror; produced and consumed on the target.

                MB and GB are 10^6 and 10^9 bytes of keys and values before compression. Rates count from the first to the
                last record seen on the target. A turn ends after 120 s, with a far cluster, and for limit with
                batches of one record, after 20 s; what was copied by then counts. CPU is user and system time of the contender's process alone.

                """);
        facts(results, text);
        text.append("## Targets\n\n")
                .append(Targets.table(Targets.judge(summary)).markdown());
        if (!bounds.isBlank()) {
            text.append("\n## What bounds the missed ones\n\n")
                    .append(bounds.strip())
                    .append('\n');
        }
        text.append("\n## Results\n\n");
        for (WorkResult result : results) {
            text.append(Screen.medianTable(summary, result.work()).markdown()).append('\n');
            again(result, summary.rounds(result.work()), text);
        }
        return text.toString().stripTrailing() + "\n";
    }

    private static void again(WorkResult result, int rounds, StringBuilder text) {
        Map<String, String> facts = result.facts();
        List<String> command = new ArrayList<>(List.of("./tain bench --work " + result.work() + " --rounds " + rounds));
        Optional.ofNullable(facts.get("records")).ifPresent(records -> command.add("--records " + records));
        Optional.ofNullable(facts.get("extent"))
                .filter(extent -> !extent.isEmpty())
                .ifPresent(command::add);
        text.append("Median of ")
                .append(rounds)
                .append("; load of the machine before: ")
                .append(facts.getOrDefault("load", "unknown"))
                .append("; again: `")
                .append(String.join(" ", command))
                .append("`\n\n");
    }

    /** Each distinct set of facts once, with the works it holds for. */
    private static void facts(List<WorkResult> results, StringBuilder text) {
        Map<String, List<String>> worksByMachine = new LinkedHashMap<>();
        for (WorkResult result : results) {
            Map<String, String> facts = result.facts();
            String line = facts.get("machine") + "; " + facts.get("version") + "; " + facts.get("date");
            worksByMachine.computeIfAbsent(line, key -> new ArrayList<>()).add(result.work());
        }
        text.append("## Where\n\n");
        worksByMachine.forEach((machine, works) -> text.append("- ")
                .append(machine)
                .append(": ")
                .append(String.join(", ", works))
                .append('\n'));
        text.append('\n');
    }
}
