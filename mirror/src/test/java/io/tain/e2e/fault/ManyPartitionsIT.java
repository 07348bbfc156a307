package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.AuditReport;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A link of many topics, started, stopped and killed: {@code -Dtain.many=N} for another number of them. */
final class ManyPartitionsIT {
    private static final int TOPICS = Integer.getInteger("tain.many", 50);
    private static final int PARTITIONS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration STOPPED = Duration.ofSeconds(60);

    private static ClusterPair clusters;
    private static Observer observer;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startClusters() throws Exception {
        clusters = ClusterPair.start();
        observer = new Observer(clusters.source(), clusters.target(), "many");
        clusters.source()
                .admin()
                .createTopics(names().stream()
                        .map(name -> new NewTopic(name, Optional.of(PARTITIONS), Optional.empty()))
                        .toList())
                .all()
                .get();
    }

    @AfterAll
    static void closeClusters() {
        clusters.close();
    }

    private static List<String> names() {
        return IntStream.range(0, TOPICS).mapToObj(i -> "many-" + i).toList();
    }

    @Test
    void shouldTakeManyPartitionsOverAtEachStart() throws Exception {
        Path file = SettingsFile.link(clusters.source(), clusters.target(), "many", "many-.*")
                .set("source.session.timeout.ms", 6_000)
                .set("source.heartbeat.interval.ms", 1_000)
                .write(directory, "many.properties");
        for (int start = 0; start < 3; start++) {
            produce();
            try (TainProcess mirror = TainProcess.run(file)) {
                awaitCommits();
                assertThat(mirror.term().awaitExit(STOPPED)).as(mirror.err()).isZero();
            }
        }

        try (TainProcess killed = TainProcess.run(file)) {
            produce();
            awaitCommits();
            produce();
            killed.kill();
        }
        try (TainProcess mirror = TainProcess.run(file)) {
            awaitCommits();
            assertThat(mirror.term().awaitExit(STOPPED)).as(mirror.err()).isZero();
        }
        AuditReport audit = clusters.audit(names().toArray(String[]::new));
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
        assertThat(audit.sourceRecords()).isEqualTo(5L * TOPICS * PARTITIONS);
    }

    /** One record for each partition. */
    private static void produce() {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                clusters.source().clientProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (String topic : names()) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    var unused = producer.send(new ProducerRecord<>(topic, partition, null, new byte[100]));
                }
            }
            producer.flush();
        }
    }

    private static void awaitCommits() throws Exception {
        Map<TopicPartition, Long> wanted = ends();
        Await.until("all is committed", PATIENCE, () -> observer.committed().equals(wanted));
    }

    /** Where the source's logs end. */
    private static Map<TopicPartition, Long> ends() throws Exception {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        for (String topic : names()) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                wanted.put(new TopicPartition(topic, partition), OffsetSpec.latest());
            }
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        clusters.source()
                .admin()
                .listOffsets(wanted)
                .all()
                .get()
                .forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }
}
