package io.tain.cli;

import io.tain.inspect.GroupLag;
import io.tain.inspect.GroupMembers.Owner;
import io.tain.inspect.PartitionLag;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/** A group's lag as text: the columns of {@code kafka-consumer-groups --describe} with the age behind them, or JSON. */
final class LagTable {
    private static final String NONE = "-";
    private static final double MILLIS = 1000;
    private static final List<String> HEADER = List.of(
            "GROUP",
            "TOPIC",
            "PARTITION",
            "CURRENT-OFFSET",
            "LOG-END-OFFSET",
            "LAG",
            "CONSUMER-ID",
            "HOST",
            "CLIENT-ID",
            "LAG-SECONDS");

    private LagTable() {}

    /** One line for each partition, columns in line. */
    static String text(GroupLag lag) {
        List<List<String>> rows = new ArrayList<>(List.of(HEADER));
        lag.partitions().forEach(partition -> rows.add(row(lag.group(), partition)));
        int[] widths = new int[HEADER.size()];
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                line.append(row.get(column))
                        .append(" ".repeat(widths[column] - row.get(column).length() + 1));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static List<String> row(String group, PartitionLag lag) {
        return List.of(
                group,
                lag.partition().topic(),
                Integer.toString(lag.partition().partition()),
                text(lag.committed()),
                text(lag.logEnd()),
                text(lag.records()),
                lag.owner().map(Owner::consumerId).orElse(NONE),
                lag.owner().map(Owner::host).orElse(NONE),
                lag.owner().map(Owner::clientId).orElse(NONE),
                lag.ageMillis().isPresent() ? seconds(lag.ageMillis().getAsLong()) : NONE);
    }

    /** With one decimal. */
    static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f", millis / MILLIS);
    }

    private static String text(OptionalLong number) {
        return number.isPresent() ? Long.toString(number.getAsLong()) : NONE;
    }

    /** One object; what can't be told is null. */
    static Map<String, Object> json(String link, GroupLag lag) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("link", link);
        object.put("group", lag.group());
        object.put("state", lag.state());
        object.put("lag", lag.records());
        object.put("lagSeconds", asSeconds(lag.ageMillis()));
        object.put("partitions", lag.partitions().stream().map(LagTable::json).toList());
        return object;
    }

    private static Map<String, Object> json(PartitionLag lag) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("topic", lag.partition().topic());
        object.put("partition", lag.partition().partition());
        object.put("currentOffset", lag.committed());
        object.put("logEndOffset", lag.logEnd());
        object.put("lag", lag.records());
        object.put("lagSeconds", asSeconds(lag.ageMillis()));
        object.put("consumerId", lag.owner().map(Owner::consumerId).orElse(null));
        object.put("host", lag.owner().map(Owner::host).orElse(null));
        object.put("clientId", lag.owner().map(Owner::clientId).orElse(null));
        return object;
    }

    private static Object asSeconds(OptionalLong millis) {
        return millis.isPresent() ? (Object) (millis.getAsLong() / MILLIS) : millis;
    }
}
