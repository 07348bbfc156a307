package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.Event;
import io.tain.link.Event.Kind;
import io.tain.link.LinkStatus.State;
import io.tain.link.MoveOrder;
import io.tain.link.MoveOrder.Action;
import io.tain.link.MoveOrder.Where;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Partitions that an operator moves to other positions. */
class MoveIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static ClusterPair pair;

    @BeforeAll
    static void startClusters() {
        pair = ClusterPair.start();
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    private static MoveOrder seek(TopicPartition partition, String where) {
        return new MoveOrder(partition, Action.SEEK, Where.parse(where).orElseThrow());
    }

    private static Event awaitEvent(RunningMirror mirror, Kind kind) {
        Await.until(
                "there is an event " + kind,
                PATIENCE,
                () -> mirror.events().stream().anyMatch(event -> event.kind() == kind));
        return mirror.event(kind);
    }

    @Test
    void shouldCopyAgainWhatAnOperatorGoesBackTo() throws Exception {
        TopicPartition partition = Numbered.topic(pair.source(), "again", 10);
        TopicPartition other = Numbered.topic(pair.source(), "not-again", 10);
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics("again,not-again").start()) {
            mirror.awaitCommitted(partition, 10).awaitCommitted(other, 10);

            mirror.take(seek(partition, "4"));

            Event event = awaitEvent(mirror, Kind.MOVED);
            assertThat(event.partition()).isEqualTo(partition);
            assertThat(event.offsets()).contains(new Event.Offsets(4, 10));
            assertThat(event.text()).contains("from 10 to 4", "6 offsets from 4 on are copied again");
            List<String> expected = new ArrayList<>(Numbered.values(0, 10));
            expected.addAll(Numbered.values(4, 10));
            Await.until(
                    "it is copied again",
                    PATIENCE,
                    () -> Seen.values(pair.target(), partition).equals(expected));
            mirror.awaitCommitted(partition, 10);
            Numbered.write(pair.source(), partition, 10, 5);
            mirror.awaitCommitted(partition, 15);
            expected.addAll(Numbered.values(10, 15));
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(expected);
            assertThat(Seen.values(pair.target(), other)).isEqualTo(Numbered.values(0, 10));
        }
    }

    @Test
    void shouldPassOverWhatHasHaltedAPartition() throws Exception {
        TopicPartition partition = new TopicPartition("skipped", 0);
        pair.source().createTopic("skipped", 1);
        pair.target().createTopic("skipped", 1, Map.of("max.message.bytes", "20000"));
        try (RecordSender sender = RecordSender.to(pair.source())) {
            sender.batch(RecordSender.numbered(partition, 0, 10));
            sender.one(RecordSender.record(partition, "large", "x".repeat(50_000)));
            sender.batch(RecordSender.numbered(partition, 11, 10));
        }
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics("skipped").start()) {
            String reason = mirror.awaitHalted(partition);
            assertThat(reason).contains("tain skip --partition skipped-0 --to-offset 11", "tain seek --to-current");

            mirror.take(new MoveOrder(partition, Action.SKIP, new Where(Where.Kind.FORWARD, 1)));
            mirror.awaitCommitted(partition, 21);

            Event event = mirror.event(Kind.MOVED);
            assertThat(event.offsets()).contains(new Event.Offsets(10, 11));
            assertThat(event.text()).contains("the offsets from 10 to 11 are not copied");
            List<String> expected = new ArrayList<>(Numbered.values(0, 10));
            expected.addAll(Numbered.values(11, 21));
            assertThat(Seen.values(pair.target(), partition)).isEqualTo(expected);
            Await.until(
                    "it runs",
                    PATIENCE,
                    () -> mirror.status(partition).orElseThrow().state() == State.RUNNING);
        }
    }

    @Test
    void shouldStayWhereItIsWhenAnOrderMakesNoSense() throws Exception {
        TopicPartition partition = Numbered.topic(pair.source(), "stays", 10);
        try (RunningMirror mirror = MirrorFixture.between(pair).topics("stays").start()) {
            mirror.awaitCommitted(partition, 10);

            mirror.take(seek(partition, "11"));
            assertThat(awaitEvent(mirror, Kind.MOVE_REFUSED).text())
                    .contains("not moved to offset 11: the source has offsets from 0 to 10");
            mirror.take(new MoveOrder(partition, Action.SKIP, new Where(Where.Kind.FORWARD, 1)));
            Numbered.write(pair.source(), partition, 10, 5);
            mirror.awaitCommitted(partition, 15);

            assertThat(Seen.values(pair.target(), partition)).isEqualTo(Numbered.values(0, 15));
            assertThat(mirror.events().stream().filter(event -> event.kind() == Kind.MOVE_REFUSED))
                    .hasSize(2)
                    .anyMatch(event -> event.text().contains("only a halted partition"));
        }
    }
}
