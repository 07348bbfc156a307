package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.TakeoverDesk.Origin;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.TopicIds;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class PartitionFlowTest {
    private static final Uuid SOURCE = Uuid.randomUuid();
    private static final Uuid TARGET = Uuid.randomUuid();

    private final PartitionFlow flow = new PartitionFlow(new TopicPartition("t", 0));

    @Test
    void shouldHaveItCommittedWhereItIsCopiedToBeforeTheFirstRecord() {
        flow.position(new Position(7, -1), TopicIds.UNKNOWN, Origin.CHOSEN);
        assertThat(flow.toBeMarked()).isEmpty();

        flow.announce(TARGET);

        OffsetAndMetadata mark = flow.toBeMarked().orElseThrow();
        assertThat(mark.offset()).isEqualTo(7);
        assertThat(TopicIds.of(mark).target()).isEqualTo(TARGET);
        assertThat(flow.isMarked()).isFalse();
        flow.onMarked();
        flow.announce(TARGET);
        assertThat(flow.isMarked()).isTrue();
        assertThat(flow.toBeMarked()).isEmpty();
    }

    @Test
    void shouldNotCommitAgainWhatACommitSaysAlready() {
        flow.position(new Position(7, -1), new TopicIds(SOURCE, TARGET), Origin.CHOSEN);

        flow.announce(TARGET);

        assertThat(flow.isMarked()).isTrue();
        assertThat(flow.toBeMarked()).isEmpty();
    }

    @Test
    void shouldTakeBackTheMarkOfALinkThatDeliveredExactlyOnce() {
        flow.position(new Position(7, -1, 20), new TopicIds(SOURCE, TARGET), Origin.MARKED);

        flow.announce(TARGET);

        OffsetAndMetadata mark = flow.toBeMarked().orElseThrow();
        assertThat(TopicIds.targetOffset(mark.metadata())).isEmpty();
    }
}
