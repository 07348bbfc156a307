package io.tain.bench;

import io.tain.bench.Session.Extent;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tain bench}. */
@Command(
        name = "tain bench",
        sortOptions = false,
        description = {
            "Measures Tain beside the limit of the target, MirrorMaker 1 and MirrorMaker 2, on this machine.",
            "Without options: everything, for hours; the results go to bench/results and BENCHMARKS.md.",
            ""
        })
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
public final class Bench implements Callable<Integer> {
    private static final int FULL_ROUNDS = 3;
    private static final List<Integer> FULL_STREAMS = List.of(1, 2);
    private static final List<Integer> QUICK_STREAMS = List.of(1);
    private static final String LOGGING = "log4j2.configurationFile";

    private final PrintStream out;
    private final PrintStream err;
    private final Place place;

    @Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Option(
            names = "--quick",
            description = "Three works in less than three minutes: one round, fewer records, peers with one stream.")
    private boolean quick;

    @Option(
            names = "--work",
            paramLabel = "NAME",
            split = ",",
            description = "Only these; * stands for anything, as in 'link-*'.")
    private List<String> names = List.of();

    @Option(names = "--rounds", paramLabel = "N", description = "Turns of each contender (default: 3).")
    private Optional<Integer> rounds = Optional.empty();

    @Option(names = "--records", paramLabel = "N", description = "Records to copy in each turn (default: 2800000).")
    private Optional<Long> records = Optional.empty();

    @Option(names = "--no-peers", description = "Leave MirrorMaker 1 and 2 out.")
    private boolean noPeers;

    @Option(names = "--write", description = "Keep the results of a part, too, and write BENCHMARKS.md anew.")
    private boolean write;

    @Option(names = "--micro", description = "Measure the parts that only compute, with JMH, and nothing else.")
    private boolean micro;

    @Option(names = "--list", description = "List the works.")
    private boolean list;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this.")
    private boolean help;

    private Bench(PrintStream out, PrintStream err, Place place) {
        this.out = out;
        this.err = err;
        this.place = place;
    }

    public static void main(String[] args) {
        System.setProperty(LOGGING, System.getProperty(LOGGING, "log4j2-bench.xml"));
        System.exit(run(args, System.out, System.err));
    }

    /** Runs the benchmark; returns the exit status. */
    static int run(String[] args, PrintStream out, PrintStream err) {
        CommandLine line = new CommandLine(new Bench(out, err, Place.ofThisProgram()));
        line.setOut(new PrintWriter(out, true, Charset.defaultCharset()));
        line.setErr(new PrintWriter(err, true, Charset.defaultCharset()));
        line.setParameterExceptionHandler((exception, arguments) -> {
            err.println("error: " + exception.getMessage());
            err.println("try: tain bench --help");
            return CommandLine.ExitCode.USAGE;
        });
        return line.execute(args);
    }

    @Override
    public Integer call() throws IOException, InterruptedException, RunnerException {
        List<Work> works = works();
        if (list) {
            works.forEach(work -> out.println(work.name()));
            return CommandLine.ExitCode.OK;
        }
        if (micro) {
            micro();
            return CommandLine.ExitCode.OK;
        }
        String version = buildTain();
        Screen screen = new Screen(out);
        screen.line(version);
        screen.line(Machine.describe() + "; load " + Machine.load());
        Session session = new Session(new Field(place, streams()), extent(), screen);
        Report report = new Report(place);
        boolean kept = write || !(quick || noPeers || !names.isEmpty() || rounds.isPresent() || records.isPresent());
        List<Run> runs = new ArrayList<>();
        int failures = 0;
        for (Work work : works) {
            try {
                Map<String, String> facts = facts(work, version);
                List<Run> ofWork = session.run(work);
                runs.addAll(ofWork);
                screen.medians(new Summary(ofWork), work.name());
                if (kept) {
                    report.keep(new WorkResult(work.name(), facts, ofWork));
                    report.write();
                }
            } catch (IllegalStateException | AssertionError e) {
                err.println("error: " + work.name() + ": " + e.getMessage());
                failures++;
            }
        }
        judge(screen, new Summary(runs));
        if (kept) {
            screen.line("written: " + report.write());
        }
        return failures + session.failures() == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private List<Work> works() {
        if (rounds.orElse(1) < 1 || records.orElse(1L) < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds and --records: write a number from 1 on");
        }
        List<Work> all = quick && names.isEmpty() ? Works.quick() : Works.all();
        return chosen(all).stream()
                .map(work -> records.map(work::withRecords).orElse(work))
                .toList();
    }

    private List<Work> chosen(List<Work> all) {
        if (names.isEmpty()) {
            return all;
        }
        Set<Work> chosen = new LinkedHashSet<>();
        for (String name : names) {
            Pattern pattern = Pattern.compile(Pattern.quote(name).replace("*", "\\E.*\\Q"));
            List<Work> matching = all.stream()
                    .filter(work -> pattern.matcher(work.name()).matches())
                    .toList();
            if (matching.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "--work " + name + ": no such work; tain bench --list names them");
            }
            chosen.addAll(matching);
        }
        return List.copyOf(chosen);
    }

    private List<Integer> streams() {
        return noPeers ? List.of() : quick ? QUICK_STREAMS : FULL_STREAMS;
    }

    private Extent extent() {
        return quick
                ? new Extent(rounds.orElse(1), LatencyTrial.Times.QUICK, PartitionsTrial.Size.QUICK)
                : new Extent(rounds.orElse(FULL_ROUNDS), LatencyTrial.Times.FULL, PartitionsTrial.Size.FULL);
    }

    private Map<String, String> facts(Work work, String version) throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("machine", Machine.describe());
        facts.put("version", version);
        facts.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        facts.put("load", Machine.load());
        facts.put("extent", quick ? "--quick" : "");
        if (work.kind() == Work.Kind.COPY) {
            facts.put("records", Long.toString(work.load().records()));
        }
        return facts;
    }

    private static void judge(Screen screen, Summary summary) {
        List<Targets.Judged> judged = Targets.judge(summary).stream()
                .filter(target -> target.verdict() != Targets.Verdict.UNKNOWN)
                .toList();
        if (!judged.isEmpty()) {
            screen.line("");
            screen.line(Targets.table(judged).text());
        }
    }

    /** The launcher builds what is missing or old; that must not happen in a turn. Returns what is measured. */
    private String buildTain() throws IOException, InterruptedException {
        Path launcher = place.launcher();
        Process process = new ProcessBuilder(launcher.toString(), "version")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset()).strip();
        if (process.waitFor() != 0) {
            throw new IOException(launcher + " does not start; the reason stands above.");
        }
        return line;
    }

    private void micro() throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("io\\.tain\\.bench\\.micro\\..*")
                .forks(1)
                .warmupIterations(quick ? 1 : 3)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(quick ? 1 : 5)
                .measurementTime(TimeValue.seconds(1));
        new Runner(options.build()).run();
    }
}
