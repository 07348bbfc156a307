package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.verify.PartitionResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyMetricsTest {
    @TempDir
    private Path directory;

    @Test
    void shouldWriteTheFileAnewAfterEachRound() throws IOException {
        Path file = directory.resolve("tain.prom");
        VerifyMetrics metrics = new VerifyMetrics(file, "eu");

        metrics.write(List.of(result(5, Optional.empty())), Instant.ofEpochMilli(1_500));
        metrics.write(List.of(result(9, Optional.of("why"))), Instant.ofEpochMilli(2_500));

        assertThat(Files.readAllLines(file))
                .contains(
                        "# TYPE tain_verified_up_to gauge",
                        "tain_verified_up_to{link=\"eu\",topic=\"t.x\",partition=\"3\"} 9",
                        "tain_verify_wanted{link=\"eu\",topic=\"t.x\",partition=\"3\"} 10",
                        "tain_verify_differences{link=\"eu\",topic=\"t.x\",partition=\"3\"} 2",
                        "tain_verify_failed{link=\"eu\",topic=\"t.x\",partition=\"3\"} 1",
                        "tain_verify_last_round_timestamp_seconds{link=\"eu\"} 2.5");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    private static PartitionResult result(long verified, Optional<String> problem) {
        return new PartitionResult(new TopicPartition("t.x", 3), verified, verified, 10, 2, Optional.empty(), problem);
    }
}
