package io.tain.dist;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The man page of a command, in the words of its usage text. */
final class ManPage {
    private final CommandLine command;
    private final CommandSpec spec;
    private final String version;
    private final StringBuilder page = new StringBuilder();

    ManPage(CommandLine command, String version) {
        this.command = command;
        this.spec = command.getCommandSpec();
        this.version = version;
    }

    /** The page's name, without its section: {@code tain-run}. */
    String name() {
        return spec.qualifiedName("-");
    }

    String text() {
        page.setLength(0);
        page.append(".TH \"").append(name().toUpperCase(Locale.ROOT)).append("\" \"1\" \"\" \"Tain ");
        page.append(version).append("\" \"Tain\"\n");
        section("NAME");
        line(name() + " \\- " + escape(title(spec).replaceAll("\\.$", "")));
        section("SYNOPSIS");
        line(escape(synopsis()));
        section("DESCRIPTION");
        asItIs(lines(spec.usageMessage().description()));
        options(spec.options());
        arguments(spec.positionalParameters());
        commands();
        List<String> footer = lines(spec.usageMessage().footer());
        if (!footer.isEmpty()) {
            section("NOTES");
            asItIs(footer);
        }
        seeAlso();
        return page.toString();
    }

    /** What a command is for, in one line. */
    static String title(CommandSpec command) {
        List<String> all = new ArrayList<>(lines(command.usageMessage().header()));
        all.addAll(lines(command.usageMessage().description()));
        return all.stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElseGet(command::qualifiedName);
    }

    private String synopsis() {
        List<String> own = lines(spec.usageMessage().customSynopsis());
        return own.isEmpty() ? command.getHelp().synopsis(0).strip() : own.get(0);
    }

    private void options(Collection<OptionSpec> options) {
        if (options.isEmpty()) {
            return;
        }
        section("OPTIONS");
        for (OptionSpec option : options) {
            if (!option.hidden()) {
                String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
                item(String.join(", ", option.names()) + value, option.description());
            }
        }
    }

    private void arguments(Collection<PositionalParamSpec> arguments) {
        if (!arguments.isEmpty()) {
            section("ARGUMENTS");
            arguments.forEach(argument -> item(argument.paramLabel(), argument.description()));
        }
    }

    private void commands() {
        if (command.getSubcommands().isEmpty()) {
            return;
        }
        section("COMMANDS");
        command.getSubcommands().forEach((name, sub) -> item(name, title(sub.getCommandSpec())));
    }

    private void seeAlso() {
        section("SEE ALSO");
        Stream<String> pages = spec.parent() == null
                ? command.getSubcommands().keySet().stream().map(name -> "tain-" + name)
                : Stream.of("tain");
        line(String.join(
                ", ", pages.map(name -> "\\fB" + escape(name) + "\\fR(1)").toList()));
    }

    private void section(String title) {
        page.append(".SH ").append(title).append('\n');
    }

    private void item(String name, String... text) {
        page.append(".TP\n\\fB").append(escape(name)).append("\\fR\n");
        String all = String.join(" ", lines(text)).strip();
        line(escape(all.isEmpty() ? "." : all));
    }

    /** Lines that stay lines: tables and examples. */
    private void asItIs(List<String> lines) {
        page.append(".nf\n");
        lines.stream().dropWhile(String::isBlank).forEach(text -> line(escape(text)));
        page.append(".fi\n");
    }

    private void line(String text) {
        page.append(text).append('\n');
    }

    /** What the formatter would take for its own: backslashes, dashes that are not minus signs, and requests. */
    private static String escape(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }

    private static List<String> lines(String... text) {
        return Arrays.stream(text)
                .map(line -> line.replace("%%", "%").replace("%n", "\n"))
                .toList();
    }
}
