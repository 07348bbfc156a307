package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.e2e.StoredState;
import io.tain.offset.MapChunk;
import io.tain.offset.OffsetMap;
import io.tain.offset.StoredChunk;
import io.tain.state.Checkpoint;
import io.tain.state.Checkpoint.Phase;
import io.tain.state.StateKey;
import io.tain.state.StateTopic;
import io.tain.testkit.Await;
import io.tain.testkit.Cluster;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Isolation;
import io.tain.testkit.TopicReader;
import io.tain.testkit.Workload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The state topic on a real target, and {@code tain state dump}. */
@Timeout(120)
class StateIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static ClusterPair clusters;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startClusters() {
        clusters = ClusterPair.start();
    }

    @AfterAll
    static void closeClusters() {
        clusters.close();
    }

    private static void send(String topic, int records) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                clusters.source().clientProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(topic, 0, null, ("v" + i).getBytes(StandardCharsets.UTF_8)))
                        .get();
            }
        }
    }

    private static Optional<Checkpoint> checkpoint(String name, String link, String topic) {
        StateKey key = new StateKey(StateKey.Kind.CHECKPOINT, link, new TopicPartition(topic, 0));
        try (StateTopic reader = new StateTopic(name, clusters.target().clientProperties(), "test", LIMIT)) {
            return reader.read(key::equals, () -> {})
                    .getOrDefault(key, Optional.empty())
                    .flatMap(Checkpoint::parse);
        }
    }

    @Test
    void shouldKeepWhereTheCopyStandsAndShowIt() throws Exception {
        clusters.source().createTopic("kept", 1);
        MirrorFixture link = MirrorFixture.between(clusters).topics("kept").set("link.name", "keeper");
        send("kept", 100);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("kept");
            Await.until(
                    "a checkpoint while it runs",
                    PATIENCE,
                    () -> checkpoint("tain-state", "keeper", "kept")
                            .filter(found -> found.phase() == Phase.COPYING && found.sourceOffset() == 100)
                            .isPresent());
            send("kept", 11);
            mirror.awaitCaughtUp("kept");
            mirror.stop();
        }
        CommandFixture tain = new CommandFixture(folder);
        int status = tain.run("state", "dump", "--json", tain.write("keeper.properties", link.text()));

        assertThat(status).as(tain.err()).isZero();
        assertThat(tain.out())
                .contains("\"link\":\"keeper\"")
                .contains("\"topic\":\"kept\"")
                .contains("\"sourceOffset\":111,\"targetOffset\":111")
                .contains("\"phase\":\"RELEASED\"")
                .contains("\"entry\":{\"source\":\"" + clusterId(clusters.source()))
                .contains("\"delivery\":\"exactly-once\",\"topics\":\"")
                .contains("\"chunk\":0,\"sourceTopicId\":\"")
                .contains("\"from\":0,\"upTo\":111,\"runs\":[{\"source\":0,\"target\":0,\"records\":111}]");
        assertThat(checkpoint("tain-state", "another", "kept")).isEmpty();
    }

    private static String clusterId(Cluster cluster) throws Exception {
        return cluster.admin().describeCluster().clusterId().get();
    }

    private static Map<TopicPartition, Long> ends(Cluster cluster, Set<String> except) throws Exception {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        Set<String> names = new HashSet<>(cluster.admin()
                .listTopics(new ListTopicsOptions().listInternal(true))
                .names()
                .get());
        names.removeAll(except);
        cluster.admin()
                .describeTopics(names)
                .allTopicNames()
                .get()
                .forEach((topic, description) -> description
                        .partitions()
                        .forEach(p -> asked.put(new TopicPartition(topic, p.partition()), OffsetSpec.latest())));
        Map<TopicPartition, Long> ends = new HashMap<>();
        cluster.admin().listOffsets(asked).all().get().forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    @Test
    void shouldWriteOnceASecondOfWhatMovedAndNothingToTheSourceButCommits() throws Exception {
        // given a topic that moves and one that does not
        for (String topic : List.of("moving", "resting")) {
            clusters.source().createTopic(topic, 1);
            send(topic, 10);
        }
        MirrorFixture link = MirrorFixture.between(clusters)
                .topics("moving,resting")
                .set("link.name", "sparing")
                .set("tain.state.topic", "__tain-sparing");
        Set<String> written = Set.of("moving", "__consumer_offsets");
        try (RunningMirror first = link.start()) {
            first.awaitCaughtUp("moving", "resting");
            first.stop();
        }
        Map<TopicPartition, Long> before = ends(clusters.source(), written);
        long began = System.currentTimeMillis();

        // when
        try (Workload load = Workload.to(clusters.source().clientProperties(), "moving", 1)
                        .rate(200)
                        .open()
                        .start();
                RunningMirror mirror = link.start()) {
            Await.until(
                    "five seconds' checkpoints",
                    PATIENCE,
                    () -> checkpoint("__tain-sparing", "sparing", "moving")
                            .filter(found -> found.timeMs() > began + 5_000)
                            .isPresent());
            load.stop();
            mirror.awaitCaughtUp("moving", "resting");
            mirror.stop();
        }

        // then
        assertThat(ends(clusters.source(), written)).isEqualTo(before);
        Map<String, List<Long>> times = new HashMap<>();
        TopicReader.read(
                        clusters.target().clientProperties(),
                        new TopicPartition("__tain-sparing", 0),
                        Isolation.READ_UNCOMMITTED)
                .stream()
                .filter(record -> record.timestamp() >= began)
                .forEach(record -> times.computeIfAbsent(
                                new String(record.key(), StandardCharsets.UTF_8), key -> new ArrayList<>())
                        .add(record.timestamp()));
        long seconds = (System.currentTimeMillis() - began) / 1_000 + 1;
        // One at the take-over and one at the release come on top.
        assertThat(times.get("checkpoint/sparing/moving/0/0")).hasSizeBetween(5, (int) seconds + 2);
        assertThat(times.get("map/sparing/moving/0/0")).hasSizeBetween(4, (int) seconds + 2);
        // One at the take-over, one since no other was written by this owner, one at the release.
        assertThat(times.get("checkpoint/sparing/resting/0/0")).hasSizeLessThanOrEqualTo(3);
        assertThat(times.getOrDefault("map/sparing/resting/0/0", List.of())).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void shouldWriteAnewWhatALostTopicHad() throws Exception {
        clusters.source().createTopic("lost", 1);
        MirrorFixture link = MirrorFixture.between(clusters)
                .topics("lost")
                .set("link.name", "loser")
                .set("tain.state.topic", "__tain-lost");
        send("lost", 10);
        try (RunningMirror mirror = link.start()) {
            Await.until(
                    "a checkpoint",
                    PATIENCE,
                    () -> clusters.target().admin().listTopics().names().get().contains("__tain-lost")
                            && checkpoint("__tain-lost", "loser", "lost").isPresent());
            clusters.target().admin().deleteTopics(List.of("__tain-lost")).all().get();
            send("lost", 10);
            Await.until("a checkpoint once more", PATIENCE, () -> {
                boolean there =
                        clusters.target().admin().listTopics().names().get().contains("__tain-lost");
                return there
                        && checkpoint("__tain-lost", "loser", "lost")
                                .filter(found -> found.sourceOffset() == 20)
                                .isPresent();
            });
            assertThat(mirror.status().events()).isEmpty();
            mirror.stop();
        }
        StoredState state = new StoredState(
                clusters.source(), clusters.target(), "__tain-lost", "loser", new TopicPartition("lost", 0));
        assertThat(state.map().runs()).containsExactly(new MapChunk.Run(0, 0, 20));
    }

    @Test
    void shouldTellForHowLongCheckpointsFailAndCopyNevertheless() throws Exception {
        clusters.source().createTopic("unkept", 1);
        clusters.target().createTopic("__tain-unfit", 1, Map.of("cleanup.policy", "delete"));
        MirrorFixture link = MirrorFixture.between(clusters)
                .topics("unkept")
                .set("link.name", "unkept")
                .set("delivery", "at-least-once")
                .set("tain.state.topic", "__tain-unfit");
        send("unkept", 10);
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp("unkept");
            Await.until(
                    "it tells",
                    PATIENCE,
                    () -> mirror.status().upkeep().checkpointAgeMs().orElse(0) > 0);

            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "__tain-unfit");
            AlterConfigOp compact =
                    new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.SET);
            clusters.target()
                    .admin()
                    .incrementalAlterConfigs(Map.of(topic, List.of(compact)))
                    .all()
                    .get();
            Await.until(
                    "all is well",
                    PATIENCE,
                    () -> mirror.status().upkeep().checkpointAgeMs().orElse(-1) == 0);
            assertThat(checkpoint("__tain-unfit", "unkept", "unkept")
                            .orElseThrow()
                            .writers()
                            .all())
                    .extracting(Checkpoint.Producer::id)
                    .isEqualTo(producers(new TopicPartition("unkept", 0)));
        }
    }

    private static List<Long> producers(TopicPartition partition) throws Exception {
        return clusters
                .target()
                .admin()
                .describeProducers(List.of(partition))
                .partitionResult(partition)
                .get()
                .activeProducers()
                .stream()
                .map(ProducerState::producerId)
                .toList();
    }

    @Test
    void shouldLoadTheStateOfTenThousandPartitions() throws Exception {
        Map<StateKey, byte[]> all = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            Checkpoint checkpoint = new Checkpoint(
                    i,
                    1,
                    2L * i,
                    Uuid.randomUuid(),
                    Uuid.randomUuid(),
                    List.of(new Checkpoint.Producer(i, (short) 1)),
                    Phase.COPYING,
                    1_700_000_000_000L);
            all.put(new StateKey(StateKey.Kind.CHECKPOINT, "many", new TopicPartition("t", i)), checkpoint.encode());
            OffsetMap map = new OffsetMap(i);
            for (int run = 0; run < 20; run++) {
                map.add(i + 7L * run, i + 6L * run, 5);
            }
            map.publish();
            StoredChunk chunk = new StoredChunk(
                    checkpoint.sourceTopic(),
                    checkpoint.targetTopic(),
                    map.view().chunks().get(0));
            all.put(new StateKey(StateKey.Kind.MAP, "many", new TopicPartition("t", i)), chunk.encode());
        }
        try (StateTopic topic = new StateTopic("__tain-many", clusters.target().clientProperties(), "many", LIMIT)) {
            assertThat(topic.prepare(clusters.target().admin())).isEmpty();
            topic.write(all);
        }
        try (StateTopic topic = new StateTopic("__tain-many", clusters.target().clientProperties(), "many", LIMIT)) {
            long began = System.nanoTime();
            Map<StateKey, Optional<byte[]>> read = topic.read(key -> key.link().equals("many"), () -> {});
            System.out.println(
                    "the state of 10,000 partitions read in " + (System.nanoTime() - began) / 1_000_000 + " ms");

            assertThat(read).hasSize(20_000);
            assertThat(StoredChunk.decode(
                                    read.get(new StateKey(StateKey.Kind.MAP, "many", new TopicPartition("t", 4_711)))
                                            .orElseThrow())
                            .chunk()
                            .runs())
                    .hasSize(20)
                    .contains(new MapChunk.Run(4_711, 4_711, 5));
            assertThat(Checkpoint.parse(
                            read.get(new StateKey(StateKey.Kind.CHECKPOINT, "many", new TopicPartition("t", 4_711)))
                                    .orElseThrow()))
                    .map(Checkpoint::targetOffset)
                    .contains(9_422L);
            assertThat(topic.read(key -> true, () -> {})).isEmpty();
        }
    }
}
