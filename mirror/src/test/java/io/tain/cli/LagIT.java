package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.Await;
import io.tain.testkit.EmbeddedCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code tain lag} and {@code tain consumer-offset-checker} before a real broker, with no mirror anywhere. */
@Timeout(120)
class LagIT {
    private static final String GROUP = "lagging";
    private static final long HOUR_MS = 3_600_000;
    private static final TopicPartition BEHIND = new TopicPartition("orders", 0);
    private static final TopicPartition CAUGHT_UP = new TopicPartition("orders", 1);
    private static final TopicPartition NEW = new TopicPartition("orders", 2);
    private static final TopicPartition MARKER = new TopicPartition("payments", 0);

    private static EmbeddedCluster cluster;
    private static long now;

    @TempDir
    private Path folder;

    private CommandFixture tain;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = EmbeddedCluster.builder().start();
        cluster.createTopic("orders", 3);
        cluster.createTopic("payments", 1);
        cluster.createTopic("empty", 1);
        now = System.currentTimeMillis();
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            for (int i = 0; i < 10; i++) {
                producer.send(record(BEHIND, now - HOUR_MS + i * 60_000L)).get();
            }
            producer.send(record(CAUGHT_UP, now - HOUR_MS)).get();
            producer.send(record(NEW, now - 2 * HOUR_MS)).get();
        }
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", "t"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(record(MARKER, now - HOUR_MS)).get();
            producer.commitTransaction();
        }
        commit(Map.of(BEHIND, 4L, CAUGHT_UP, 1L, MARKER, 1L));
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(cluster.clientProperties());
        settings.putAll(more);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static ProducerRecord<byte[], byte[]> record(TopicPartition to, long timestamp) {
        return new ProducerRecord<>(
                to.topic(), to.partition(), timestamp, null, "value".getBytes(StandardCharsets.UTF_8));
    }

    private static void commit(Map<TopicPartition, Long> offsets) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
        offsets.forEach((partition, offset) -> commits.put(partition, new OffsetAndMetadata(offset)));
        cluster.admin().alterConsumerGroupOffsets(GROUP, commits).all().get();
    }

    @AfterAll
    static void closeCluster() {
        cluster.close();
    }

    @BeforeEach
    void makeFixture() {
        tain = new CommandFixture(folder);
    }

    private String link(String group, String topics) throws IOException {
        return tain.write(
                "link.properties",
                "group.id=" + group + "\ntopics.include=" + topics + "\nsource.bootstrap.servers="
                        + cluster.bootstrapServers() + "\ntarget.bootstrap.servers=nobody:1\n");
    }

    private static List<List<String>> cells(String table) {
        return table.lines().map(line -> List.of(line.split(" +"))).toList();
    }

    @Test
    void shouldShowTheLagOfEveryPartition() throws Exception {
        int status = tain.run("lag", link(GROUP, "orders,payments"));

        assertThat(status).as(tain.err()).isZero();
        List<List<String>> rows = cells(tain.out());
        assertThat(rows.get(0))
                .containsExactly(
                        "GROUP",
                        "TOPIC",
                        "PARTITION",
                        "CURRENT-OFFSET",
                        "LOG-END-OFFSET",
                        "LAG",
                        "CONSUMER-ID",
                        "HOST",
                        "CLIENT-ID",
                        "LAG-SECONDS");
        assertThat(rows.get(1).subList(0, 9)).containsExactly(GROUP, "orders", "0", "4", "10", "6", "-", "-", "-");
        // The oldest that is not committed past was made 56 minutes ago, the test another while.
        assertThat(Double.parseDouble(rows.get(1).get(9))).isBetween(3360.0, 3560.0);
        assertThat(rows.get(2)).containsExactly(GROUP, "orders", "1", "1", "1", "0", "-", "-", "-", "0.0");
        assertThat(rows.get(3).subList(0, 6)).containsExactly(GROUP, "orders", "2", "-", "1", "1");
        assertThat(Double.parseDouble(rows.get(3).get(9))).isBetween(7200.0, 7400.0);
        // Only a transaction's marker is left.
        assertThat(rows.get(4)).containsExactly(GROUP, "payments", "0", "1", "2", "1", "-", "-", "-", "0.0");
        assertThat(rows).hasSize(5);
    }

    @Test
    void shouldWriteJson() throws Exception {
        int status = tain.run("lag", "--json", link(GROUP, "orders"));

        assertThat(status).isZero();
        assertThat(tain.out().lines()).hasSize(1);
        assertThat(tain.out())
                .contains(
                        "\"group\":\"lagging\",\"state\":\"Empty\",\"lag\":7,",
                        "{\"topic\":\"orders\",\"partition\":0,\"currentOffset\":4,\"logEndOffset\":10,\"lag\":6,",
                        "\"partition\":2,\"currentOffset\":null,\"logEndOffset\":1,\"lag\":1,");
    }

    @ParameterizedTest
    @CsvSource({
        "--max-lag 7, orders, 0",
        "--max-lag 6, orders, 8",
        "--max-seconds 7500, orders, 0",
        "--max-seconds 7000, orders, 8",
        "--max-lag 0 --max-seconds 0, empty, 0",
        "--max-lag 9 --max-seconds 7000, orders, 8",
    })
    void shouldTellByTheStatusWhetherItIsOverALimit(String limits, String topics, int expected) throws Exception {
        String[] arguments = ("lag " + limits + " " + link(GROUP, topics)).split(" ");

        int status = tain.run(arguments);

        assertThat(status).isEqualTo(expected);
        assertThat(tain.err().contains("error: link link is 7 records")).isEqualTo(expected == 8);
    }

    @Test
    void shouldWatchUntilWithinTheLimit() throws Exception {
        String group = "watched";
        cluster.admin()
                .alterConsumerGroupOffsets(group, Map.of(CAUGHT_UP, new OffsetAndMetadata(0)))
                .all()
                .get();
        cluster.createTopic("watched", 1);
        String file = link(group, "orders");
        CompletableFuture<Integer> status =
                CompletableFuture.supplyAsync(() -> tain.run("lag", "--watch", "--max-lag", "0", file));

        cluster.admin()
                .alterConsumerGroupOffsets(
                        group,
                        Map.of(
                                BEHIND, new OffsetAndMetadata(10),
                                CAUGHT_UP, new OffsetAndMetadata(1),
                                NEW, new OffsetAndMetadata(1)))
                .all()
                .get();

        assertThat(status.get(60, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void shouldWatchUntilASignal() throws Exception {
        String file = link(GROUP, "orders");
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> tain.run("lag", "--watch", file));

        tain.signal(2);

        assertThat(status.get(60, TimeUnit.SECONDS)).isEqualTo(130);
        assertThat(tain.out()).contains("LAG-SECONDS");
    }

    @Test
    void shouldWarnOfWhatIsNotThere() throws Exception {
        int status = tain.run("lag", link("nobody", "orders"));

        assertThat(status).isZero();
        assertThat(tain.err()).contains("warning: link link: group nobody has committed nothing");
        assertThat(tain.run("lag", link("nobody", "no-such"))).isZero();
        assertThat(tain.err()).contains("no topic that matches");
    }

    @Test
    void shouldCheckOffsetsAsKafkasToolDid() {
        int status = tain.run(
                "consumer-offset-checker",
                "--group",
                GROUP,
                "--bootstrap-server=" + cluster.bootstrapServers(),
                "--topic",
                "payments,orders",
                "--broker-info");

        assertThat(status).as(tain.err()).isZero();
        assertThat(tain.err()).isEmpty();
        String row = "%-15s %-30s %-3s %-15s %-15s %-15s %s\n";
        assertThat(tain.out())
                .isEqualTo(String.format(row, "Group", "Topic", "Pid", "Offset", "logSize", "Lag", "Owner")
                        + String.format(row, GROUP, "orders", 0, 4, 10, 6, "none")
                        + String.format(row, GROUP, "orders", 1, 1, 1, 0, "none")
                        + String.format(row, GROUP, "orders", 2, "unknown", 1, "unknown", "none")
                        + String.format(row, GROUP, "payments", 0, 1, 2, 1, "none")
                        + "BROKER INFO\n1 -> " + cluster.bootstrapServers() + "\n");
    }

    @Test
    void shouldNameTheMemberThatHasAPartition() throws Exception {
        String group = "alive";
        Map<String, Object> settings = new HashMap<>(cluster.clientProperties());
        settings.put("group.id", group);
        settings.put("client.id", "reader");
        settings.put("auto.offset.reset", "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of("payments"));
            int[] read = {0};
            Await.until("it has read what is there", Duration.ofSeconds(60), () -> {
                read[0] += consumer.poll(Duration.ofMillis(100)).count();
                return read[0] == 1;
            });
            consumer.commitSync(Map.of(MARKER, new OffsetAndMetadata(1)));
            String member = consumer.groupMetadata().memberId();
            String file = link(group, "payments");
            // The group's members are told while they are members only: it is polled on.
            CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> tain.run("lag", file));
            while (!status.isDone()) {
                consumer.poll(Duration.ofMillis(50));
            }

            assertThat(status.get()).as(tain.err()).isZero();
            assertThat(cells(tain.out()).get(1))
                    .containsExactly(group, "payments", "0", "1", "2", "1", member, "/127.0.0.1", "reader", "0.0");
            assertThat(member).startsWith("reader-");

            CommandFixture checker = new CommandFixture(folder);
            status = CompletableFuture.supplyAsync(() -> checker.run(
                    "consumer-offset-checker", "--group", group, "--bootstrap-server", cluster.bootstrapServers()));
            while (!status.isDone()) {
                consumer.poll(Duration.ofMillis(50));
            }

            assertThat(status.get()).as(checker.err()).isZero();
            assertThat(cells(checker.out()).get(1)).containsExactly(group, "payments", "0", "1", "2", "1", member);
        }
    }

    @Test
    void shouldTakeAConsumersFile() throws Exception {
        String file = tain.write("consumer.properties", "bootstrap.servers=" + cluster.bootstrapServers() + "\n");

        int status = tain.run("consumer-offset-checker", "--group", GROUP, "--consumer.config", file);

        assertThat(status).as(tain.err()).isZero();
        assertThat(tain.out().lines()).hasSize(5);
    }

    @Test
    void shouldFailWhereKafkasToolSaidNothing() {
        String servers = cluster.bootstrapServers();

        assertThat(tain.run("consumer-offset-checker", "--group", "no-such", "--bootstrap-server", servers))
                .isEqualTo(1);
        assertThat(tain.run(
                        "consumer-offset-checker", "--group", GROUP, "--bootstrap-server", servers, "--topic", "none"))
                .isEqualTo(1);

        assertThat(tain.err()).contains("group no-such has committed nothing", "topic none is not on this cluster");
    }
}
