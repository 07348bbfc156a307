package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.EmbeddedCluster;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Target topics are made to fit the source's, and topics and partitions that appear later are picked up. */
class TopicsIT {
    private static ClusterPair pair;

    @BeforeAll
    static void startClusters() {
        EmbeddedCluster source = EmbeddedCluster.builder().brokers(2).start();
        pair = new ClusterPair(source, EmbeddedCluster.builder().start());
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    private static void write(String topic, int partition, int first, int count) {
        try (RecordSender sender = RecordSender.to(pair.source())) {
            sender.batch(RecordSender.numbered(new TopicPartition(topic, partition), first, count));
        }
    }

    private static TopicDescription targetTopic(String topic) throws Exception {
        return pair.target()
                .admin()
                .describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic);
    }

    private static Map<String, String> settingsOfTarget(String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return pair.target().admin().describeConfigs(List.of(resource)).all().get().get(resource).entries().stream()
                .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value, (a, b) -> a, TreeMap::new));
    }

    private static int valuesIn(String topic, int partition) {
        return Seen.values(pair.target(), new TopicPartition(topic, partition)).size();
    }

    @Test
    void shouldMakeTheStateTopicWithAsManyReplicasAsMirroredOnesHave() throws Exception {
        // given topics of one replica, and a target that could have two
        pair.target().createTopic("back", 1);
        try (RecordSender sender = RecordSender.to(pair.target())) {
            sender.batch(RecordSender.numbered(new TopicPartition("back", 0), 0, 5));
        }

        // when
        EmbeddedCluster from = pair.target();
        EmbeddedCluster to = pair.source();
        try (RunningMirror mirror = MirrorFixture.between(from, to)
                .topics("back")
                .set("tain.state.topic", "__tain-back")
                .start()) {
            mirror.awaitCaughtUp("back");
        }

        // then
        Map<String, TopicDescription> topics = pair.source()
                .admin()
                .describeTopics(List.of("back", "__tain-back"))
                .allTopicNames()
                .get();
        assertThat(topics.get("__tain-back").partitions().get(0).replicas())
                .hasSameSizeAs(topics.get("back").partitions().get(0).replicas())
                .hasSize(1);
    }

    @Test
    void shouldCreateTheTopicAsTheSourceHasIt() throws Exception {
        // given two replicas that the target can't have, and settings of the topic's own
        pair.source()
                .createTopic(
                        "created",
                        3,
                        Map.of(
                                "cleanup.policy", "compact",
                                "retention.ms", "7200000",
                                "min.insync.replicas", "2",
                                "message.timestamp.type", "LogAppendTime"));
        write("created", 2, 0, 5);

        // when
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics("created").start()) {
            mirror.awaitCaughtUp("created");
        }

        // then
        assertThat(targetTopic("created").partitions())
                .hasSize(3)
                .allMatch(p -> p.replicas().size() == 1);
        assertThat(settingsOfTarget("created"))
                .containsEntry("cleanup.policy", "compact")
                .containsEntry("retention.ms", "7200000")
                .containsEntry("min.insync.replicas", "1")
                .doesNotContainKey("message.timestamp.type");
        assertThat(valuesIn("created", 2)).isEqualTo(5);
    }

    @Test
    void shouldGrowATopicThatHasFewerPartitions() throws Exception {
        // given
        pair.source().createTopic("grown", 3);
        pair.target().createTopic("grown", 1);
        for (int partition = 0; partition < 3; partition++) {
            write("grown", partition, 0, 4 + partition);
        }

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair).topics("grown").start()) {
            mirror.awaitCaughtUp("grown");
        }

        // then
        assertThat(targetTopic("grown").partitions()).hasSize(3);
        assertThat(pair.audit("grown").isExactlyOnce()).isTrue();
    }

    @Test
    void shouldAcceptATopicThatHasMorePartitions() throws Exception {
        // given
        pair.source().createTopic("wider", 2);
        pair.target().createTopic("wider", 5);
        write("wider", 0, 0, 4);
        write("wider", 1, 0, 5);

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair).topics("wider").start()) {
            mirror.awaitCaughtUp("wider");
        }

        // then
        assertThat(targetTopic("wider").partitions()).hasSize(5);
        assertThat(pair.audit("wider").isExactlyOnce()).isTrue();
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void shouldPickUpNewTopicsAndPartitionsFromTheirBeginning() throws Exception {
        // given a group that once began at the end, with the default interval between looks
        pair.source().createTopic("later-old", 1);
        write("later-old", 0, 0, 3);
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("later-.*")
                .set("source.auto.offset.reset", "latest")
                .unset("metadata.refresh.interval")
                .start()) {
            mirror.awaitCaughtUp("later-old");

            // when
            pair.source().createTopic("later-new", 2);
            write("later-new", 1, 0, 6);
            pair.source()
                    .admin()
                    .createPartitions(Map.of("later-old", NewPartitions.increaseTo(2)))
                    .all()
                    .get();
            write("later-old", 1, 0, 7);

            // then
            Await.until(
                    "the new topic and the new partition are mirrored",
                    Duration.ofSeconds(10),
                    () -> valuesIn("later-new", 1) == 6 && valuesIn("later-old", 1) == 7);
            mirror.awaitCaughtUp("later-new", "later-old");
            assertThat(valuesIn("later-old", 0)).isZero();
        }
    }

    @Test
    void shouldMirrorWhatIsIncludedAndNotExcludedButNoInternalTopics() throws Exception {
        // given
        for (String topic : List.of("sel-a", "sel-b", "sel-b.tmp", "other-a", "__tain-own")) {
            pair.source().createTopic(topic, 1);
            write(topic, 0, 0, 2);
        }

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("sel-.*, __.*")
                .set("topics.exclude", ".*\\.tmp")
                .start()) {
            mirror.awaitCaughtUp("sel-a", "sel-b");

            // then
            assertThat(mirror.status().partitions().stream()
                            .map(status -> status.partition().toString()))
                    .containsExactly("sel-a-0", "sel-b-0");
            assertThat(pair.target().admin().listTopics().names().get())
                    .contains("sel-a", "sel-b")
                    .doesNotContain("sel-b.tmp", "other-a", "__tain-own");
        }
    }

    @Test
    void shouldMirrorAnInternalTopicThatIsNamed() throws Exception {
        // given
        pair.source().createTopic("__tain-named", 1);
        write("__tain-named", 0, 0, 2);

        // when
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics("__tain-named").start()) {
            mirror.awaitCaughtUp("__tain-named");
        }

        // then
        assertThat(pair.audit("__tain-named").isExactlyOnce()).isTrue();
    }
}
