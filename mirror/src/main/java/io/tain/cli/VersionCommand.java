package io.tain.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tain version}. */
@Command(name = "version", description = "Prints the version of Tain and of the Kafka client in it.")
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
final class VersionCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private HelpOption help;

    VersionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.out().println(Version.line());
        return ExitStatus.OK;
    }
}
