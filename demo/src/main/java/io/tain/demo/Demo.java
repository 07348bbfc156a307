package io.tain.demo;

import io.tain.cli.ProcessSignals;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tain demo}. */
@Command(
        name = "tain demo",
        sortOptions = false,
        description = {
            "Starts two Kafka clusters in this process, writes to one, mirrors it to the other, and compares both.",
            ""
        },
        footer = {"", "Exit status: 0 every record arrived, in order, equal; 7 not so; 1 failure; 2 usage."})
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
public final class Demo implements Callable<Integer> {
    private static final int OK = 0;
    private static final int FAILURE = 1;
    private static final int DIFFERENT = 7;
    private static final int INTERRUPTED = 130;
    private static final int DEFAULT_RATE = 10_000;
    private static final int HIGHEST_RATE = 1_000_000;

    private final PrintStream out;
    private final PrintStream err;
    private final CountDownLatch stop;

    @Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = Time.class,
            description = "Stop after so long, such as 20s or 2m. Without it: at Ctrl-C, or after 10 million records.")
    private Optional<Duration> limit = Optional.empty();

    @Option(
            names = "--rate",
            paramLabel = "RECORDS",
            description = "Records to write each second, all topics together (default: 10000).")
    private int rate = DEFAULT_RATE;

    @Option(
            names = "--chaos",
            description = "Break the mirror's ways to the clusters, and a broker, and mend them, again and again.")
    private boolean chaos;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this.")
    private boolean help;

    private Demo(PrintStream out, PrintStream err, CountDownLatch stop) {
        this.out = out;
        this.err = err;
        this.stop = stop;
    }

    /**
     * What the user asked for.
     *
     * @param limit how long the load lasts; empty until stopped
     * @param rate records a second
     * @param chaos whether things are to be broken and mended meanwhile
     */
    record Plan(Optional<Duration> limit, int rate, boolean chaos) {}

    public static void main(String[] args) {
        CountDownLatch stop = new CountDownLatch(1);
        AtomicBoolean asked = new AtomicBoolean();
        new ProcessSignals().listen(signal -> {
            stop.countDown();
            if (asked.getAndSet(true)) {
                System.exit(INTERRUPTED);
            }
        });
        System.exit(run(args, System.out, System.err, stop));
    }

    /** Runs the demo; returns the exit status. */
    static int run(String[] args, PrintStream out, PrintStream err, CountDownLatch stop) {
        CommandLine line = new CommandLine(new Demo(out, err, stop));
        line.setOut(new PrintWriter(out, true, Charset.defaultCharset()));
        line.setErr(new PrintWriter(err, true, Charset.defaultCharset()));
        line.setParameterExceptionHandler((exception, arguments) -> {
            err.println("error: " + exception.getMessage());
            err.println("try: tain demo --help");
            return CommandLine.ExitCode.USAGE;
        });
        return line.execute(args);
    }

    @Override
    public Integer call() throws IOException {
        if (rate < 1 || rate > HIGHEST_RATE) {
            throw new ParameterException(
                    spec.commandLine(), "--rate " + rate + ": write a number from 1 to " + HIGHEST_RATE);
        }
        Workspace workspace = Workspace.create();
        int status = FAILURE;
        try {
            boolean equal = new DemoRun(new Plan(limit, rate, chaos), workspace, new Screen(out), stop).run();
            status = equal ? OK : DIFFERENT;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            err.println("error: interrupted");
        } catch (Exception e) {
            err.println("error: " + e);
        }
        if (status == OK) {
            workspace.delete();
        } else {
            err.println("the log is kept: " + workspace.log());
        }
        return status;
    }

    /** A time as people write it. */
    private static final class Time implements CommandLine.ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                Duration time = Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
                if (time.compareTo(Duration.ZERO) > 0) {
                    return time;
                }
            } catch (DateTimeParseException e) {
                throw bad(text);
            }
            throw bad(text);
        }

        private static CommandLine.TypeConversionException bad(String text) {
            return new CommandLine.TypeConversionException("'" + text + "' is no time; write one such as 20s or 2m");
        }
    }
}
