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
    void shouldMakeOneEventOfRecordsInARow() {
        log.tellInRow(Kind.SKIPPED, PARTITION, new Offsets(5, 6), "refused: orders-3@5");
        log.tellInRow(Kind.SKIPPED, PARTITION, new Offsets(6, 7), "refused: orders-3@6");
        log.tellInRow(Kind.SKIPPED, PARTITION, new Offsets(7, 9), "refused: orders-3@7");
        log.tellInRow(Kind.SKIPPED, PARTITION, new Offsets(20, 21), "refused: orders-3@20");
        assertThat(log.last())
                .extracting(event -> event.offsets().orElseThrow())
                .containsExactly(new Offsets(5, 9));

        log.flush();
        log.flush();

        assertThat(log.last())
                .extracting(event -> event.offsets().orElseThrow())
                .containsExactly(new Offsets(5, 9), new Offsets(20, 21));
        assertThat(log.last())
                .extracting(Event::text)
                .containsExactly(
                        "refused: orders-3@5; and so with each one up to offset 8, 3 records in all",
                        "refused: orders-3@20");
        assertThat(log.counts()).containsEntry(Kind.SKIPPED, 2L);
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
