package io.tain.dist;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The completion function of zsh, to be found on its {@code fpath}. */
final class ZshCompletion {
    private ZshCompletion() {}

    static String of(CommandLine tain) {
        StringBuilder script =
                new StringBuilder("#compdef tain\n\n_tain() {\n    local state\n    local -a commands\n");
        script.append("    commands=(\n");
        tain.getSubcommands().forEach((name, command) -> {
            String text = ManPage.title(command.getCommandSpec());
            script.append("        ").append(quoted(name + ":" + text)).append('\n');
        });
        script.append("    )\n    _arguments -C ");
        script.append(String.join(" ", options(tain.getCommandSpec())));
        script.append(" '1:command:->command' '*::argument:->arguments'\n");
        script.append("    case $state in\n        command) _describe command commands ;;\n");
        script.append("        arguments)\n            case $words[1] in\n");
        for (Map.Entry<String, CommandLine> command : tain.getSubcommands().entrySet()) {
            script.append("                ").append(command.getKey()).append(") _arguments ");
            script.append(String.join(" ", options(command.getValue().getCommandSpec())));
            script.append(" '*:argument:_files' ;;\n");
        }
        return script.append("            esac ;;\n    esac\n}\n\n_tain \"$@\"\n")
                .toString();
    }

    private static List<String> options(CommandSpec command) {
        List<String> options = new ArrayList<>();
        for (OptionSpec option : command.options()) {
            String text = String.join(" ", option.description()).replaceAll("[\\[\\]:]", "");
            String value = option.arity().max() == 0 ? "" : ":" + option.paramLabel() + ":_files";
            for (String name : option.names()) {
                options.add(quoted("*" + name + "[" + text.replace("%%", "%") + "]" + value));
            }
        }
        return options;
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
