package io.tain.cli;

import io.tain.config.LinkOption;
import io.tain.config.LinkOptions;
import io.tain.config.Links;
import io.tain.link.Extensions;
import io.tain.link.StartFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tain run}. */
@Command(
        name = "run",
        customSynopsis = "tain run [-v] FILE...",
        description = {
            "Mirrors topics; each properties file is one link from a source to a target cluster.",
            "",
            "A file needs at least:",
            "  source.bootstrap.servers=source-host:9092",
            "  target.bootstrap.servers=target-host:9092",
            "  group.id=tain",
            "  topics.include=orders,payments\\..*",
            "",
            "Settings below source. and target. are Kafka's own, of its consumer and producer.",
            "SIGTERM stops it after outstanding records are acknowledged and committed; a second signal at once.",
            ""
        })
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
final class RunCommand implements Callable<Integer> {
    private final Host host;
    private final Console console;

    @Mixin
    private HelpOption help;

    @Mixin
    private LinkArguments arguments = new LinkArguments();

    RunCommand(Host host, Console console) {
        this.host = host;
        this.console = console;
    }

    /** The table of Tain's options, for the usage text. */
    static String[] optionLines() {
        List<String> lines = new ArrayList<>(List.of("", "Tain's own settings in a file:"));
        for (LinkOption<?> option : LinkOptions.ALL) {
            String standard = option.defaultText().replaceAll("^\\(|\\)$", "");
            lines.add("  " + option.key() + (option.required() ? " (required)" : " (default: " + standard + ")"));
            lines.add("      " + option.doc());
        }
        return lines.toArray(new String[0]);
    }

    @Override
    public Integer call() throws InterruptedException {
        Optional<Links> links = arguments.links(host, console);
        if (links.isEmpty()) {
            return ExitStatus.CONFIGURATION;
        }
        try {
            MirrorProcess.End end = new MirrorProcess(links.get(), Extensions.NONE, host, console).run();
            end.outcome().cause().ifPresent(console::error);
            int status = switch (end.outcome().kind()) {
                case STOPPED -> ExitStatus.OK;
                case HALTED, ABORTED, FAILED_OVER -> ExitStatus.HALTED;
                case FAILED, REPLACED -> ExitStatus.FAILURE;
            };
            return MirrorProcess.ended(end.how(), status);
        } catch (StartFailure e) {
            console.failure(e.getMessage(), e);
            return switch (e.side()) {
                case SOURCE -> ExitStatus.SOURCE;
                case TARGET -> ExitStatus.TARGET;
                case CONFIGURATION -> ExitStatus.CONFIGURATION;
                case FAILED_OVER -> ExitStatus.HALTED;
            };
        }
    }
}
