package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.Event.Kind;
import io.tain.link.Event.Offsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class EventLogTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 3);

    private final EventLog log = new EventLog("link", () -> 1_700_000_000_000L);

    @Test
    void shouldKeepWhatHappened() {
        log.tell(Kind.LOST, PARTITION, Optional.of(new Offsets(5, 12)), "7 offsets are lost");

        assertThat(log.last())
                .containsExactly(new Event(
                        Instant.ofEpochMilli(1_700_000_000_000L),
                        "link",
                        PARTITION,
                        Kind.LOST,
                        Optional.of(new Offsets(5, 12)),
                        "7 offsets are lost"));
        assertThat(log.lostOffsets()).isEqualTo(7);
    }

    @Test
    void shouldForgetTheOldestButGoOnCounting() {
        for (int i = 0; i < EventLog.KEPT + 10; i++) {
            log.tell(Kind.MOVING, PARTITION, Optional.of(new Offsets(i, i + 1)), "moves");
        }
        log.tell(Kind.STALLED, PARTITION, Optional.empty(), "stalled");

        assertThat(log.last()).hasSize(EventLog.KEPT);
        assertThat(log.last().get(0).offsets()).contains(new Offsets(11, 12));
        assertThat(log.last().get(EventLog.KEPT - 1).kind()).isEqualTo(Kind.STALLED);
        assertThat(log.counts())
                .containsEntry(Kind.MOVING, EventLog.KEPT + 10L)
                .containsEntry(Kind.STALLED, 1L)
                .hasSize(2);
    }
}
