package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.Event;
import io.tain.link.MoveOrder;
import io.tain.link.MoveOrder.Action;
import io.tain.link.MoveOrder.Where;
import io.tain.link.StartFailure;
import io.tain.state.Checkpoint;
import io.tain.testkit.AuditReport;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Workload;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a link finds after a crash, with its state set back to what a kill leaves at the worst moment. */
@Timeout(240)
class RecoveryIT {
    private static ClusterPair pair;

    @BeforeAll
    static void startClusters() {
        pair = ClusterPair.start(shape -> shape.property("group.initial.rebalance.delay.ms", 0));
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    private static TopicPartition partition(String topic) {
        return new TopicPartition(topic, 0);
    }

    private static MirrorFixture link(String topic) {
        return MirrorFixture.between(pair)
                .topics(topic)
                .group("of-" + topic)
                .set("link.name", topic)
                .set("tain.state.topic", "__tain-" + topic);
    }

    private static StoredState state(String topic) {
        return new StoredState(pair.source(), pair.target(), "__tain-" + topic, topic, partition(topic));
    }

    private static void copy(MirrorFixture link, String topic) throws StartFailure, InterruptedException {
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp(topic);
            mirror.stop();
        }
    }

    private static long targetEnd(String topic) throws Exception {
        return pair.target()
                .admin()
                .listOffsets(Map.of(partition(topic), OffsetSpec.latest()))
                .all()
                .get()
                .get(partition(topic))
                .offset();
    }

    private static void assertOnce(String topic) {
        AuditReport audit = pair.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }

    /** Copies a load; sets checkpoint and map back to records of these numbers; copies some more. */
    private static void crash(Workload load, String topic, int checkpoint, int map) throws Exception {
        MirrorFixture link = link(topic);
        load.write(300);
        copy(link, topic);
        StoredState state = state(topic);
        var runs = state.map();
        long target = runs.runs().get(0).target();
        state.rewind("of-" + topic, runs.toSource(target + checkpoint, 0).offset(), target + checkpoint);
        state.rewindMap(target + map);
        load.write(50);

        copy(link, topic);

        assertOnce(topic);
        state.assertMapIsExact();
    }

    @Test
    void shouldFindWhatWasCopiedBehindTheCheckpoint() throws Exception {
        pair.source().createTopic("behind", 1);
        try (Workload load =
                Workload.to(pair.source().clientProperties(), "behind", 1).open()) {
            crash(load, "behind", 120, 90);
        }
        assertThat(state("behind").map().runCount())
                .as("the marker of the second start alone parts the runs")
                .isEqualTo(2);
    }

    @Test
    void shouldFindWhatWasCopiedOfTransactions() throws Exception {
        pair.source().createTopic("parts", 1);
        try (Workload load = Workload.to(pair.source().clientProperties(), "parts", 1)
                .transactions("of-parts", 3, 4)
                .open()) {
            crash(load, "parts", 97, 50);
        }
    }

    @Test
    void shouldFindTheMapsEndBehindTheCheckpoint() throws Exception {
        pair.source().createTopic("ahead", 1);
        try (Workload load = Workload.to(pair.source().clientProperties(), "ahead", 1)
                .producer("compression.type", "lz4")
                .open()) {
            crash(load, "ahead", 60, 200);
        }
    }

    @Test
    void shouldGoOnWhereTheCheckpointWasWrittenAndNothingBehindIt() throws Exception {
        pair.source().createTopic("before", 1);
        MirrorFixture link = link("before");
        try (Workload load =
                Workload.to(pair.source().clientProperties(), "before", 1).open()) {
            load.write(100);
            copy(link, "before");
            state("before").rewind("of-before", 100, 100); // no longer released
            load.write(50);

            copy(link, "before");
        }
        assertOnce("before");
        state("before").assertMapIsExact();
        assertThat(state("before").checkpoint()).map(Checkpoint::phase).contains(Checkpoint.Phase.RELEASED);
    }

