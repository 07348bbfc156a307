package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.Assignment;
import io.tain.batch.TargetTraits;
import io.tain.batch.TargetTraits.Handling;
import io.tain.config.BreakPolicies;
import io.tain.config.BreakPolicies.Lost;
import io.tain.config.BreakPolicies.Recreated;
import io.tain.config.BreakPolicies.Truncated;
import io.tain.link.PartitionFlow.Phase;
import io.tain.link.TakeoverDesk.Origin;
import io.tain.offset.OffsetTracker;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.TopicIds;
import io.tain.source.LogBreak;
import io.tain.source.SourcePartition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class RepositioningTest {
    private static final Uuid TOPIC = Uuid.randomUuid();
    private static final TopicPartition LOST = new TopicPartition("t", 0);
    private static final TopicPartition CUT = new TopicPartition("t", 1);
    private static final TargetTraits TRAITS =
            new TargetTraits(TimestampType.CREATE_TIME, 1 << 20, Optional.empty(), Handling.NONE);

    private final EventLog events = new EventLog("link", () -> 0);

    /** Who does not get a commit through. */
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest") {
        @Override
        public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
            throw new TimeoutException("no coordinator");
        }
    };

    private static PartitionFlow broken(TopicPartition partition, LogBreak.Kind kind, long cutAt) {
        PartitionFlow flow = new PartitionFlow(partition);
        SourcePartition source =
                new SourcePartition(new Assignment(partition, new AtomicLong()), TRAITS, 50, Optional.empty(), TOPIC);
        flow.position(new Position(50, 3), TopicIds.UNKNOWN, Origin.CHOSEN);
        flow.run(source.assignment(), new OffsetTracker(flow.start()), source);
        flow.breakOff(new LogBreak(kind, 50, cutAt, 4, TOPIC, TOPIC));
        return flow;
    }

    @Test
    void shouldLeaveAHaltedPartitionItsReasonWhenAnotherOneCannotBeMoved() {
        PartitionFlow lost = broken(LOST, LogBreak.Kind.OUT_OF_RANGE, -1);
        PartitionFlow cut = broken(CUT, LogBreak.Kind.DIVERGED, 40);
        consumer.updateBeginningOffsets(Map.of(LOST, 70L, CUT, 0L));
        consumer.updateEndOffsets(Map.of(LOST, 90L, CUT, 45L));

        new Repositioning(
                        LinkConfigs.with(new BreakPolicies(Lost.HALT, Truncated.REWIND, Recreated.HALT)),
                        consumer,
                        null,
                        events,
                        new SystemPace())
                .decide(List.of(lost, cut));

        assertThat(lost.phase()).isEqualTo(Phase.HALTED);
        assertThat(lost.status(Map.of(), new SystemPace()).reason().orElseThrow())
                .contains("retention on the source deleted 20 offsets");
        assertThat(cut.phase()).isEqualTo(Phase.BROKEN);
        assertThat(cut.status(Map.of(), new SystemPace()).reason().orElseThrow())
                .contains("can't find out where it can be read on");
    }

    /** Else a log that was cut off, or a topic that was created again, would not be noticed any more. */
    @Test
    void shouldKeepTheEpochAndTheTopicOfAHaltedPartitionUnlessItsReasonTellsOfThem() {
        PartitionFlow refused =
                broken(LOST, LogBreak.Kind.DIVERGED, 40); // and before that is decided about, a record is refused
        PartitionFlow cut = broken(CUT, LogBreak.Kind.DIVERGED, 40);
        refused.halt(events, Optional.empty(), "the target refuses the record");
        consumer.updateBeginningOffsets(Map.of(LOST, 0L, CUT, 0L));
        consumer.updateEndOffsets(Map.of(LOST, 45L, CUT, 45L));
        new Repositioning(LinkConfigs.with(BreakPolicies.HALT), consumer, null, events, new SystemPace())
                .decide(List.of(refused, cut));

        assertThat(refused.standing()).isEqualTo(new Position(50, 3));
        assertThat(refused.idsAfterHalt().source()).isEqualTo(TOPIC);
        assertThat(cut.standing()).isEqualTo(new Position(50, -1));
    }
}
