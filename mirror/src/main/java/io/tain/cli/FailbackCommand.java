package io.tain.cli;

import io.tain.config.LinkConfig;
import io.tain.failover.Failback;
import io.tain.failover.FailbackReport;
import io.tain.failover.FailoverFailure;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tain failback}. */
@Command(
        name = "failback",
        customSynopsis = "tain failback [--execute] [--leave-unmirrored] [--json] FILE REVERSE-FILE",
        description = {
            "Prepares the way back of a link that was failed over: the link of REVERSE-FILE, which copies in the opposite",
            "direction, gets the positions at which the link of FILE has ended, and its offset maps. So it copies what is new,",
            "and nothing a second time, and carries consumer groups exactly. Start it afterwards.",
            "",
            "SOURCE is where it begins to read, TARGET where its copies come, ONLY-ON-TARGET what stands in front of them there",
            "and was never mirrored.",
            "Exit status: 1 if a gate does not open, 3 if the links are not opposite, 4 or 5 if the source or the target of FILE",
            "does not answer.",
            ""
        })
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
final class FailbackCommand implements Callable<Integer> {
    private final Host host;
    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private HelpOption help;

    @Mixin
    private ExecuteOption execute = new ExecuteOption();

    @Option(
            names = "--leave-unmirrored",
            description =
                    "Go on although the source of FILE has records that were never mirrored; they stay there only.")
    private boolean leaveUnmirrored;

    @Option(names = "--json", description = "The report as one JSON document; the steps are told on stderr.")
    private boolean json;

    @Parameters(
            arity = "0..*",
            paramLabel = "FILE",
            description = "The file of the link that was failed over, and that of the link in the opposite direction.")
    private String[] files = {};

    FailbackCommand(Host host, Console console) {
        this.host = host;
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (files.length != 2) {
            throw new ParameterException(spec.commandLine(), "write: tain failback FILE REVERSE-FILE");
        }
        boolean executes = execute.isGiven();
        Optional<LinkConfig> link = LinkState.of(files[0], host, console).map(LinkState::link);
        Optional<LinkConfig> reverse = LinkState.of(files[1], host, console).map(LinkState::link);
        if (link.isEmpty() || reverse.isEmpty()) {
            return ExitStatus.CONFIGURATION;
        }
        Failback.Left left = leaveUnmirrored ? Failback.Left.STAY : Failback.Left.REFUSE;
        ToldOperator operator = new ToldOperator(json ? console.err() : console.out(), console, host);
        try (Failback failback = new Failback(link.get(), reverse.get(), left, operator, System::currentTimeMillis)) {
            FailbackReport report = executes ? failback.execute() : failback.plan();
            if (json) {
                console.out().println(FailoverView.json(reverse.get().name(), report));
            } else if (!report.partitions().isEmpty()) {
                FailoverView.print(report, console.out());
            }
            if (!executes) {
                operator.tell("plan", ExecuteOption.NOTHING_DONE);
            }
            return ExitStatus.OK;
        } catch (FailoverFailure e) {
            return operator.status(e);
        }
    }
}
