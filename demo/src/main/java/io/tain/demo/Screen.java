package io.tain.demo;

import io.tain.link.LinkStatus;
import io.tain.testkit.AuditReport;
import io.tain.testkit.Cluster;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What the demo shows its user. For one thread. */
final class Screen {
    private static final double MEGA = 1e6;
    private static final double PERCENT = 100;
    private static final int LINES_UNDER_A_HEADING = 20;

    private final PrintStream out;
    private int lines;

    Screen(PrintStream out) {
        this.out = out;
    }

    private void line(String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }

    void opening() {
        line("Tain demo: two Kafka clusters in this process, a load on one, and a mirror to the other.");
        line("");
        line("Starting the clusters ...");
    }

    void clusters(Cluster source, Cluster target) {
        line("  source  %s", source.bootstrapServers());
        line("  target  %s  (empty; the mirror creates the topics)", target.bootstrapServers());
        for (DemoTopic topic : DemoTopic.values()) {
            line("  topic   %-10s %d partitions, %s", topic.topic(), topic.partitions(), topic.description());
        }
        line("");
    }

    void link(LinkFile file, Path log) {
        line("The mirror is told what to do by %s:", file.path());
        file.lines().forEach(text -> line("  %s", text));
        line("Its log, and the brokers': %s", log);
        line("");
    }

    void dashboard(int port, LinkFile file) {
        line("Watch it in a browser:");
        line("  dashboard  http://127.0.0.1:%d/", port);
        line("  token      %s  (it asks for what is in there to pause and to resume)", file.token());
        line("");
    }

    void trouble(String text) {
        line("          %s", text);
    }

    void ways(Cluster source, Cluster target) {
        line("Look around while it runs, with the scripts of any Kafka distribution:");
        line(
                "  kafka-console-consumer.sh --bootstrap-server %s --topic orders --from-beginning",
                target.bootstrapServers());
        line(
                "  kafka-consumer-groups.sh --bootstrap-server %s --describe --group %s",
                source.bootstrapServers(), LinkFile.GROUP);
        line("Ctrl-C stops the load, waits for the mirror, and compares both clusters.");
        line("");
    }

    void firstRecord(Duration sinceStart) {
        line("First record copied %.1f s after the start.", seconds(sinceStart));
        line("");
    }

    /** One line of figures: what happened between two looks at the mirror. */
    void figures(Duration at, Duration between, Look before, Look now) {
        if (lines++ % LINES_UNDER_A_HEADING == 0) {
            line("   time   written/s    copied/s     MB/s        lag   forwarded");
        }
        double per = seconds(between);
        line(
                "%5d s  %,10.0f  %,10.0f  %7.1f  %,9d  %8.1f %%",
                at.toSeconds(),
                (now.written() - before.written()) / per,
                (now.link().totals().records() - before.link().totals().records()) / per,
                (now.link().totals().bytes() - before.link().totals().bytes()) / per / MEGA,
                now.link().lag(),
                forwardedPercent(now.link().totals()));
    }

    /**
     * Both sides at a moment.
     *
     * @param written records that the load has written
     * @param link what the mirror says
     */
    record Look(long written, LinkStatus link) {}

    static double forwardedPercent(LinkStatus.Totals totals) {
        long transcoded = totals.transcodedBatches().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        long all = totals.forwardedBatches() + transcoded;
        return all == 0 ? PERCENT : PERCENT * totals.forwardedBatches() / all;
    }

    void stopped(long written, Duration after) {
        line("");
        line("Load stopped after %.1f s: %,d records written.", seconds(after), written);
    }

    void caughtUp(Duration after) {
        line("The mirror caught up %.1f s later. Reading both clusters ...", seconds(after));
        line("");
    }

    void notCaughtUp(Duration limit, LinkStatus link) {
        line("The mirror did not catch up within %d s:", limit.toSeconds());
        link.partitions()
                .forEach(partition -> line(
                        "  %s %s at %d, lag %s%s",
                        partition.partition(),
                        partition.state(),
                        partition.committable(),
                        partition.lag().isPresent() ? partition.lag().getAsLong() : "unknown",
                        partition.reason().map(reason -> ": " + reason).orElse("")));
        line("Reading both clusters ...");
        line("");
    }

    void problem(String text) {
        line("%s", text);
    }

    void audit(Audit audit) {
        audit.reports().forEach((topic, report) -> {
            line(
                    "  %-10s %,12d source records  %,12d target records  %s",
                    topic.topic(), report.sourceRecords(), report.targetRecords(), verdict(report));
            if (!report.isAtLeastOnce()) {
                details(report);
            }
        });
        line("");
        if (!audit.passed()) {
            line("DIFFERENT: the clusters do not hold the same records.");
        } else if (audit.duplicates() == 0) {
            line("EQUAL: every one of %,d records arrived, in order, byte for byte, once.", audit.sourceRecords());
        } else {
            line(
                    "EQUAL: every one of %,d records arrived, in order, byte for byte; %,d of them more than once.",
                    audit.sourceRecords(), audit.duplicates());
        }
    }

    private void details(AuditReport report) {
        List<String> text = report.toString().lines().skip(1).toList();
        text.forEach(partition -> line("    %s", partition.strip()));
    }

    private static String verdict(AuditReport report) {
        return report.isExactlyOnce() ? "equal" : report.isAtLeastOnce() ? "equal, with repeats" : "DIFFERENT";
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }
}
