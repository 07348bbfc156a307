package io.tain.cli;

import io.tain.cli.AdminClient.AdminFailure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A running mirror at one moment, and what is to be seen of it beside the moment before. Immutable. */
final class TopView {
    private static final double MEGABYTE = 1e6;
    private static final double MILLIS = 1e3;

    /** What needs an operator first. */
    private static final List<String> ORDER = List.of("HALTED", "STALLED", "RETRYING", "PAUSED", "STARTING", "RUNNING");

    private static final int STATE_WIDTH = 8;
    private static final int NUMBER_WIDTH = 9;
    private static final int SHORTEST_NAME = 16;
    private static final int SHORTEST_REASON = 18;

    private final long millis;
    private final List<Row> rows;

    /**
     * A link, or one of its partitions.
     *
     * @param link the link's name
     * @param partition as TOPIC-N; empty for all of the link
     * @param fields as the admin server tells them
     */
    record Row(String link, Optional<String> partition, Map<String, Object> fields) {
        String name() {
            return partition.map(name -> name + " of link " + link).orElse("all of link " + link);
        }

        String path() {
            return "/api/v1/links/" + link
                    + partition.map(name -> "/partitions/" + name).orElse("");
        }

        boolean isSame(Row other) {
            return link.equals(other.link) && partition.equals(other.partition);
        }

        private double number(String field) {
            return fields.get(field) instanceof Number number ? number.doubleValue() : 0;
        }
    }

    private TopView(long millis, List<Row> rows) {
        this.millis = millis;
        this.rows = rows;
    }

    /** @param millis of any clock */
    static TopView look(AdminClient admin, long millis) throws AdminFailure {
        List<Row> links = new ArrayList<>();
        List<Row> partitions = new ArrayList<>();
        for (Map<String, Object> link : admin.list("/api/v1/links", "links")) {
            String name = String.valueOf(link.get("link"));
            links.add(new Row(name, Optional.empty(), link));
            for (Map<String, Object> partition : admin.list("/api/v1/links/" + name + "/partitions", "partitions")) {
                partitions.add(new Row(name, Optional.of(PartitionChoice.name(partition)), partition));
            }
        }
        partitions.sort(
                Comparator.<Row>comparingInt(row -> ORDER.indexOf(row.fields().get("state")))
                        .thenComparing(row -> -row.number("lagRecords"))
                        .thenComparing(row -> row.partition().orElse("")));
        links.addAll(partitions);
        return new TopView(millis, List.copyOf(links));
    }

    /** The links, and then their partitions, those first that need somebody. */
    List<Row> rows() {
        return rows;
    }

    /** Why a row is not running, in full; empty text if it is. */
    String reason(int row) {
        Object reason =
                row < 0 || row >= rows.size() ? null : rows.get(row).fields().get("reason");
        return reason == null ? "" : Columns.cell(reason);
    }

    /** How much of a field came in each second since the moment before; a dash when that is not known. */
    private String rate(Row row, String field, Optional<TopView> before, double unit) {
        Optional<Row> then =
                before.flatMap(view -> view.rows.stream().filter(row::isSame).findFirst());
        if (then.isEmpty() || !(then.get().fields().get(field) instanceof Number) || millis <= before.get().millis) {
            return "-";
        }
        double more = Math.max(0, row.number(field) - then.get().number(field));
        return number(more / unit * MILLIS / (millis - before.get().millis));
    }

    private static String number(double value) {
        return value > 0 && value < 10
                ? String.format(Locale.ROOT, "%.1f", value)
                : String.format(Locale.ROOT, "%.0f", value);
    }

