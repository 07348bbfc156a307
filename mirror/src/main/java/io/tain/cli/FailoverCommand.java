package io.tain.cli;

import io.tain.config.LinkConfig;
import io.tain.failover.Failover;
import io.tain.failover.FailoverFailure;
import io.tain.failover.FailoverReport;
import io.tain.failover.FailoverTerms;
import io.tain.failover.FailoverTerms.Processes;
import io.tain.failover.FailoverTerms.Source;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tain failover}. */
@Command(
        name = "failover",
        customSynopsis = {
            "tain failover [--execute] [--max-lag N [--timeout S]] [--stop-timeout S] [--source-is-dead]",
            "                     [--mirror-is-stopped] [--json] FILE",
            "       tain failover --cancel [--execute] FILE"
        },
        description = {
            "Has a link's target take the place of its source: ends the link wherever it runs and for good, carries consumer",
            "groups a last time, compares the last records, and tells per partition what was mirrored, and per group where it",
            "goes on. Run again, it goes on where it was.",
            "",
            "HOW is released: let go in good order; compared: not let go, and this is how far both sides are alike; checkpoint:",
            "not let go, and more may have been copied since TIME; none: nothing was ever copied.",
            "Exit status: 1 if a gate does not open, 4 or 5 if a cluster does not answer, 7 if the last records differ,",
            "8 if the lag stays over --max-lag.",
            ""
        })
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
final class FailoverCommand implements Callable<Integer> {
    private final Host host;
    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private HelpOption help;

    @Mixin
    private ExecuteOption execute = new ExecuteOption();

    @Option(names = "--cancel", description = "Let a link run again that was failed over, from where it stopped.")
    private boolean cancel;

    @Option(
            names = "--max-lag",
            paramLabel = "N",
            description =
                    "Wait until the source has so many records at most that are not mirrored, before anything else.")
    private Long maxLag;

    @Option(
            names = "--timeout",
            paramLabel = "S",
            defaultValue = "300",
            description = "Longest wait for that, in seconds (default: 300).")
    private long timeoutSeconds;

    @Option(
            names = "--stop-timeout",
            paramLabel = "S",
            defaultValue = "30",
            description = {
                "Longest wait for the link's processes to end, in seconds; who has not ended then is shut out (default: 30)."
            })
    private long stopSeconds;

    @Option(names = "--source-is-dead", description = "Ask nothing of the source.")
    private boolean sourceIsDead;

    @Option(
            names = "--mirror-is-stopped",
            description = {
                "Your word that no process of the link runs: for one that delivers at least once, whose processes can't be shut",
                "out, where it can't be told."
            })
    private boolean mirrorIsStopped;

    @Option(names = "--json", description = "The report as one JSON document; the steps are told on stderr.")
    private boolean json;

    @Parameters(arity = "0..*", paramLabel = "FILE", description = "The link's properties file.")
    private String[] files = {};

    FailoverCommand(Host host, Console console) {
        this.host = host;
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (files.length != 1) {
            throw new ParameterException(spec.commandLine(), "write: tain failover FILE, of one link");
        }
        if (timeoutSeconds < 0 || stopSeconds < 0 || (maxLag != null && maxLag < 0)) {
            throw new ParameterException(
                    spec.commandLine(), "--max-lag, --timeout and --stop-timeout: write a number of at least 0");
        }
        boolean executes = execute.isGiven();
        Optional<LinkConfig> link = LinkState.of(files[0], host, console).map(LinkState::link);
        if (link.isEmpty()) {
            return ExitStatus.CONFIGURATION;
        }
        FailoverTerms terms = new FailoverTerms(
                sourceIsDead ? Source.DEAD : Source.ANSWERS,
                maxLag == null ? OptionalLong.empty() : OptionalLong.of(maxLag),
                Duration.ofSeconds(timeoutSeconds),
                Duration.ofSeconds(stopSeconds),
                mirrorIsStopped ? Processes.ENDED : Processes.UNKNOWN);
        ToldOperator operator = new ToldOperator(json ? console.err() : console.out(), console, host);
        try (Failover failover = new Failover(link.get(), terms, operator, System::currentTimeMillis)) {
            return run(failover, executes, operator, link.get().name());
        } catch (FailoverFailure e) {
            return operator.status(e);
        }
    }

    private int run(Failover failover, boolean executes, ToldOperator operator, String link)
            throws FailoverFailure, InterruptedException {
        if (cancel && executes) {
            failover.cancel();
            return ExitStatus.OK;
        }
        if (cancel) {
            operator.tell("plan", "would let link " + link + " run again; add --execute to do it");
            return ExitStatus.OK;
        }
        FailoverReport report = executes ? failover.execute() : failover.plan();
        if (json) {
            console.out().println(FailoverView.json(link, report));
        } else {
            FailoverView.print(report, console.out());
        }
        if (!executes) {
            operator.tell("plan", ExecuteOption.NOTHING_DONE);
        }
        return ExitStatus.OK;
    }
}
