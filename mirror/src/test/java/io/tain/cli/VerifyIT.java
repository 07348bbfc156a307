package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.EmbeddedCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code tain verify} between real brokers whose topics the test writes by itself: what is alike, although batches or offsets are not,
 * and every kind of difference, planted.
 */
@Timeout(120)
class VerifyIT {
    private static final int RECORDS = 300;
    private static final long TIME = System.currentTimeMillis() - 3_600_000;

    private static ClusterPair pair;
    private static int topics;

    @TempDir
    private Path folder;

    private CommandFixture tain;
    private TopicPartition partition;

    @BeforeAll
    static void startClusters() {
        pair = ClusterPair.start();
    }

    @AfterAll
    static void closeClusters() {
        pair.close();
    }

    @BeforeEach
    void makeFixture() {
        tain = new CommandFixture(folder);
        partition = new TopicPartition("t" + topics++, 0);
    }

    /** A record as both sides should have it. */
    private record Item(String key, String value, String header, long timestamp) {
        static Item of(int number) {
            return new Item("k" + number % 7, "value-" + number, "h" + number, TIME + number);
        }

        Item withValue(String other) {
            return new Item(key, other, header, timestamp);
        }

        Item withHeader(String other) {
            return new Item(key, value, other, timestamp);
        }
    }

    private static List<Item> items(int from, int to) {
        List<Item> items = new ArrayList<>();
        for (int number = from; number < to; number++) {
            items.add(Item.of(number));
        }
        return items;
    }

    private void createTopics(Map<String, String> source, Map<String, String> target) {
        pair.source().createTopic(partition.topic(), 1, source);
        pair.target().createTopic(partition.topic(), 1, target);
    }

