package io.tain.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;

/** How the log is written. */
enum LogFormat {
    /** For people: one line for each event. */
    TEXT,
    /** For programs: one JSON object on each line. */
    JSON;

    /** For the parser of the command line. */
    static final class Parser implements CommandLine.ITypeConverter<LogFormat> {
        @Override
        public LogFormat convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "text" -> TEXT;
                case "json" -> JSON;
                default -> throw new CommandLine.TypeConversionException("write text or json, not " + text);
            };
        }
    }

    static final String OPTION = "--log-format";

    /** The format that these arguments ask for; {@link #TEXT} if none or, to be refused by whoever parses them, a wrong one. */
    static LogFormat of(List<String> arguments) {
        LogFormat format = TEXT;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            Optional<String> value = Optional.empty();
            if (argument.startsWith(OPTION + "=")) {
                value = Optional.of(argument.substring(OPTION.length() + 1));
            } else if (argument.equals(OPTION) && i + 1 < arguments.size()) {
                value = Optional.of(arguments.get(i + 1));
            }
            if (value.isPresent()) {
                format = value.get().toLowerCase(Locale.ROOT).equals("json") ? JSON : TEXT;
            }
        }
        return format;
    }
}
