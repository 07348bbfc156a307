package io.tain.cli;

import io.tain.admin.Json;
import io.tain.config.LinkConfig;
import io.tain.inspect.ClusterFailure;
import io.tain.inspect.GroupLag;
import io.tain.inspect.LagReader;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tain lag}. */
@Command(
        name = "lag",
        customSynopsis = "tain lag [--json] [--watch] [--max-lag N] [--max-seconds S] FILE...",
        description = {
            "Shows how far links are behind, by what their groups have committed on the source; no mirror needs to run.",
            "",
            "The columns are those of kafka-consumer-groups --describe, with LAG-SECONDS behind them: the age of the",
            "oldest record that is not yet committed past, by its timestamp. A partition without a commit is counted from",
            "its beginning, and - is what can't be told.",
            "Exit status: 8 when a link is over a limit, 1 when that can't be told.",
            ""
        })
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
final class LagCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);
    private static final long MILLIS = 1000;

    private final Host host;
    private final Console console;

    @Mixin
    private HelpOption help;

    @Mixin
    private LinkArguments arguments = new LinkArguments();

    @Option(names = "--json", description = "One JSON document for each look, on one line.")
    private boolean json;

    @Option(
            names = "--watch",
            description = {
                "Look again every 2 seconds: until a signal or, with a limit, until the links are within it.",
            })
    private boolean watch;

    @Option(names = "--max-lag", paramLabel = "N", description = "Status 8 if a link has more records to go.")
    private Long maxRecords;

    @Option(names = "--max-seconds", paramLabel = "S", description = "Status 8 if a link is further behind.")
    private Long maxSeconds;

    LagCommand(Host host, Console console) {
        this.host = host;
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        Optional<List<LinkConfig>> links = arguments.read(host, console);
        if (links.isEmpty()) {
            return ExitStatus.CONFIGURATION;
        }
        Map<LinkConfig, LagReader> readers = new LinkedHashMap<>();
        try {
            for (LinkConfig link : links.get()) {
                readers.put(
                        link,
                        new LagReader(
                                link.source().client(), link.groupId() + "-lag", LIMIT, System::currentTimeMillis));
            }
            return watch ? watch(readers) : look(readers);
        } catch (ClusterFailure e) {
            console.failure(e.getMessage(), e);
            return ExitStatus.SOURCE;
        } finally {
            readers.values().forEach(LagReader::close);
        }
    }

    private int watch(Map<LinkConfig, LagReader> readers) throws ClusterFailure, InterruptedException {
        Ending ending = Ending.of(host.signals());
        boolean limited = maxRecords != null || maxSeconds != null;
        do {
            int status = look(readers);
            if (limited && status == ExitStatus.OK) {
                return status;
            }
        } while (!ending.await(BETWEEN_LOOKS));
        return ending.status();
    }

    private int look(Map<LinkConfig, LagReader> readers) throws ClusterFailure, InterruptedException {
        List<Object> documents = new ArrayList<>();
        StringBuilder tables = new StringBuilder();
        int status = ExitStatus.OK;
        for (Map.Entry<LinkConfig, LagReader> entry : readers.entrySet()) {
            LinkConfig link = entry.getKey();
            GroupLag lag = entry.getValue().read(link.groupId(), link.topics()::matches);
            noteWhatIsMissing(link, lag);
            documents.add(LagTable.json(link.name(), lag));
            tables.append(tables.isEmpty() ? "" : "\n").append(LagTable.text(lag));
            int ofLink = judge(link, lag);
            status = Math.max(status, ofLink); // over a limit is more than unknown
        }
        if (json) {
            console.out()
                    .println(Json.write(
                            Map.of("time", Instant.now().truncatedTo(ChronoUnit.MILLIS), "links", documents)));
        } else {
            console.out().print(watch ? Instant.now().truncatedTo(ChronoUnit.SECONDS) + "\n" + tables + "\n" : tables);
        }
        console.out().flush();
        return status;
    }

    private void noteWhatIsMissing(LinkConfig link, GroupLag lag) {
        if (lag.partitions().isEmpty()) {
            console.warning("link " + link.name() + ": the source has no topic that matches "
                    + link.topics().describe());
        } else if (!lag.hasCommits()) {
            console.warning("link " + link.name() + ": group " + link.groupId()
                    + " has committed nothing in these topics; all that is there counts as lag");
        }
    }

    private int judge(LinkConfig link, GroupLag lag) {
        boolean over = false;
        boolean unknown = false;
        if (maxRecords != null) {
            over = lag.sum() > maxRecords;
            unknown = lag.records().isEmpty();
        }
        if (maxSeconds != null) {
            over |= lag.oldest() > maxSeconds * MILLIS;
            unknown |= lag.ageMillis().isEmpty();
        }
        if (over && !watch) {
            console.error("link " + link.name() + " is " + lag.sum() + " records and "
                    + LagTable.seconds(lag.oldest()) + " s behind, more than "
                    + (maxRecords == null ? "" : "--max-lag " + maxRecords)
                    + (maxRecords == null || maxSeconds == null ? "" : " or ")
                    + (maxSeconds == null ? "" : "--max-seconds " + maxSeconds) + " allows");
        } else if (unknown && !over && !watch) {
            console.error("link " + link.name() + ": the lag of some partitions can't be told (- in the table)");
        }
        return over ? ExitStatus.OVER_LIMIT : unknown ? ExitStatus.FAILURE : ExitStatus.OK;
    }
}