    /** Writes batches of so many records each. */
    private void write(EmbeddedCluster cluster, List<Item> items, int batch, String codec) throws Exception {
        Map<String, Object> settings = new HashMap<>(cluster.clientProperties());
        settings.put("compression.type", codec);
        settings.put("linger.ms", 60_000);
        settings.put("batch.size", 900_000);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<?>> sent = new ArrayList<>();
            for (Item item : items) {
                sent.add(producer.send(record(item)));
                if (sent.size() % batch == 0) {
                    producer.flush();
                }
            }
            producer.flush();
            for (Future<?> future : sent) {
                future.get();
            }
        }
    }

    private void transact(EmbeddedCluster cluster, List<Item> items, boolean commit) throws Exception {
        Map<String, Object> settings = new HashMap<>(cluster.clientProperties());
        settings.put("transactional.id", "t");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (Item item : items) {
                producer.send(record(item)).get();
            }
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }

    private ProducerRecord<byte[], byte[]> record(Item item) {
        List<Header> headers = List.of(new RecordHeader("h", bytes(item.header())));
        return new ProducerRecord<>(
                partition.topic(), 0, item.timestamp(), bytes(item.key()), bytes(item.value()), headers);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void commit(long offset) throws Exception {
        pair.source()
                .admin()
                .alterConsumerGroupOffsets(partition.topic(), Map.of(partition, new OffsetAndMetadata(offset)))
                .all()
                .get();
    }

    private int verify(String... options) throws IOException {
        return verifyWith("", options);
    }

    private int verifyWith(String settings, String... options) throws IOException {
        String file = tain.write(
                "link.properties",
                "group.id=" + partition.topic() + "\ntopics.include=" + partition.topic()
                        + "\nsource.bootstrap.servers="
                        + pair.source().bootstrapServers() + "\ntarget.bootstrap.servers="
                        + pair.target().bootstrapServers() + "\n" + settings);
        List<String> arguments = new ArrayList<>(List.of("verify"));
        arguments.addAll(List.of(options));
        arguments.add(file);
        return tain.run(arguments.toArray(String[]::new));
    }

    private void assertAlike(int status, int records) {
        assertThat(tain.out()).startsWith("no differences: " + records + " records of 1 partition ");
        assertThat(status).as(tain.err()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4", "zstd"})
    void shouldFindTheSameBatchesAlike(String codec) throws Exception {
        createTopics(Map.of(), Map.of());
        write(pair.source(), items(0, RECORDS), 50, codec);
        write(pair.target(), items(0, RECORDS), 50, codec);
        commit(RECORDS);

        assertAlike(verify(), RECORDS);
    }

    @Test
    void shouldFindTheSameRecordsAlikeInOtherBatches() throws Exception {
        createTopics(Map.of(), Map.of());
        write(pair.source(), items(0, RECORDS), 7, "lz4");
        write(pair.target(), items(0, RECORDS), 60, "zstd");
        commit(RECORDS);

        assertAlike(verify(), RECORDS);
    }

    @Test
    void shouldPassOverMarkersAndAbortedTransactions() throws Exception {
        createTopics(Map.of(), Map.of());
        write(pair.source(), items(0, 10), 10, "none");
        transact(pair.source(), items(1000, 1020), false);
        transact(pair.source(), items(10, 20), true);
        write(pair.source(), items(20, 30), 10, "none");
        write(pair.target(), items(0, 15), 5, "none");
        transact(pair.target(), items(2000, 2020), false);
        write(pair.target(), items(15, 30), 5, "none");
        commit(52);

        assertAlike(verify(), 30);
    }

    @Test
    void shouldCompareNoFurtherThanWhatIsCommitted() throws Exception {
        createTopics(Map.of(), Map.of());
        write(pair.source(), items(0, RECORDS), 50, "lz4");
        write(pair.target(), items(0, 180), 50, "lz4");
        commit(175);

        assertAlike(verify(), 175);
    }

    @Test
    void shouldCompareAllWithoutAnyCommit() throws Exception {
        createTopics(Map.of(), Map.of());
        write(pair.source(), items(0, 100), 50, "lz4");
        write(pair.target(), items(0, 90), 50, "lz4");

        assertThat(verify()).isEqualTo(7);
        assertThat(tain.out())
                .contains(partition + ": 10 records missing on the target, from source offset 90, target offset 90\n");
    }

    @Test
    void shouldAllowForRetentionOnEitherSide() throws Exception {
        createTopics(Map.of(), Map.of());
        write(pair.source(), items(0, RECORDS), 20, "lz4");
        write(pair.target(), items(0, RECORDS), 20, "lz4");
        commit(RECORDS);
        deleteBefore(pair.source(), 70);

        assertAlike(verify(), RECORDS - 70);

        deleteBefore(pair.target(), 155);
        tain = new CommandFixture(folder);
        assertAlike(verify(), RECORDS - 155);
    }

    private void deleteBefore(EmbeddedCluster cluster, long offset) throws Exception {
        cluster.admin()
                .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset)))
                .all()
                .get();
    }

    @Test
    void shouldAllowForATargetThatBeginsLaterOnlyIfToldSo() throws Exception {
        createTopics(Map.of(), Map.of());
        write(pair.source(), items(0, RECORDS), 20, "lz4");
        write(pair.target(), items(100, RECORDS), 20, "lz4");
        commit(RECORDS);

        assertThat(verify()).isEqualTo(7);
        assertThat(tain.out()).contains("100 records missing on the target, from source offset 0, target offset 0");

        tain = new CommandFixture(folder);
        assertAlike(verifyWith("source.auto.offset.reset=latest\n"), RECORDS - 100);
    }

    @Test
    void shouldNotCompareTimestampsThatTheTargetGives() throws Exception {
        createTopics(Map.of(), Map.of("message.timestamp.type", "LogAppendTime"));
        write(pair.source(), items(0, RECORDS), 20, "lz4");
        write(pair.target(), items(0, RECORDS), 30, "lz4");
        commit(RECORDS);

        assertAlike(verify(), RECORDS);
    }

    static Stream<Arguments> faults() {
        List<Arguments> faults = new ArrayList<>();
        for (int at : new int[] {0, 120, RECORDS - 2}) {
            faults.addAll(faultsAt(at, 50));
        }
        faults.addAll(faultsAt(120, 1));
        faults.add(fault("tail", 50, RECORDS, "40 records on the target only", RECORDS, RECORDS));
        faults.add(fault("resent", 50, 120, "100 records repeated on the target", 120, 120));
        faults.add(fault("invented", 50, 120, "1 record on the target only", 120, 120));
        return faults.stream();
    }

    private static List<Arguments> faultsAt(int at, int batch) {
        return List.of(
                fault("missing", batch, at, "1 record missing on the target", at, at),
                fault("repeated", batch, at, "1 record repeated on the target", at + 1, at + 1),
                fault("swapped", batch, at, "2 records in another order", at, at),
                fault("value", batch, at, "1 record altered (value)", at, at),
                fault("header", batch, at, "1 record altered (headers)", at, at),
                fault("timestamp", batch, at, "1 record altered (timestamp)", at, at));
    }

    private static Arguments fault(String what, int batch, int at, String words, int source, int target) {
        return Arguments.of(what, batch, at, words, source, target);
    }

    private static List<Item> planted(String fault, int at) {
        List<Item> items = items(0, RECORDS);
        switch (fault) {
            case "missing" -> items.remove(at);
            case "repeated" -> items.add(at + 1, items.get(at));
            case "swapped" -> items.add(at, items.remove(at + 1));
            case "value" -> items.set(at, items.get(at).withValue("other"));
            case "header" -> items.set(at, items.get(at).withHeader("other"));
            case "timestamp" -> items.set(at, new Item("k" + at % 7, "value-" + at, "h" + at, TIME + at + 5_000));
            case "tail" -> items.addAll(items(RECORDS, RECORDS + 40));
            case "resent" -> items.addAll(at, items(at - 100, at));
            case "invented" -> items.add(at, Item.of(5_000));
            default -> throw new IllegalArgumentException(fault);
        }
        return items;
    }

    @ParameterizedTest(name = "{0} at {2}, batches of {1}")
    @MethodSource("faults")
    void shouldFindAPlantedFault(String fault, int batch, int at, String words, long source, long target)
            throws Exception {
        createTopics(Map.of(), Map.of());
        write(pair.source(), items(0, RECORDS), batch, "lz4");
        write(pair.target(), planted(fault, at), batch, "lz4");
        commit(RECORDS);

        int status = verify();

        assertThat(tain.out())
                .contains(partition + ": " + words + ", from source offset " + source + ", target offset " + target
                        + "\n1 difference in 1 of 1 partition: ");
        assertThat(tain.err()).doesNotContain("error: ", "warning: ");
        assertThat(status).isEqualTo(7);
    }

    @Test
    void shouldGoOnBehindADifferenceAndCountThemAll() throws Exception {
        createTopics(Map.of(), Map.of());
        List<Item> items = items(0, RECORDS);
        items.remove(250);
        items.set(130, items.get(130).withValue("other"));
        items.add(20, items.get(19));
        write(pair.source(), items(0, RECORDS), 50, "lz4");
        write(pair.target(), items, 50, "lz4");
        commit(RECORDS);

        int status = verify();

        assertThat(tain.out()).contains("repeated", "\n3 differences in 1 of 1 partition:");
        assertThat(tain.out().lines()).hasSize(2);
        assertThat(status).isEqualTo(7);
    }

    @Test
    void shouldSayWhenNothingIsAlike() throws Exception {
        createTopics(Map.of(), Map.of());
        write(pair.source(), items(0, 100), 50, "lz4");
        write(pair.target(), items(5_000, 5_090), 50, "lz4");
        commit(100);

        int status = verify();

        assertThat(tain.out()).contains("100 records not alike (no later record was recognised), from source offset 0");
        assertThat(tain.err()).contains("from source offset 0 on not compared");
        assertThat(status).isEqualTo(7);
    }

    @Test
    void shouldFindTopicsThatTheTargetLacks() throws Exception {
        pair.source().createTopic(partition.topic(), 1);
        write(pair.source(), items(0, 10), 10, "none");
        commit(10);

        int status = verify();

        assertThat(tain.out()).contains("10 records missing on the target, from source offset 0, target offset 0");
        assertThat(status).isEqualTo(7);
    }

    @Test
    void shouldCompareTheLastRecordOfEachKeyWhereTheCleanerWasAtWork() throws Exception {
        Map<String, String> compacted = Map.of("cleanup.policy", "compact");
        createTopics(compacted, compacted);
        write(pair.source(), items(0, RECORDS), 50, "lz4");
        write(pair.target(), items(100, RECORDS), 50, "lz4"); // each of the seven keys comes again later
        commit(RECORDS);

        assertAlike(verify(), 7);

        write(pair.target(), List.of(Item.of(RECORDS - 3).withValue("other")), 1, "lz4");
        tain = new CommandFixture(folder);
        assertThat(verify()).isEqualTo(7);
        assertThat(tain.out())
                .contains("1 record altered (the last of its key in a compacted topic), from source offset 297,"
                        + " target offset 200\n1 difference in");
    }

    @Test
    void shouldLookAtSamples() throws Exception {
        createTopics(Map.of(), Map.of());
        write(pair.source(), items(0, RECORDS), 7, "lz4");
        write(pair.target(), planted("value", 120), 50, "lz4");
        commit(RECORDS);

        assertThat(verify("--sample", "1")).isZero();
        assertThat(verify("--sample", "5")).isEqualTo(7);
        assertThat(tain.out()).contains("at samples", "records not alike (the 50 records", "from source offset 120");
    }

    @Test
    void shouldFollow() throws Exception {
        createTopics(Map.of(), Map.of());
        write(pair.source(), items(0, 100), 50, "lz4");
        write(pair.target(), items(0, 100), 50, "lz4");
        commit(100);
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> {
            try {
                return verify("--follow");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        awaitOutput(partition + ": verified up to source offset 100 of 100, 0 differences");

        write(pair.source(), items(100, 200), 50, "lz4");
        write(pair.target(), items(100, 190), 30, "lz4");
        commit(200);

        awaitOutput(partition + ": 10 records missing on the target, from source offset 190, target offset 190");
        tain.signal(15);
        assertThat(status.get(60, TimeUnit.SECONDS)).isEqualTo(7);
    }

    private void awaitOutput(String text) {
        Await.until(
                "the output has " + text,
                Duration.ofSeconds(60),
                () -> tain.out().contains(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--topics=(", "--sample=1 --full", "--sample=-1", "--throttle=-1"})
    void shouldRefuseOptionsThatCannotBeMeant(String options) throws Exception {
        assertThat(verify(options.split(" "))).isEqualTo(2);
        assertThat(tain.err().lines()).hasSize(1);
    }

    /** Each waits for as long as a cluster is given to answer, so they wait together. */
    @Test
    void shouldTellWhichClusterDoesNotAnswer() throws Exception {
        CommandFixture lag = new CommandFixture(folder);
        String file = lag.write(
                "dead.properties",
                "group.id=g\ntopics.include=t\nsource.bootstrap.servers=127.0.0.1:1\ntarget.bootstrap.servers=t:1\n");
        CompletableFuture<Integer> ofLag = CompletableFuture.supplyAsync(() -> lag.run("lag", file));

        assertThat(verifyWith("target.bootstrap.servers=127.0.0.1:1\n")).isEqualTo(5);
        assertThat(tain.err()).contains("error: target 127.0.0.1:1 did not answer within 15 s");
        assertThat(ofLag.get(60, TimeUnit.SECONDS)).isEqualTo(4);
        assertThat(lag.err()).contains("error: source 127.0.0.1:1 did not answer within 15 s");
    }
}
