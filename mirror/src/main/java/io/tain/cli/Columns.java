package io.tain.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Rows of words, each column as wide as its longest word; the last may be as long as it is. */
final class Columns {
    private final List<List<String>> rows = new ArrayList<>();

    Columns(String... titles) {
        rows.add(Arrays.asList(titles));
    }

    /** What is null becomes a dash. */
    void row(Object... cells) {
        rows.add(Arrays.stream(cells).map(Columns::cell).toList());
    }

    /** One row without a table. */
    static String line(String between, Object... cells) {
        return Arrays.stream(cells).map(Columns::cell).collect(Collectors.joining(between));
    }

    static String cell(Object cell) {
        return cell == null ? "-" : printable(cell.toString());
    }

    /** Control characters, which could turn a terminal's state, become spaces; so do those that turn the direction. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\u0080-\\u009f\\u202a-\\u202e\\u2066-\\u2069]+", " ");
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
