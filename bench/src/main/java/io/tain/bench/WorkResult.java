package io.tain.bench;

import io.tain.bench.Run.Label;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All runs of a work in one go, as they are kept in a file: facts first, then a line for each value.
 *
 * @param facts such as machine, date and version, by name
 */
record WorkResult(String work, Map<String, String> facts, List<Run> runs) {
    private static final String FACT = "# ";
    private static final String TAB = "\t";

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        facts.forEach((name, value) -> lines.add(FACT + name + TAB + value));
        for (Run run : runs) {
            run.values()
                    .forEach((measure, value) -> lines.add(String.join(
                            TAB,
                            run.contender().name(),
                            Integer.toString(run.contender().streams()),
                            Integer.toString(run.round()),
                            measure.name(),
                            value.toString())));
        }
        return lines;
    }

    static WorkResult parse(String work, List<String> lines) {
        Map<String, String> facts = new LinkedHashMap<>();
        Map<Turn, Map<Measure, Double>> turns = new LinkedHashMap<>();
        for (String line : lines) {
            List<String> cells = List.of(line.split(TAB, -1));
            if (line.startsWith(FACT)) {
                facts.put(cells.get(0).substring(FACT.length()), cells.get(1));
            } else {
                Label label = new Label(cells.get(0), Integer.parseInt(cells.get(1)));
                turns.computeIfAbsent(
                                new Turn(label, Integer.parseInt(cells.get(2))), turn -> new EnumMap<>(Measure.class))
                        .put(Measure.valueOf(cells.get(3)), Double.valueOf(cells.get(4)));
            }
        }
        List<Run> runs = new ArrayList<>();
        turns.forEach((turn, values) -> runs.add(new Run(work, turn.contender(), turn.round(), values)));
        return new WorkResult(work, facts, runs);
    }

    private record Turn(Label contender, int round) {}
}
