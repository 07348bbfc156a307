package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.LinkStatus.Batches;
import io.tain.link.LinkStatus.Measures;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.LinkStatus.State;
import io.tain.link.LinkStatus.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class BottleneckWatchTest {
    private static final long BUDGET = 48 << 20;
    private static final StreamLoad IDLE = new StreamLoad(0, BUDGET, 0, 0, 0, 0, 1);
    private static final PartitionStatus BEHIND = status(State.RUNNING, "", 1_000, 60_000);
    private static final PartitionStatus KEEPS_UP = status(State.RUNNING, "", 10, 40);

    private long nanos;
    private final BottleneckWatch watch = new BottleneckWatch(() -> nanos);

    private static PartitionStatus status(State state, String reason, long lag, long lagMs) {
        Measures measures = new Measures(
                0, OptionalLong.of(lag), OptionalLong.of(lagMs), OptionalLong.empty(), 0, Batches.NONE, Traffic.NONE);
        return new PartitionStatus(
                new TopicPartition("orders", 0),
                state,
                Optional.of(reason).filter(text -> !text.isEmpty()),
                0,
                0,
                OptionalLong.of(lag),
                measures,
                Optional.empty());
    }

    private Bottleneck found(StreamLoad load, PartitionStatus... partitions) {
        for (int look = 0; look < 8; look++) {
            nanos += Duration.ofMillis(250).toNanos();
            watch.observe(List.of(partitions), load);
        }
        return watch.observe(List.of(partitions), load);
    }

    private static StreamLoad pending(long bytes, long queued, long roundTripMs) {
        return new StreamLoad(bytes, BUDGET, bytes, queued, 0, 0, roundTripMs);
    }

    @Test
    void shouldFindNoneWhereTheMirrorKeepsUp() {
        assertThat(found(IDLE, KEEPS_UP)).isEqualTo(Bottleneck.SOURCE_EMPTY);
    }

    @Test
    void shouldFindTheSlowerSide() {
        assertThat(found(pending(1 << 20, 0, 1), BEHIND)).isEqualTo(Bottleneck.SOURCE_SLOW);
        assertThat(found(pending(20 << 20, 5_000, 1), BEHIND)).isEqualTo(Bottleneck.TARGET_SLOW);
        assertThat(found(IDLE, status(State.RETRYING, "target: NOT_ENOUGH_REPLICAS", 1_000, 60_000)))
                .isEqualTo(Bottleneck.TARGET_SLOW);
    }

    @Test
    void shouldFindTheBudgetWhereAllOfItIsOnALongWay() {
        assertThat(found(pending(40 << 20, 0, 100), BEHIND)).isEqualTo(Bottleneck.BUDGET);
    }

    @Test
    void shouldFindAQuotaAsLongAsItHolds() {
        StreamLoad throttled = new StreamLoad(0, BUDGET, 0, 0, 20_000, 0, 1);

        assertThat(found(throttled, BEHIND)).isEqualTo(Bottleneck.SOURCE_THROTTLED);
        nanos += Duration.ofSeconds(30).toNanos();
        assertThat(found(throttled, BEHIND)).isEqualTo(Bottleneck.SOURCE_SLOW);
        assertThat(found(new StreamLoad(0, BUDGET, 0, 0, 20_000, 20_000, 1), BEHIND))
                .isEqualTo(Bottleneck.TARGET_THROTTLED);
    }

    @Test
    void shouldFindWhatAnOperatorHasToMend() {
        PartitionStatus halted = status(State.HALTED, "corrupt", 1_000, 60_000);

        assertThat(found(IDLE, halted, status(State.PAUSED, "", 1, 60_000))).isEqualTo(Bottleneck.HALTED);
        assertThat(found(IDLE, status(State.PAUSED, "", 1, 60_000))).isEqualTo(Bottleneck.PAUSED);
        assertThat(found(IDLE, halted, KEEPS_UP)).isEqualTo(Bottleneck.SOURCE_EMPTY);
    }

    @Test
    void shouldNotFollowASingleLook() {
        found(IDLE, KEEPS_UP);

        Bottleneck found = watch.observe(List.of(BEHIND), IDLE);

        assertThat(found).isEqualTo(Bottleneck.SOURCE_EMPTY);
    }
}
