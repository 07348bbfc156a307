package io.tain.cli;

import io.tain.config.Nearest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * MirrorMaker's command line, taken apart as its parser did: {@code --option value}, {@code --option=value}, one dash or
 * two, and any prefix that stands for one option only. Collects every error.
 */
final class ParsedOptions {
    private final List<CommandOption> known;
    private final Map<CommandOption, List<Written>> given = new HashMap<>();
    private final List<String> errors = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /**
     * @param option as written, with its dashes
     * @param value its value; empty for a flag
     */
    record Written(String option, String value) {}

    private ParsedOptions(List<CommandOption> known) {
        this.known = known;
    }

    static ParsedOptions of(List<CommandOption> known, List<String> arguments) {
        ParsedOptions parsed = new ParsedOptions(known);
        int next = 0;
        while (next < arguments.size()) {
            next = parsed.take(arguments, next);
        }
        return parsed;
    }

    List<String> errors() {
        return errors;
    }

    List<String> warnings() {
        return warnings;
    }

    boolean has(CommandOption option) {
        return given.containsKey(option);
    }

    /** The option's only value. */
    Optional<Written> value(CommandOption option) {
        return values(option).stream().findFirst();
    }

    List<Written> values(CommandOption option) {
        return given.getOrDefault(option, List.of());
    }

    /** Takes the argument at {@code at}, with its value; returns the place of the next one. */
    private int take(List<String> arguments, int at) {
        String argument = arguments.get(at);
        if (!argument.startsWith("-") || argument.equals("-") || argument.equals("--")) {
            errors.add("unexpected argument '" + argument
                    + "'; put a regex in quotes, or the shell splits it or replaces it by file names");
            return at + 1;
        }
        int equals = argument.indexOf('=');
        String written = equals < 0 ? argument : argument.substring(0, equals);
        Optional<CommandOption> option = find(written);
        if (option.isEmpty()) {
            boolean valueFollows = equals < 0
                    && at + 1 < arguments.size()
                    && !arguments.get(at + 1).startsWith("-");
            return at + (valueFollows ? 2 : 1);
        }
        if (option.get().takes() == CommandOption.Takes.NOTHING) {
            if (equals >= 0) {
                errors.add(written + " takes no value");
            }
            add(option.get(), new Written(written, ""));
            return at + 1;
        }
        if (equals >= 0) {
            add(option.get(), new Written(written, argument.substring(equals + 1)));
            return at + 1;
        }
        if (at + 1 >= arguments.size() || isOption(arguments.get(at + 1))) {
            errors.add(
                    written + " needs a value: " + written + " " + option.get().argument());
            return at + 1;
        }
        add(option.get(), new Written(written, arguments.get(at + 1)));
        return at + 2;
    }

    private void add(CommandOption option, Written written) {
        List<Written> all = given.computeIfAbsent(option, key -> new ArrayList<>());
        if (!all.isEmpty() && option.takes() == CommandOption.Takes.ONE_VALUE) {
            errors.add(option + " is given twice, with '" + all.get(0).value() + "' and '" + written.value()
                    + "'; give it once");
            return;
        }
        all.add(written);
    }

    private boolean isOption(String argument) {
        return argument.startsWith("--")
                && known.stream()
                        .anyMatch(option -> argument.equals(option.toString()) || argument.startsWith(option + "="));
    }

    private Optional<CommandOption> find(String written) {
        String name = written.replaceFirst("^--?", "");
        for (CommandOption option : known) {
            if (option.aliases().contains(name)) {
                warnings.add(written + " was never an option of MirrorMaker; taken as " + option);
                return Optional.of(option);
            }
            boolean shortName = name.length() == 1
                    && MirrorMakerOptions.SHORT.contains(option)
                    && option.name().startsWith(name);
            if (option.name().equals(name) || shortName) {
                return Optional.of(option);
            }
        }
        List<CommandOption> candidates = known.stream()
                .filter(option -> !name.isEmpty() && option.name().startsWith(name))
                .toList();
        if (candidates.size() == 1) {
            return Optional.of(candidates.get(0));
        }
        if (candidates.isEmpty()) {
            List<String> names = known.stream().map(CommandOption::name).toList();
            String hint = Nearest.of(name, names)
                    .map(near -> "; did you mean --" + near + "?")
                    .orElse("; --help lists them");
            errors.add("unknown option " + written + hint);
        } else {
            errors.add(written + " may be "
                    + String.join(
                            " or ",
                            candidates.stream().map(CommandOption::toString).toList()) + "; write more of it");
        }
        return Optional.empty();
    }
}
