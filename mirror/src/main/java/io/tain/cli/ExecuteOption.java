package io.tain.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --dry-run} and {@code --execute}, mixed into commands that tell what they would do before they do it. */
final class ExecuteOption {
    /** Behind a plan: how it is carried out. */
    static final String NOTHING_DONE = "nothing was done; add --execute to do it";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(names = "--dry-run", description = "Only tell what would be done (the default).")
    private boolean dryRun;

    @Option(names = "--execute", description = "Do it.")
    private boolean execute;

    /** @throws ParameterException if both are given */
    boolean isGiven() {
        if (dryRun && execute) {
            throw new ParameterException(command.commandLine(), "--dry-run and --execute; leave one out");
        }
        return execute;
    }
}
