package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.Assignment;
import io.tain.batch.Assignment.Owner;
import io.tain.batch.SourceRange;
import io.tain.batch.TargetTraits;
import io.tain.batch.TargetTraits.Handling;
import io.tain.link.TakeoverDesk.Origin;
import io.tain.link.TakeoverDesk.Place;
import io.tain.offset.OffsetTracker;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.TopicIds;
import io.tain.source.SourcePartition;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class PartitionFlowTest {
    private static final Uuid SOURCE = Uuid.randomUuid();
    private static final Uuid TARGET = Uuid.randomUuid();

    private static final TargetTraits TRAITS =
            new TargetTraits(TimestampType.CREATE_TIME, 1 << 20, Optional.empty(), Handling.NONE);

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

    /** Else whoever comes next would take it for somebody's choice, and copy anew from there. */
    @Test
    void shouldCommitItsPlaceAlsoWhileItIsTakenOverAnew() {
        Position first = new Position(7, -1, 20);
        Owner owner = new Owner(5, (short) 0, 0, 60_000);
        SourcePartition source = new SourcePartition(
                new Assignment(flow.partition(), new AtomicLong()), TRAITS, 7, Optional.empty(), SOURCE);
        OffsetTracker tracker = new OffsetTracker(first);
        flow.position(first, new TopicIds(SOURCE, TARGET), Origin.CHOSEN);
        flow.settle(new Place(first, new TopicIds(SOURCE, TARGET), owner, List.of(), Optional.empty()), 0);
        flow.onMarked();
        flow.run(source.assignment(), tracker, source);
        tracker.begin(new SourceRange(source.assignment(), 7, 9, 3)); // nothing of it is to be copied

        flow.restart();

        OffsetAndMetadata commit = flow.uncommitted().orElseThrow();
        assertThat(commit.offset()).isEqualTo(9);
        assertThat(TopicIds.targetOffset(commit.metadata())).hasValue(20);
    }

    @Test
    void shouldTakeBackTheMarkOfALinkThatDeliveredExactlyOnce() {
        flow.position(new Position(7, -1, 20), new TopicIds(SOURCE, TARGET), Origin.MARKED);

        flow.announce(TARGET);

        OffsetAndMetadata mark = flow.toBeMarked().orElseThrow();
        assertThat(TopicIds.targetOffset(mark.metadata())).isEmpty();
    }
}
