package io.tain.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * An option of MirrorMaker's command line.
 *
 * @param name its name, without dashes
 * @param takes whether a value follows it
 * @param argument what the value is called in the usage text
 * @param aliases names that were documented but never worked; accepted, but only when written in full
 * @param doc its line in the usage text
 */
record CommandOption(String name, Takes takes, String argument, List<String> aliases, String doc) {
    enum Takes {
        NOTHING,
        ONE_VALUE,
        /** May be given several times. */
        VALUES
    }

    static CommandOption flag(String name, String doc) {
        return new CommandOption(name, Takes.NOTHING, "", List.of(), doc);
    }

    static CommandOption value(String name, String argument, String doc) {
        return new CommandOption(name, Takes.ONE_VALUE, argument, List.of(), doc);
    }

    CommandOption repeatable() {
        return new CommandOption(name, Takes.VALUES, argument, aliases, doc);
    }

    CommandOption alsoWritten(String... other) {
        return new CommandOption(name, takes, argument, List.of(other), doc);
    }

    /** Tells a command of this option, for what is made from the model of the commands. */
    void addTo(CommandSpec command) {
        boolean flag = takes == Takes.NOTHING;
        OptionSpec.Builder spec = OptionSpec.builder(toString())
                .type(flag ? boolean.class : String.class)
                .arity(flag ? "0" : "1")
                .paramLabel(argument)
                .description(doc.replace("%", "%%"));
        if (command.findOption(toString()) == null) { // else it is one of all commands
            command.addOption(spec.build());
        }
    }

    @Override
    public String toString() {
        return "--" + name;
    }
}
