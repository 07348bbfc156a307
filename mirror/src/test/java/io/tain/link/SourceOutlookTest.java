package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.TopicIds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class SourceOutlookTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    private final SteppedPace pace = new SteppedPace(0);
    private final SourceOutlook outlook = new SourceOutlook(consumer, pace);
    private final PartitionFlow flow = new PartitionFlow(T0);

    private OptionalLong after(Duration time, long logBegins) {
        pace.advance(time);
        consumer.updateBeginningOffsets(Map.of(T0, logBegins));
        consumer.updateEndOffsets(Map.of(T0, 2_000L));
        outlook.maybeLook(List.of(flow));
        return flow.status(Map.of(), pace).measures().untilLossMs();
    }

    @Test
    void shouldTellWhenRetentionWillHaveOvertakenAPartitionThatIsBehind() {
        flow.position(new Position(1_000, -1), TopicIds.UNKNOWN, TakeoverDesk.Origin.CHOSEN);

        assertThat(after(Duration.ZERO, 100)).as("nothing to go by yet").isEmpty();
        assertThat(after(Duration.ofMinutes(1), 400))
                .as("300 a minute, 600 left")
                .hasValue(120_000);
        assertThat(after(Duration.ofMinutes(1), 400))
                .as("150 a minute, 600 left")
                .hasValue(240_000);
        assertThat(after(Duration.ofMinutes(1), 1_300)).as("overtaken").hasValue(0);
    }

    @Test
    void shouldLookNowAndThenOnly() {
        flow.position(new Position(1_000, -1), TopicIds.UNKNOWN, TakeoverDesk.Origin.CHOSEN);
        after(Duration.ZERO, 100);
        OptionalLong before = after(Duration.ofMinutes(1), 400);

        assertThat(after(Duration.ofSeconds(9), 500)).isEqualTo(before);
        assertThat(after(Duration.ofSeconds(1), 500)).isNotEqualTo(before);
    }

    @Test
    void shouldTellTheLagOfAPartitionThatIsNotRead() {
        flow.position(new Position(1_000, -1), TopicIds.UNKNOWN, TakeoverDesk.Origin.CHOSEN);
        assertThat(flow.status(Map.of(), pace).lag()).isEmpty();

        after(Duration.ZERO, 100);

        assertThat(flow.status(Map.of(), pace).lag()).hasValue(1_000);
    }

    @Test
    void shouldTellNothingOfAPartitionWithoutAPosition() {
        assertThat(after(Duration.ZERO, 100)).isEmpty();
        assertThat(after(Duration.ofMinutes(1), 400)).isEmpty();
    }
}
