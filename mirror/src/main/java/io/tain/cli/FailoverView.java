package io.tain.cli;

import io.tain.admin.Json;
import io.tain.failover.FailbackReport;
import io.tain.failover.FailoverReport;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/** Reports of fail-overs and fail-backs as tables, or as JSON. */
final class FailoverView {
    private FailoverView() {}

    static void print(FailoverReport report, PrintStream out) {
        Columns partitions = new Columns("TOPIC", "PARTITION", "SOURCE", "TARGET", "NOT-MIRRORED", "HOW", "TIME");
        report.partitions()
                .forEach(row -> partitions.row(
                        row.partition().topic(),
                        row.partition().partition(),
                        number(row.source()),
                        number(row.target()),
                        row.leftRecords().isPresent() || row.left().isEmpty()
                                ? number(row.leftRecords())
                                : "<=" + row.left().getAsLong(),
                        word(row.end()),
                        time(row.timeMs())));
        partitions.print(out);
        if (!report.groups().isEmpty()) {
            out.println();
            Columns groups = new Columns("GROUP", "TOPIC", "PARTITION", "SOURCE", "TARGET", "WHY-NOT");
            report.groups()
                    .forEach(row -> groups.row(
                            row.group(),
                            row.partition().topic(),
                            row.partition().partition(),
                            number(row.source()),
                            number(row.target()),
                            row.reason().orElse("")));
            groups.print(out);
        }
        out.flush();
    }

    static void print(FailbackReport report, PrintStream out) {
        Columns partitions = new Columns("TOPIC", "PARTITION", "SOURCE", "TARGET", "ONLY-ON-TARGET");
        report.partitions()
                .forEach(row -> partitions.row(
                        row.partition().topic(),
                        row.partition().partition(),
                        row.source(),
                        row.target(),
                        row.leftRecords().isPresent() || row.left().isEmpty()
                                ? number(row.leftRecords())
                                : "<=" + row.left().getAsLong()));
        partitions.print(out);
        out.flush();
    }

    static String json(String link, FailoverReport report) {
        List<Object> partitions = new ArrayList<>();
        report.partitions().forEach(row -> {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("topic", row.partition().topic());
            document.put("partition", row.partition().partition());
            document.put("sourceOffset", number(row.source()));
            document.put("targetOffset", number(row.target()));
            document.put("how", word(row.end()));
            document.put("time", time(row.timeMs()));
            document.put("notMirroredOffsets", number(row.left()));
            document.put("notMirroredRecords", number(row.leftRecords()));
            partitions.add(document);
        });
        List<Object> groups = new ArrayList<>();
        report.groups().forEach(row -> {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("group", row.group());
            document.put("topic", row.partition().topic());
            document.put("partition", row.partition().partition());
            document.put("sourceOffset", number(row.source()));
            document.put("targetOffset", number(row.target()));
            document.put("reason", row.reason().orElse(null));
            groups.add(document);
        });
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("link", link);
        document.put("partitions", partitions);
        document.put("groups", groups);
        return Json.write(document);
    }

    static String json(String link, FailbackReport report) {
        List<Object> partitions = new ArrayList<>();
        report.partitions().forEach(row -> {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("topic", row.partition().topic());
            document.put("partition", row.partition().partition());
            document.put("sourceOffset", row.source());
            document.put("targetOffset", row.target());
            document.put("onlyOnTargetOffsets", number(row.left()));
            document.put("onlyOnTargetRecords", number(row.leftRecords()));
            partitions.add(document);
        });
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("link", link);
        document.put("partitions", partitions);
        return Json.write(document);
    }

    private static String word(FailoverReport.End end) {
        return end.name().toLowerCase(Locale.ROOT);
    }

    private static Object number(OptionalLong number) {
        return number.isPresent() ? (Object) number.getAsLong() : null;
    }

    private static Object time(OptionalLong ms) {
        return ms.isPresent() ? Instant.ofEpochMilli(ms.getAsLong()) : null;
    }
}
