package io.tain.bench;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How long {@code tain verify --full} takes for a topic that has been copied. */
final class VerifyTrial implements Trial {
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final double NANOS = 1e9;

    private final CopyTrial copy;

    private VerifyTrial(CopyTrial copy) {
        this.copy = copy;
    }

    /** Writes the source topic. */
    static VerifyTrial prepare(Work work, Brokers brokers) {
        return new VerifyTrial(CopyTrial.prepare(work, brokers));
    }

    @Override
    public List<Contender> contenders(Field field) throws IOException, InterruptedException {
        return List.of(field.tain());
    }

    /** Copies the topic with the contender, which commits its positions when it ends, and compares up to these. */
    @Override
    public Map<Measure, Double> run(Contender contender, String turn, Path directory) throws IOException {
        copy.run(contender, turn, directory);
        TainContender tain = (TainContender) contender;
        Path log = directory.resolve("verify.log");
        long startNanos = System.nanoTime();
        Process process = new ProcessBuilder(
                        tain.launcher().toString(),
                        "verify",
                        TainContender.file(directory).toString(),
                        "--full")
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(log.toFile()))
                .start();
        try {
            boolean ended = process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS);
            double seconds = (System.nanoTime() - startNanos) / NANOS;
            if (!ended || process.exitValue() != 0) {
                throw new IllegalStateException("The comparison failed:\n" + Files.readString(log));
            }
            return Map.of(Measure.VERIFY_SECONDS, seconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            process.destroyForcibly();
        }
    }
}
