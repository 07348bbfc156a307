package io.tain.cli;

import io.tain.config.Nearest;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The {@code tain} command. The only class that ends the process. */
@Command(
        name = "tain",
        description = {"Mirrors Kafka clusters by forwarding record batches as they are.", ""},
        subcommands = CommandLine.HelpCommand.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "tain help COMMAND tells more of a command.",
            "Exit status: 0 ok, 1 failure, 2 usage, 3 configuration, 4 source and 5 target unreachable or",
            "unauthorised at the start, 6 halted for data safety, 7 verification found differences, 8 lag over a limit."
        })
@SuppressWarnings("UnusedVariable") // the fields are there for picocli, which reads their annotations
public final class Tain {
    private static final String MIRROR_MAKER = "mirror-maker";
    private static final String OFFSET_CHECKER = "consumer-offset-checker";
    private static final int USAGE_WIDTH = 120;
    private static final List<String> VERBOSE = List.of("-v", "--verbose");

    @Option(
            names = {"-v", "--verbose"},
            scope = CommandLine.ScopeType.INHERIT,
            description = "Stack traces, and debug lines in the log.")
    private boolean verbose;

    @Option(
            names = LogFormat.OPTION,
            scope = CommandLine.ScopeType.INHERIT,
            paramLabel = "text|json",
            converter = LogFormat.Parser.class,
            description = "Write the log, and all problems, as text or as one JSON object on each line.")
    private LogFormat logFormat = LogFormat.TEXT;

    @CommandLine.Mixin
    private HelpOption help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version.")
    private boolean version;

    private Tain() {}

    public static void main(String[] args) {
        System.exit(run(Arrays.asList(args), Host.ofThisProcess(), standardConsole()));
    }

    /** Runs MirrorMaker's command line and ends the process with MirrorMaker's statuses. */
    public static void mirrorMaker(String[] args) {
        List<String> arguments = new ArrayList<>(List.of(MIRROR_MAKER));
        arguments.addAll(Arrays.asList(args));
        System.exit(run(arguments, Host.ofThisProcess(), standardConsole()));
    }

    /** Runs ConsumerOffsetChecker's command line and ends the process. */
    public static void consumerOffsetChecker(String[] args) {
        List<String> arguments = new ArrayList<>(List.of(OFFSET_CHECKER));
        arguments.addAll(Arrays.asList(args));
        System.exit(run(arguments, Host.ofThisProcess(), standardConsole()));
    }

    private static Console standardConsole() {
        return new Console(System.out, System.err, Console.Verbosity.NORMAL, LogFormat.TEXT);
    }

    /** The place of the command behind the options that may stand before every one. */
    private static int firstCommand(List<String> arguments) {
        int place = 0;
        while (place < arguments.size()) {
            String argument = arguments.get(place);
            if (argument.equals(LogFormat.OPTION)) {
                place += 2;
            } else if (VERBOSE.contains(argument) || argument.startsWith(LogFormat.OPTION + "=")) {
                place++;
            } else {
                break;
            }
        }
        return Math.min(place, arguments.size());
    }

    /** Runs a command; returns the exit status. */
    static int run(List<String> arguments, Host host, Console console) {
        int command = firstCommand(arguments);
        boolean dropIn = command < arguments.size() && arguments.get(command).equals(MIRROR_MAKER);
        List<String> ours = dropIn ? arguments.subList(0, command) : arguments;
        boolean verbose = ours.stream().anyMatch(VERBOSE::contains);
        Console.Verbosity verbosity = verbose ? Console.Verbosity.VERBOSE : Console.Verbosity.NORMAL;
        Console heard = console.with(verbosity).with(LogFormat.of(ours));
        try {
            if (dropIn) {
                return MirrorMakerCommand.run(arguments.subList(command + 1, arguments.size()), host, heard);
            }
            if (arguments.equals(List.of("help", MIRROR_MAKER))) {
                console.out().print(MirrorMakerOptions.usage());
                return ExitStatus.OK;
            }
            if (arguments.equals(List.of("help", OFFSET_CHECKER))) {
                console.out().print(ConsumerOffsetCheckerCommand.usage());
                return ExitStatus.OK;
            }
            Logging.configure(verbosity, heard.format());
            if (command < arguments.size() && arguments.get(command).equals(OFFSET_CHECKER)) {
                return ConsumerOffsetCheckerCommand.run(arguments.subList(command + 1, arguments.size()), host, heard);
            }
            if (command == arguments.size()) {
                commandLine(host, heard).usage(console.err());
                return ExitStatus.USAGE;
            }
            return commandLine(host, heard).execute(arguments.toArray(new String[0]));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return dropIn ? ExitStatus.MIRROR_MAKER_ABNORMAL : ExitStatus.FAILURE;
        } catch (RuntimeException e) {
            heard.failure("unexpected: " + Console.describe(e), e);
            return dropIn ? ExitStatus.MIRROR_MAKER_ABNORMAL : ExitStatus.FAILURE;
        }
    }

