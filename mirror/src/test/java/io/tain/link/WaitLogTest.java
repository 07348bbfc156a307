package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.LinkStatus.Measures;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.LinkStatus.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class WaitLogTest {
    private static final String DOWN = "target: disconnected from broker 1";

    private final List<String> warned = new ArrayList<>();
    private final List<String> informed = new ArrayList<>();
    private long nanos;
    private final WaitLog log = new WaitLog("link", () -> nanos, warned::add, informed::add);

    private static PartitionStatus status(int partition, State state, String reason) {
        return new PartitionStatus(
                new TopicPartition("orders", partition),
                state,
                Optional.of(reason).filter(text -> !text.isEmpty()),
                0,
                0,
                OptionalLong.empty(),
                Measures.NONE,
                Optional.empty());
    }

    private static PartitionStatus running(int partition) {
        return status(partition, State.RUNNING, "");
    }

    private void after(Duration time, PartitionStatus... partitions) {
        nanos += time.toNanos();
        log.observe(List.of(partitions));
    }

    @Test
    void shouldNotTellOfWhatIsOverWithinSeconds() {
        after(Duration.ZERO, status(0, State.RETRYING, DOWN));
        after(Duration.ofSeconds(2), status(0, State.RETRYING, DOWN));
        after(Duration.ofSeconds(2), running(0));

        assertThat(warned).isEmpty();
        assertThat(informed).isEmpty();
    }

    @Test
    void shouldTellOnceForAllPartitionsThatWaitForTheSame() {
        PartitionStatus[] all = {
            status(0, State.RETRYING, DOWN), status(1, State.RETRYING, DOWN), running(2), status(3, State.HALTED, "no")
        };

        for (int second = 0; second < 30; second++) {
            after(Duration.ofSeconds(1), all);
        }

        assertThat(warned)
                .containsExactly("link: 2 of 4 partitions wait, such as orders-0: " + DOWN + "; trying again");
    }

    @Test
    void shouldTellEachReasonAndRepeatThemEveryMinute() {
        PartitionStatus[] all = {status(0, State.RETRYING, DOWN), status(1, State.STARTING, "no leader")};
        after(Duration.ZERO, all);

        for (int second = 0; second < 70; second++) {
            after(Duration.ofSeconds(1), all);
        }

        assertThat(warned).hasSize(4);
        assertThat(warned.subList(0, 2))
                .anyMatch(line -> line.contains(DOWN))
                .anyMatch(line -> line.contains("no leader"));
    }

    @Test
    void shouldTellWhenAllGoOnAndBeginAnew() {
        after(Duration.ZERO, status(0, State.RETRYING, DOWN));
        after(Duration.ofSeconds(4), status(0, State.RETRYING, DOWN));

        after(Duration.ofSeconds(1), running(0));
        after(Duration.ofSeconds(1), running(0));
        assertThat(informed).containsExactly("link: nothing waits any more");

        after(Duration.ofSeconds(1), status(0, State.RETRYING, DOWN));
        after(Duration.ofSeconds(4), status(0, State.RETRYING, DOWN));
        assertThat(warned).hasSize(2);
    }
}
