package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.Bottleneck;
import io.tain.link.Event;
import io.tain.link.LinkStatus;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.LinkStatus.State;
import io.tain.link.PauseOrder;
import io.tain.link.PauseOrder.Action;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a running mirror tells of itself, and that it pauses when told. */
class StatusIT {
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

    private static PartitionStatus await(
            RunningMirror mirror, TopicPartition partition, Predicate<PartitionStatus> condition) {
        Await.until(
                partition + " is as expected",
                PATIENCE,
                () -> mirror.status(partition).filter(condition).isPresent());
        return mirror.status(partition).orElseThrow();
    }

    @Test
    void shouldTellHowFarItIs() throws Exception {
        // given
        TopicPartition partition = Numbered.topic(pair.source(), "told", 100);

        try (RunningMirror mirror = MirrorFixture.between(pair).topics("told").start()) {
            // when
            PartitionStatus told =
                    await(mirror, partition, status -> status.measures().committed() == 100);

            // then
            assertThat(told.state()).isEqualTo(State.RUNNING);
            assertThat(told.position()).isEqualTo(100);
            assertThat(told.committable()).isEqualTo(100);
            assertThat(told.lag()).hasValue(0);
            assertThat(told.measures().end()).hasValue(100);
            assertThat(told.measures().lagMs()).hasValue(0);
            assertThat(told.measures().uncommittedMs()).isZero();
            assertThat(told.measures().batches().forwarded()).isPositive();
            assertThat(told.measures().batches().transcoded()).isEmpty();
            LinkStatus link = mirror.status();
            assertThat(link.load().read().bytes()).isPositive();
            assertThat(link.load().read().records()).isEqualTo(100);
            long batches = told.measures().batches().forwarded();
            assertThat(link.load().delays().replication().count()).isEqualTo(batches);
            assertThat(link.load().delays().acknowledgement().count()).isEqualTo(batches);
            assertThat(told.measures().copied().records()).isEqualTo(100);
            assertThat(told.measures().copied().bytes())
                    .isEqualTo(link.totals().bytes())
                    .isPositive();
            assertThat(link.retries().resentRecords()).isZero();
            assertThat(told.clientId().orElse("")).endsWith("-0");
            assertThat(link.clusters())
                    .hasValue(new LinkStatus.Clusters(
                            pair.source().clusterId(), pair.target().clusterId()));
            assertThat(link.load().joined()).isTrue();
            Await.until(
                    "all is copied", PATIENCE, () -> mirror.status().load().bottleneck() == Bottleneck.SOURCE_EMPTY);
        }
    }

    @Test
    void shouldPauseAPartitionAndGoOnWhereItStopped() throws Exception {
        // given
        TopicPartition paused = Numbered.topic(pair.source(), "paused", 10);
        TopicPartition other = Numbered.topic(pair.source(), "not-paused", 10);
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics("paused,not-paused").start()) {
            mirror.awaitCommitted(paused, 10).awaitCommitted(other, 10);

            // when
            mirror.take(new PauseOrder(Action.PAUSE, Optional.of(paused)));
            await(mirror, paused, status -> status.state() == State.PAUSED);
            Numbered.write(pair.source(), paused, 10, 5);
            Numbered.write(pair.source(), other, 10, 5);
            mirror.awaitCommitted(other, 15);

            // then
            PartitionStatus status =
                    await(mirror, paused, behind -> behind.lag().equals(OptionalLong.of(5)));
            assertThat(status.state()).isEqualTo(State.PAUSED);
            assertThat(status.reason().orElseThrow()).contains("by an operator", "tain resume");
            assertThat(mirror.committed()).containsEntry(paused, 10L);
            assertThat(Seen.values(pair.target(), paused)).isEqualTo(Numbered.values(0, 10));

            // when
            mirror.take(new PauseOrder(Action.RESUME, Optional.of(paused)));
            mirror.awaitCommitted(paused, 15);

            // then
            await(mirror, paused, running -> running.state() == State.RUNNING);
            assertThat(Seen.values(pair.target(), paused)).isEqualTo(Numbered.values(0, 15));
            assertThat(mirror.event(Event.Kind.PAUSED).partition()).isEqualTo(paused);
            assertThat(mirror.event(Event.Kind.RESUMED).partition()).isEqualTo(paused);
        }
    }

    @Test
    void shouldPauseAllThatComesToAPausedLink() throws Exception {
        // given
        TopicPartition before = Numbered.topic(pair.source(), "held-before", 10);
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics("held-.*").start()) {
            mirror.awaitCommitted(before, 10);

            // when
            mirror.take(new PauseOrder(Action.PAUSE, Optional.empty()));
            await(mirror, before, status -> status.state() == State.PAUSED);
            TopicPartition later = Numbered.topic(pair.source(), "held-later", 7);
            PartitionStatus held = await(mirror, later, status -> status.committable() == 0);

            // then
            assertThat(held.state()).isEqualTo(State.PAUSED);
            assertThat(held.measures().lagMs()).isEqualTo(OptionalLong.empty());
            Await.until(
                    "the pause is why nothing moves",
                    PATIENCE,
                    () -> mirror.status().load().bottleneck() == Bottleneck.PAUSED);

            // when
            mirror.take(new PauseOrder(Action.PAUSE, Optional.of(later))); // once more, by itself
            mirror.take(new PauseOrder(Action.RESUME, Optional.empty()));

            // then
            mirror.awaitCommitted(later, 7);
            assertThat(Seen.values(pair.target(), later)).isEqualTo(Numbered.values(0, 7));
        }
    }
}