    /** The commands and options, with those of the old tools; to be looked at, as its command would do nothing. */
    public static CommandLine model() {
        CommandLine tain = commandLine(Host.ofThisProcess(), standardConsole());
        CommandSpec mirrorMaker = tain.getSubcommands().get(MIRROR_MAKER).getCommandSpec();
        MirrorMakerOptions.ALL.forEach(option -> option.addTo(mirrorMaker));
        CommandSpec offsetChecker = tain.getSubcommands().get(OFFSET_CHECKER).getCommandSpec();
        ConsumerOffsetCheckerCommand.OPTIONS.forEach(option -> option.addTo(offsetChecker));
        return tain;
    }

    private static CommandLine commandLine(Host host, Console console) {
        CommandLine tain = new CommandLine(new Tain());
        CommandLine run = new CommandLine(new RunCommand(host, console));
        run.getCommandSpec().usageMessage().footer(RunCommand.optionLines());
        tain.addSubcommand(run);
        tain.addSubcommand(new ListedCommands.MirrorMaker());
        tain.addSubcommand(new LagCommand(host, console));
        tain.addSubcommand(new VerifyCommand(host, console));
        tain.addSubcommand(new StateCommand(host, console));
        tain.addSubcommand(new OffsetsCommand(host, console));
        tain.addSubcommand(new FailoverCommand(host, console));
        tain.addSubcommand(new FailbackCommand(host, console));
        tain.addSubcommand(new ListedCommands.ConsumerOffsetChecker());
        tain.addSubcommand(new StatusCommand(console));
        tain.addSubcommand(new TopCommand(host, console));
        tain.addSubcommand(new EventsCommand(host, console));
        tain.addSubcommand(
                pauseCommand("pause", "Has a running mirror pause a link, or some of its partitions.", console));
        tain.addSubcommand(pauseCommand("resume", "Has a running mirror go on with what was paused.", console));
        tain.addSubcommand(new MoveCommand.Seek(console));
        tain.addSubcommand(new MoveCommand.Skip(console));
        tain.addSubcommand(new ListedCommands.Demo(console));
        tain.addSubcommand(new ListedCommands.Bench(console));
        tain.addSubcommand(new VersionCommand(console));
        tain.getCommandSpec().version(Version.line());
        tain.setOut(new PrintWriter(console.out(), true, Charset.defaultCharset()));
        tain.setErr(new PrintWriter(console.err(), true, Charset.defaultCharset()));
        tain.setExpandAtFiles(false);
        tain.setUsageHelpWidth(USAGE_WIDTH);
        tain.setParameterExceptionHandler((exception, arguments) -> refuse(exception, console));
        tain.setExecutionExceptionHandler((exception, commandLine, result) -> {
            console.failure("unexpected: " + Console.describe(exception), exception);
            return ExitStatus.FAILURE;
        });
        return tain;
    }

    private static CommandLine pauseCommand(String name, String description, Console console) {
        CommandLine command = new CommandLine(new PauseCommand(name, console));
        command.getCommandSpec().name(name).usageMessage().description(description);
        return command;
    }

    private static int refuse(CommandLine.ParameterException exception, Console console) {
        CommandLine command = exception.getCommandLine();
        boolean top = command.getParent() == null;
        String message = exception.getMessage();
        if (exception instanceof CommandLine.UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String argument = unmatched.getUnmatched().get(0);
            List<String> names = new ArrayList<>(command.getSubcommands().keySet());
            names.addAll(command.getCommandSpec().optionsMap().keySet());
            String kind = argument.startsWith("-") ? "option" : top ? "command" : "argument";
            message = "unknown " + kind + " " + argument + Nearest.hint(argument, names);
        }
        console.error(message + "; try: tain " + (top ? "--help" : "help " + command.getCommandName()));
        return ExitStatus.USAGE;
    }
}
