package io.tain.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of words, each column as wide as its longest word; the last may be as long as it is. */
final class Columns {
    private final List<List<String>> rows = new ArrayList<>();

    Columns(String... titles) {
        rows.add(Arrays.asList(titles));
    }

    /** What is null becomes a dash. */
    void row(Object... cells) {
        rows.add(Arrays.stream(cells)
                .map(cell -> cell == null ? "-" : printable(cell.toString()))
                .toList());
    }

    /** Control characters, which could turn a terminal's state, become spaces. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    void print(PrintStream out) {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        rows.forEach(row -> {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns - 1; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            out.println(line + row.get(columns - 1));
        }
    }
}
