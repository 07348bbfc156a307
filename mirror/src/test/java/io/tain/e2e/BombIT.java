package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.fault.SettingsFile;
import io.tain.e2e.fault.TainProcess;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small batch that becomes a very large one when it is opened. */
final class BombIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MEBIBYTE = 1 << 20;

    /** One more than a batch may decompress to. */
    private static final int RECORDS = 65;

    private static ClusterPair clusters;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startClusters() {
        clusters = ClusterPair.start();
    }

    @AfterAll
    static void closeClusters() {
        clusters.close();
    }

    private static void writeBomb(TopicPartition partition) {
        Map<String, Object> settings = new HashMap<>(clusters.source().clientProperties());
        settings.put("compression.type", "gzip");
        settings.put("batch.size", 80 * MEBIBYTE);
        settings.put("linger.ms", 60_000);
        settings.put("buffer.memory", 200 * MEBIBYTE);
        settings.put("max.request.size", 100 * MEBIBYTE);
        byte[] zeros = new byte[MEBIBYTE];
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < RECORDS; i++) {
                var unused = producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, zeros));
            }
            producer.flush();
        }
    }

    @Test
    void shouldHaltAtABombAndCopyTheOthersInTheMemoryThatTheLauncherGives() {
        // given a batch that has to be opened, since it is to be compressed otherwise
        TopicPartition bomb = Numbered.topic(clusters.source(), "bomb", 3);
        TopicPartition other = Numbered.topic(clusters.source(), "bomb-beside", 3);
        writeBomb(bomb);
        Path file = SettingsFile.link(clusters.source(), clusters.target(), "bomb", "bomb.*")
                .set("target.compression.type", "lz4")
                .write(directory, "link.properties");

        // when
        try (TainProcess mirror = TainProcess.runWithTheLaunchersHeap(file)) {
            mirror.awaitErr("HALTED bomb-0", PATIENCE);

            // then
            assertThat(mirror.err()).contains("bomb-0@3", "more than the limit of " + 64 * MEBIBYTE + " bytes");
            Numbered.write(clusters.source(), other, 3, 4);
            Await.until(
                    "the other topic is copied on",
                    PATIENCE,
                    () -> Seen.values(clusters.target(), other).equals(Numbered.values(0, 7)));
            assertThat(Seen.values(clusters.target(), bomb)).isEqualTo(Numbered.values(0, 3));
            assertThat(mirror.term().awaitExit(PATIENCE)).isEqualTo(6);
        }
    }
}
