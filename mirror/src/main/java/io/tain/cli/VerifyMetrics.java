package io.tain.cli;

import io.tain.verify.PartitionResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;

/**
 * How far a verification is, as a file that the textfile collector of Prometheus' node exporter reads. Each writing takes the place of
 * the file at once, so that nobody reads half of one.
 */
final class VerifyMetrics {
    private static final double MILLIS = 1e3;

    private final Path file;
    private final String link;

    VerifyMetrics(Path file, String link) {
        this.file = file;
        this.link = link;
    }

    /** @param now when these were found */
    void write(List<PartitionResult> results, Instant now) throws IOException {
        StringBuilder text = new StringBuilder();
        gauge(text, "tain_verified_up_to", "Source offset that all before it was compared.");
        results.forEach(result -> point(text, "tain_verified_up_to", result, result.verifiedTo()));
        gauge(text, "tain_verify_wanted", "Source offset that all before it is to be compared: what was committed.");
        results.forEach(result -> point(text, "tain_verify_wanted", result, result.wanted()));
        gauge(text, "tain_verify_differences", "Differences found since the start.");
        results.forEach(result -> point(text, "tain_verify_differences", result, result.differences()));
        gauge(text, "tain_verify_failed", "1 if the rest of the partition could not be compared.");
        results.forEach(result ->
                point(text, "tain_verify_failed", result, result.problem().isPresent() ? 1 : 0));
        gauge(text, "tain_verify_last_round_timestamp_seconds", "End of the last round since the epoch.");
        text.append("tain_verify_last_round_timestamp_seconds{link=\"")
                .append(link)
                .append("\"} ")
                .append(now.toEpochMilli() / MILLIS)
                .append('\n');
        Path directory = file.toAbsolutePath().getParent();
        Path whole = Files.writeString(directory.resolve(file.getFileName() + ".tmp"), text);
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void gauge(StringBuilder text, String name, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(" gauge\n");
    }

    /** Names of links and topics need no escapes: they have letters, digits, dots, dashes and underscores. */
    private void point(StringBuilder text, String name, PartitionResult result, long value) {
        text.append(name).append("{link=\"").append(link);
        text.append("\",topic=\"").append(result.partition().topic());
        text.append("\",partition=\"").append(result.partition().partition());
        text.append("\"} ").append(value).append('\n');
    }
}
