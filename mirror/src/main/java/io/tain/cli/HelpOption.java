package io.tain.cli;

import picocli.CommandLine.Option;

/** {@code --help}, mixed into commands. */
@SuppressWarnings("UnusedVariable") // picocli reads the annotation
final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print how to use this command.")
    private boolean help;
}
