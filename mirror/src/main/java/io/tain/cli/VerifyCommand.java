package io.tain.cli;

import io.tain.config.LinkConfig;
import io.tain.inspect.ClusterFailure;
import io.tain.verify.Difference;
import io.tain.verify.PartitionResult;
import io.tain.verify.Verification;
import io.tain.verify.VerifyTerms;
import io.tain.verify.VerifyWatcher;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tain verify}. */
@Command(
        name = "verify",
        customSynopsis =
                "tain verify [--topics REGEX] [--sample N | --full] [--follow] [--metrics-file FILE] [--throttle BYTES] FILE",
        description = {
            "Reads both clusters and compares order, number, keys, values, headers and timestamps of records, up to what",
            "the link's group has committed. Needs no mirror, and one may run. Offsets differ between clusters, so records",
            "are recognised by what is in them.",
            "Exit status: 7 when something differs, 1 when something could not be compared.",
            ""
        })
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
final class VerifyCommand implements Callable<Integer>, VerifyWatcher {
    private static final Duration BETWEEN_ROUNDS = Duration.ofSeconds(5);
    private static final long MEGABYTE = 1_000_000;

    private final Host host;
    private final Console console;
    private final CountDownLatch stopped = new CountDownLatch(1);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private HelpOption help;

    @Mixin
    private LinkArguments arguments = new LinkArguments();

    @Option(names = "--topics", paramLabel = "REGEX", description = "Only the link's topics whose whole name matches.")
    private String topics = ".*";

    @Option(names = "--sample", paramLabel = "N", description = "Look at N places of each partition only.")
    private int samples;

    @Option(names = "--full", description = "Compare all records (the default).")
    private boolean full;

    @Option(names = "--follow", description = "Go on with what is committed meanwhile, until a signal.")
    private boolean follow;

    @Option(
            names = "--metrics-file",
            paramLabel = "FILE",
            description = {
                "After each round, write how far each partition is verified to this file, as Prometheus' node exporter reads it",
                "(its textfile collector wants a name that ends with .prom)."
            })
    private Optional<Path> metricsFile = Optional.empty();

    @Option(
            names = "--throttle",
            paramLabel = "BYTES",
            description = "Most bytes to read in a second, from both clusters together.")
    private long bytesPerSecond;

    VerifyCommand(Host host, Console console) {
        this.host = host;
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        VerifyTerms terms = terms();
        Optional<List<LinkConfig>> links = arguments.read(host, console);
        if (links.isEmpty()) {
            return ExitStatus.CONFIGURATION;
        }
        if (links.get().size() > 1) {
            throw new ParameterException(spec.commandLine(), "several FILEs; verify one link at a time");
        }
        LinkConfig link = links.get().get(0);
        long start = System.currentTimeMillis();
        try (Verification verification = new Verification(link, terms, this, System::currentTimeMillis)) {
            host.signals().listen(number -> {
                stopped.countDown();
                verification.stop();
            });
            List<PartitionResult> results = verification.round();
            export(link, results);
            while (follow && !stopped.await(BETWEEN_ROUNDS.toMillis(), TimeUnit.MILLISECONDS)) {
                showVerified(results);
                results = verification.round();
                export(link, results);
            }
            return summary(link, results, System.currentTimeMillis() - start);
        } catch (ClusterFailure e) {
            console.failure(e.getMessage(), e);
            return e.getMessage().startsWith("target") ? ExitStatus.TARGET : ExitStatus.SOURCE;
        } catch (KafkaException e) {
            console.failure("link " + link.name() + ": " + Console.describe(e), e);
            return ExitStatus.FAILURE;
        }
    }

    /** What was found counts more than telling it: a file that can't be written is a warning. */
    private void export(LinkConfig link, List<PartitionResult> results) {
        metricsFile.ifPresent(file -> {
            try {
                new VerifyMetrics(file, link.name()).write(results, Instant.now());
            } catch (IOException e) {
                console.warning("--metrics-file " + file + " can't be written: " + e);
            }
        });
    }

    private VerifyTerms terms() {
        if (samples < 0 || bytesPerSecond < 0) {
            throw new ParameterException(
                    spec.commandLine(), (samples < 0 ? "--sample" : "--throttle") + ": write a number above 0");
        }
        if (full && samples > 0) {
            throw new ParameterException(spec.commandLine(), "--sample and --full; leave one out");
        }
        try {
            Pattern pattern = Pattern.compile(topics);
            return new VerifyTerms(topic -> pattern.matcher(topic).matches(), samples, bytesPerSecond);
        } catch (PatternSyntaxException e) {
            throw new ParameterException(
                    spec.commandLine(), "--topics " + topics + ": no regular expression: " + e.getDescription(), e);
        }
    }

    @Override
    public void onDifference(Difference found) {
        console.out()
                .println(found.partition() + ": " + count(found.records(), "record") + " "
                        + found.kind().words() + (found.what().isEmpty() ? "" : " (" + found.what() + ")")
                        + ", from source offset " + found.sourceOffset() + ", target offset " + found.targetOffset());
        console.out().flush();
    }

    @Override
    public void onProgress(long records, long bytes, int done, int partitions) {
        console.err()
                .println("compared " + records + " records; " + done + " of " + partitions + " partitions done, "
                        + bytes / MEGABYTE + " MB read");
    }

    private void showVerified(List<PartitionResult> results) {
        for (PartitionResult result : results) {
            console.out()
                    .println(result.partition() + ": verified up to source offset " + result.verifiedTo() + " of "
                            + result.wanted() + ", " + count(result.differences(), "difference"));
        }
        console.out().flush();
    }

    private int summary(LinkConfig link, List<PartitionResult> results, long millis) {
        if (results.isEmpty()) {
            console.error("link " + link.name() + ": the source has no topic to compare; topics.include is "
                    + link.topics().describe());
            return ExitStatus.FAILURE;
        }
        boolean cutShort = stopped.getCount() == 0 && !follow;
        long records = 0;
        long differences = 0;
        long differing = 0;
        boolean incomplete = cutShort;
        for (PartitionResult result : results) {
            records += result.records();
            differences += result.differences();
            differing += result.differences() > 0 ? 1 : 0;
            TopicPartition partition = result.partition();
            result.problem().ifPresent(why -> console.error(partition + ": " + why));
            incomplete |= result.problem().isPresent();
        }
        if (cutShort) {
            console.error("stopped by a signal before all was compared");
        }
        String found = incomplete ? "no differences in what was compared" : "no differences";
        if (differences > 0) {
            found = count(differences, "difference") + " in " + differing + " of " + count(results.size(), "partition");
        }
        console.out()
                .println(found + ": " + count(records, "record") + (samples > 0 ? " at samples" : "") + " of "
                        + count(results.size(), "partition") + " compared in " + LagTable.seconds(millis) + " s");
        return differences > 0 ? ExitStatus.DIFFERENT : incomplete ? ExitStatus.FAILURE : ExitStatus.OK;
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
