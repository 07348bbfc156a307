package io.tain.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lines of cells. Not thread-safe. */
final class Table {
    private final List<List<String>> lines = new ArrayList<>();
    private final Alignment alignment;

    /** Where the cells of all columns but the first stand; that one is always to the left. */
    enum Alignment {
        LEFT,
        RIGHT
    }

    Table(List<String> head, Alignment alignment) {
        lines.add(List.copyOf(head));
        this.alignment = alignment;
    }

    Table add(List<String> cells) {
        if (cells.size() != lines.get(0).size()) {
            throw new IllegalArgumentException(
                    cells.size() + " cells in a table of " + lines.get(0).size() + " columns");
        }
        lines.add(List.copyOf(cells));
        return this;
    }

    /** Aligned by blanks. */
    String text() {
        int[] widths = widths();
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            text.append(aligned(line, widths, alignment)).append('\n');
        }
        return text.toString();
    }

    /** As Markdown. */
    String markdown() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            text.append("| ").append(String.join(" | ", lines.get(i))).append(" |\n");
            if (i == 0) {
                text.append("|---")
                        .append((alignment == Alignment.LEFT ? "|---" : "|--:")
                                .repeat(lines.get(0).size() - 1))
                        .append("|\n");
            }
        }
        return text.toString();
    }

    /** One line in columns of at least these widths. */
    static String aligned(List<String> cells, int[] widths, Alignment alignment) {
        StringBuilder text = new StringBuilder();
        for (int column = 0; column < cells.size(); column++) {
            String cell = cells.get(column);
            String blanks = " ".repeat(Math.max(0, widths[column] - cell.length()));
            text.append(column == 0 ? "" : "  ");
            text.append(column == 0 || alignment == Alignment.LEFT ? cell + blanks : blanks + cell);
        }
        return text.toString().stripTrailing();
    }

    private int[] widths() {
        int[] widths = new int[lines.get(0).size()];
        Arrays.setAll(
                widths,
                column -> lines.stream()
                        .mapToInt(line -> line.get(column).length())
                        .max()
                        .orElse(0));
        return widths;
    }
}