    /** A line for each link, for what is no terminal. */
    List<String> lines(String time, Optional<TopView> before) {
        return rows.stream()
                .filter(row -> row.partition().isEmpty())
                .map(row -> time + " " + row.link() + " partitions="
                        + Columns.cell(row.fields().get("partitions"))
                        + " records/s=" + rate(row, "records", before, 1)
                        + " read-MB/s=" + rate(row, "bytesRead", before, MEGABYTE)
                        + " written-MB/s=" + rate(row, "bytesWritten", before, MEGABYTE)
                        + " lag=" + Columns.cell(row.fields().get("lagRecords"))
                        + " lag-seconds=" + Columns.cell(row.fields().get("lagSeconds"))
                        + " bottleneck=" + Columns.cell(row.fields().get("bottleneck"))
                        + " " + StatusCommand.states(row.fields()))
                .toList();
    }

    /** How much room there is. */
    record Size(int width, int height) {}

    /**
     * All that fits on a screen.
     *
     * @param title stands above it, with the keys
     * @param before the look before
     * @param selected the row that keys are for
     */
    List<String> screen(List<String> title, Optional<TopView> before, int selected, Size size) {
        List<String> lines = new ArrayList<>(title);
        long links = rows.stream().filter(row -> row.partition().isEmpty()).count();
        int name = Math.max(SHORTEST_NAME, size.width() - 4 * (NUMBER_WIDTH + 1) - 2 - 26);
        lines.add(line(name, "LINK", "RECORDS/S", "MB/S", "LAG", "SECONDS", "BOTTLENECK  STATES"));
        for (int i = 0; i < links; i++) {
            Row row = rows.get(i);
            lines.add(mark(i == selected)
                    + cells(
                            name,
                            row.link(),
                            rate(row, "records", before, 1),
                            rate(row, "bytesWritten", before, MEGABYTE),
                            Columns.cell(row.fields().get("lagRecords")),
                            Columns.cell(row.fields().get("lagSeconds")),
                            Columns.cell(row.fields().get("bottleneck")) + "  " + StatusCommand.states(row.fields())));
        }
        lines.add("");
        int wide = Math.max(SHORTEST_NAME, size.width() - 3 * (NUMBER_WIDTH + 1) - STATE_WIDTH - 3 - SHORTEST_REASON);
        lines.add(line(wide, "PARTITION", "OFFSETS/S", "LAG", "SECONDS", fit("STATE", STATE_WIDTH) + " REASON"));
        int room = Math.max(0, size.height() - lines.size());
        int first = (int) Math.max(links, Math.min(rows.size() - room, selected - room + 1));
        for (int i = first; i < Math.min(rows.size(), first + room); i++) {
            Row row = rows.get(i);
            String of = links > 1 ? row.link() + " " : "";
            lines.add(mark(i == selected)
                    + cells(
                            wide,
                            of + row.partition().orElseThrow(),
                            rate(row, "acknowledged", before, 1),
                            Columns.cell(row.fields().get("lagRecords")),
                            Columns.cell(row.fields().get("lagSeconds")),
                            fit(Columns.cell(row.fields().get("state")), STATE_WIDTH) + " "
                                    + (row.fields().get("reason") == null
                                            ? ""
                                            : Columns.cell(row.fields().get("reason")))));
        }
        return lines.stream()
                .map(line -> line.substring(0, Math.min(line.length(), size.width())))
                .toList();
    }

    private static String mark(boolean selected) {
        return selected ? "> " : "  ";
    }

    private static String line(int name, String... cells) {
        String[] more = new String[cells.length - 1];
        System.arraycopy(cells, 1, more, 0, more.length);
        return "  " + cells(name, cells[0], more);
    }

    /** A name, numbers, and words of any length at the end. */
    private static String cells(int width, String name, String... more) {
        StringBuilder line = new StringBuilder(fit(Columns.cell(name), width));
        for (int i = 0; i < more.length - 1; i++) {
            line.append(' ')
                    .append(" ".repeat(Math.max(0, NUMBER_WIDTH - more[i].length())))
                    .append(more[i]);
        }
        return line.append(' ').append(more[more.length - 1]).toString();
    }

    /** Exactly so wide; of what is longer, the end, where the partition's number stands. */
    private static String fit(String text, int width) {
        return text.length() > width
                ? "…" + text.substring(text.length() - width + 1)
                : text + " ".repeat(width - text.length());
    }
}
