package io.tain.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What the benchmark prints while it goes. */
final class Screen {
    private static final int LABEL_WIDTH = 15;
    private static final int ROUND_WIDTH = 5;

    private final PrintStream out;
    private String headed = "";

    Screen(PrintStream out) {
        this.out = out;
    }

    void begins(Work work) {
        out.println();
        out.println(work.name());
        headed = "";
    }

    /** One line, below a head for the work's measures. */
    void ended(Run run) {
        List<Measure> measures = measures(run.values().keySet());
        int[] widths = new int[measures.size() + 2];
        widths[0] = LABEL_WIDTH;
        widths[1] = ROUND_WIDTH;
        for (int i = 0; i < measures.size(); i++) {
            widths[i + 2] = Math.max(9, measures.get(i).label().length());
        }
        if (!headed.equals(run.work())) {
            headed = run.work();
            out.println(Table.aligned(cells("", "round", measures, Measure::label), widths, Table.Alignment.RIGHT));
        }
        out.println(Table.aligned(
                cells(
                        run.contender().toString(),
                        Integer.toString(run.round()),
                        measures,
                        measure -> run.value(measure).map(measure::format).orElse("-")),
                widths,
                Table.Alignment.RIGHT));
    }

    /** The medians of a work. */
    void medians(Summary summary, String work) {
        out.println();
        out.println("medians of " + summary.rounds(work) + ":");
        out.print(medianTable(summary, work).text());
    }

    void line(String text) {
        out.println(text);
    }

    static Table medianTable(Summary summary, String work) {
        List<Measure> measures = measures(summary.measures(work));
        boolean rates = measures.contains(Measure.RECORDS_PER_SECOND);
        List<String> head = new ArrayList<>(List.of(work));
        measures.forEach(measure -> head.add(measure.label()));
        if (rates) {
            head.add("of limit");
            head.add("x better peer");
        }
        Table table = new Table(head, Table.Alignment.RIGHT);
        for (Run.Label contender : summary.contenders(work)) {
            List<String> line = new ArrayList<>(List.of(contender.toString()));
            measures.forEach(measure -> line.add(summary.median(work, contender, measure)
                    .map(measure::format)
                    .orElse("-")));
            if (rates) {
                Optional<Double> rate = summary.median(work, contender, Measure.RECORDS_PER_SECOND);
                line.add(ratio(rate, summary.best(work, Contender.LIMIT, Measure.RECORDS_PER_SECOND)));
                line.add(ratio(rate, summary.betterPeer(work, Measure.RECORDS_PER_SECOND)));
            }
            table.add(line);
        }
        return table;
    }

    private static String ratio(Optional<Double> some, Optional<Double> other) {
        return Summary.ratio(some, other)
                .map(value -> String.format(Locale.ROOT, "%.2f", value))
                .orElse("-");
    }

    /** All measures of the same kind of work, whether this contender has them or not. */
    private static List<Measure> measures(Set<Measure> seen) {
        return seen.contains(Measure.CPU_PER_GB)
                ? List.of(
                        Measure.RECORDS_PER_SECOND,
                        Measure.MB_PER_SECOND,
                        Measure.CPU_PER_GB,
                        Measure.RUNNING_CPU_PER_GB,
                        Measure.PEAK_MIB,
                        Measure.FIRST_RECORD_SECONDS)
                : seen.stream().sorted().toList();
    }

    private static List<String> cells(
            String first, String second, List<Measure> measures, Function<Measure, String> cell) {
        List<String> cells = new ArrayList<>(List.of(first, second));
        measures.forEach(measure -> cells.add(cell.apply(measure)));
        return cells;
    }
}