    @Test
    void shouldHaltWhereTheTargetDeletedWhatWasCopiedSinceTheCheckpoint() throws Exception {
        TopicPartition partition = Numbered.topic(pair.source(), "taken", 100);
        MirrorFixture link = link("taken");
        copy(link, "taken");
        state("taken").rewind("of-taken", 60, 60);
        Numbered.deleteBefore(pair.target(), partition, 80);

        try (RunningMirror mirror = link.start()) {
            assertThat(mirror.awaitHalted(partition))
                    .contains("target's log begins at offset 80", "checkpoint's 60 (source offset 60)");
            assertThat(targetEnd("taken")).isEqualTo(100);

            // and goes on when an operator says where
            mirror.take(
                    new MoveOrder(partition, Action.SEEK, Where.parse("current").orElseThrow()));
            Numbered.write(pair.source(), partition, 100, 5);
            mirror.awaitCommitted(partition, 105);
        }
        assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(80, 100, 60, 105));
    }

    @Test
    void shouldFindWhatIsLeftOfWhatTheSourceDeletedSinceTheCheckpoint() throws Exception {
        TopicPartition partition = Numbered.topic(pair.source(), "forgot", 100);
        MirrorFixture link = link("forgot");
        copy(link, "forgot");
        state("forgot").rewind("of-forgot", 60, 60);
        Numbered.deleteBefore(pair.source(), partition, 80);
        Numbered.write(pair.source(), partition, 100, 5);

        copy(link, "forgot");

        assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 105));
    }

    @Test
    void shouldHaltWhereTheSourceDeletedAllThatWasCopiedSinceTheCheckpointAndMore() throws Exception {
        TopicPartition partition = Numbered.topic(pair.source(), "forgot-more", 100);
        MirrorFixture link = link("forgot-more");
        copy(link, "forgot-more");
        state("forgot-more").rewind("of-forgot-more", 60, 60);
        Numbered.write(pair.source(), partition, 100, 20);
        Numbered.deleteBefore(pair.source(), partition, 110);

        try (RunningMirror mirror = link.start()) {
            assertThat(mirror.awaitHalted(partition))
                    .contains("deleted 10 offsets before they were copied, from forgot-more-0@100", "on.lost=jump");
        }
        assertThat(targetEnd("forgot-more")).as("only the marker came").isEqualTo(101);
    }

    @Test
    void shouldCountFromTheCommitWhenTheStateTopicWasDeleted() throws Exception {
        shouldCountFromTheCommit(
                "deleted",
                () -> pair.target()
                        .admin()
                        .deleteTopics(List.of("__tain-deleted"))
                        .all()
                        .get());
    }

    @Test
    void shouldCountFromTheCommitWhenTheStateTopicWasCutOff() throws Exception {
        shouldCountFromTheCommit("cutoff", () -> {
            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "__tain-cutoff");
            setPolicy(topic, "compact,delete");
            TopicPartition all = new TopicPartition("__tain-cutoff", 0);
            Numbered.deleteBefore(pair.target(), all, -1);
            setPolicy(topic, "compact");
        });
    }

    private static void setPolicy(ConfigResource topic, String policy) throws Exception {
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry("cleanup.policy", policy), AlterConfigOp.OpType.SET);
        pair.target()
                .admin()
                .incrementalAlterConfigs(Map.of(topic, List.of(set)))
                .all()
                .get();
    }

    /** Something that fails as clusters do. */
    private interface Loss {
        void run() throws Exception;
    }

    private static void shouldCountFromTheCommit(String topic, Loss loss) throws Exception {
        // given copies behind the last commit, somebody else's records among them, and no state
        TopicPartition partition = Numbered.topic(pair.source(), topic, 100);
        MirrorFixture link = link(topic);
        copy(link, topic);
        state(topic).rewind("of-" + topic, 60, 60);
        try (RecordSender others = RecordSender.to(pair.target())) {
            others.batch(RecordSender.numbered(partition, 1_000, 7));
        }
        loss.run();
        Numbered.write(pair.source(), partition, 100, 10);

        // when
        try (RunningMirror mirror = link.start()) {
            mirror.awaitCaughtUp(topic);

            // then it says what it counts from, and what may be repeated; and nothing is
            Event event = mirror.event(Event.Kind.STATE_LOST);
            assertThat(event.partition()).isEqualTo(partition);
            assertThat(event.offsets()).contains(new Event.Offsets(100, 107));
            assertThat(event.text())
                    .contains("source offset 60, target offset 60", "40 records behind it were copied already")
                    .contains("goes on at source offset 100", "7 records may be copied again");
            mirror.stop();
        }
        assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 100, 1_000, 1_007, 100, 110));
    }

    @Test
    void shouldCountWhatTheTargetHasWhenTheCommitIsGoneToo() throws Exception {
        TopicPartition partition = Numbered.topic(pair.source(), "nowhere", 100);
        MirrorFixture link = link("nowhere");
        copy(link, "nowhere");
        pair.target().admin().deleteTopics(List.of("__tain-nowhere")).all().get();
        pair.source().admin().deleteConsumerGroups(List.of("of-nowhere")).all().get();

        try (RunningMirror mirror =
                link.set("source.auto.offset.reset", "earliest").start()) {
            mirror.awaitCaughtUp("nowhere");

            Event event = mirror.event(Event.Kind.STATE_LOST);
            assertThat(event.offsets()).contains(new Event.Offsets(0, 100));
            assertThat(event.text()).contains("offset 0", "offsets 0 to 100", "100 records may be copied again");
            mirror.stop();
        }
        assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 100, 0, 100));
    }
}
