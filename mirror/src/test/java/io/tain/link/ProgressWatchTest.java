package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.Event.Kind;
import io.tain.link.Event.Offsets;
import io.tain.link.LinkStatus.Measures;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.LinkStatus.State;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ProgressWatchTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 3);

    private final EventLog events = new EventLog("link", () -> 0);
    private long nanos;
    private final ProgressWatch watch = new ProgressWatch(events, () -> nanos);

    private static PartitionStatus status(State state, String reason, long position, long committable, long lag) {
        return new PartitionStatus(
                PARTITION,
                state,
                Optional.of(reason).filter(text -> !text.isEmpty()),
                position,
                committable,
                lag < 0 ? OptionalLong.empty() : OptionalLong.of(lag),
                Measures.NONE,
                Optional.empty());
    }

    private PartitionStatus after(Duration time, PartitionStatus status) {
        nanos += time.toNanos();
        List<PartitionStatus> seen = watch.observe(List.of(status));
        assertThat(seen).hasSize(1);
        return seen.get(0);
    }

    private PartitionStatus stall(PartitionStatus status) {
        assertThat(after(Duration.ZERO, status)).isEqualTo(status);
        assertThat(after(Duration.ofSeconds(59), status)).isEqualTo(status);
        assertThat(events.last()).isEmpty();
        return after(Duration.ofSeconds(1), status);
    }

    @Test
    void shouldNameWhatAPartitionWaitsFor() {
        PartitionStatus stalled = stall(status(State.RETRYING, "target: NOT_ENOUGH_REPLICAS", 150, 100, 70));

        assertThat(stalled.state()).isEqualTo(State.STALLED);
        assertThat(stalled.reason()).contains("target: NOT_ENOUGH_REPLICAS");
        assertThat(events.last()).hasSize(1);
        Event event = events.last().get(0);
        assertThat(event.kind()).isEqualTo(Kind.STALLED);
        assertThat(event.offsets()).contains(new Offsets(100, 170));
        assertThat(event.text()).contains("stands at 100", "target: NOT_ENOUGH_REPLICAS");
    }

    @Test
    void shouldTellOnceAndAgainWhenItMoves() {
        PartitionStatus waits = status(State.RETRYING, "target: away", 150, 100, 70);
        stall(waits);
        for (int i = 0; i < 100; i++) {
            assertThat(after(Duration.ofSeconds(1), waits).state()).isEqualTo(State.STALLED);
        }

        PartitionStatus moved = after(Duration.ofSeconds(1), status(State.RUNNING, "", 160, 120, 50));

        assertThat(moved.state()).isEqualTo(State.RUNNING);
        assertThat(events.last()).extracting(Event::kind).containsExactly(Kind.STALLED, Kind.MOVING);
        assertThat(events.last().get(1).text()).contains("after 161 s", "from 100 to 120");
    }

    @Test
    void shouldNoticeAPartitionThatNobodyKnowsAReasonFor() {
        assertThat(stall(status(State.RUNNING, "", 100, 100, 7)).reason())
                .hasValueSatisfying(reason -> assertThat(reason).contains("nothing is read from the source"));
    }

    @Test
    void shouldNoticeAPartitionThatCannotBeBegun() {
        assertThat(stall(status(State.STARTING, "no leader on the source", -1, -1, -1))
                        .reason())
                .contains("no leader on the source");
    }

    @Test
    void shouldLeaveQuietAndHaltedPartitionsAlone() {
        for (PartitionStatus quiet :
                List.of(status(State.RUNNING, "", 100, 100, 0), status(State.HALTED, "too large", 150, 100, 70))) {
            for (int i = 0; i < 10; i++) {
                assertThat(after(Duration.ofMinutes(1), quiet)).isEqualTo(quiet);
            }
        }
        assertThat(events.last()).isEmpty();
    }

    @Test
    void shouldNotMistakeSlowForStalled() {
        for (int i = 0; i < 10; i++) {
            PartitionStatus slow = status(State.RETRYING, "target: slow", 1_000, i, 1_000);
            assertThat(after(Duration.ofSeconds(50), slow)).isEqualTo(slow);
        }
        assertThat(events.last()).isEmpty();
    }

    @Test
    void shouldBeginAnewWithAPartitionThatCameBack() {
        PartitionStatus waits = status(State.RETRYING, "target: away", 150, 100, 70);
        stall(waits);
        watch.observe(List.of());

        assertThat(after(Duration.ofSeconds(1), waits).state()).isEqualTo(State.RETRYING);
        assertThat(events.last()).hasSize(1);
    }
}
