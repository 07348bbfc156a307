package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.Assignment;
import io.tain.batch.MemoryBudget;
import io.tain.batch.TargetTraits;
import io.tain.batch.Transcoder;
import io.tain.config.BreakPolicies;
import io.tain.link.TakeoverDesk.Origin;
import io.tain.offset.OffsetTracker;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.TopicIds;
import io.tain.source.BatchIntake;
import io.tain.source.IntakeCounters;
import io.tain.source.ReaderTerms;
import io.tain.source.SourcePartition;
import io.tain.source.SourceReader;
import io.tain.state.Checkpoint.Phase;
import io.tain.wire.FetchClient;
import io.tain.wire.ScriptedBrokers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GroupMemberTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);

    private final List<Outcome> fatal = new ArrayList<>();
    private final LatelyWoken consumer = new LatelyWoken();
    private final GroupMember member = new GroupMember(
            LinkConfigs.with(BreakPolicies.HALT),
            consumer,
            this::path,
            Optional.empty(),
            new LinkReports(new EventLog("link", () -> 0), fatal::add),
            new SystemPace());

    /** Is told to wake up when its poll is over already, so that the next request hears of it, as Kafka's does. */
    private final class LatelyWoken extends MockConsumer<byte[], byte[]> {
        private boolean woken;
        private boolean askedWhileWoken;

        LatelyWoken() {
            super("earliest");
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            ConsumerRecords<byte[], byte[]> records = super.poll(Duration.ZERO);
            if (assignment().isEmpty()) {
                rebalance(List.of(T0));
                updateBeginningOffsets(Map.of(T0, 0L));
            }
            member.stop();
            return records;
        }

        @Override
        public synchronized void wakeup() {
            woken = true;
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
                Set<TopicPartition> partitions, Duration timeout) {
            if (woken) {
                askedWhileWoken = true;
                throw new WakeupException();
            }
            return super.committed(partitions);
        }
    }

    /** One that is never given anything to copy. */
    private DataPath path(StreamEvents events) {
        MemoryBudget budget = new MemoryBudget(1 << 20, () -> {});
        FetchClient.Terms terms = new FetchClient.Terms(IsolationLevel.READ_COMMITTED, 1, 0, "");
        ReaderLoop reader = new ReaderLoop(
                listener -> new SourceReader(
                        answers -> new ScriptedBrokers().fetchClient(terms, answers),
                        new ReaderTerms(true, 1 << 20, OptionalInt.empty(), 500, 10),
                        budget,
                        new BatchIntake(
                                listener,
                                budget,
                                new Transcoder(1 << 20),
                                Optional.empty(),
                                new IntakeCounters(),
                                () -> 0),
                        () -> false,
                        () -> 0),
                List.of(),
                events,
                new SystemPace());
        return new DataPath(
                reader,
                List.of(),
                new Desks(
                        new TopicDesk(topics -> Map.of()),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                ready -> {
                    throw new IllegalStateException("nothing is ever ready");
                },
                new AtomicLong(),
                DataPath.Mode.SAME_TOPIC);
    }

    @Test
    @Timeout(30)
    void shouldNotCallAPartitionReleasedOfWhichMoreMayBeOnItsWay() {
        Position position = new Position(7, 0, 3);
        Assignment assignment = new Assignment(T0, new AtomicLong());
        OffsetTracker tracker = new OffsetTracker(position);
        TargetTraits traits =
                new TargetTraits(TimestampType.CREATE_TIME, 1 << 20, Optional.empty(), TargetTraits.Handling.NONE);
        SourcePartition source = new SourcePartition(assignment, traits, 7, Optional.empty(), Uuid.ZERO_UUID);
        PartitionFlow flow = new PartitionFlow(T0);
        flow.position(position, TopicIds.UNKNOWN, Origin.MARKED);
        flow.run(assignment, tracker, source);

        // The reader's thread does not run, so it never hears that it is to read no more.
        boolean drained = member.path().drain(List.of(flow), Duration.ofSeconds(10), new SystemPace());

        Copying copying = new Copying(tracker, source, Uuid.ZERO_UUID, List.of());
        assertThat(tracker.isIdle()).isTrue();
        assertThat(copying.lastPhase(drained)).isEqualTo(Phase.COPYING);
        assertThat(copying.lastPhase(true)).isEqualTo(Phase.RELEASED);
    }

    @Test
    @Timeout(30)
    void shouldStopInOrderWhenToldSoAtTheEndOfAPoll() {
        member.run();

        assertThat(consumer.closed()).isTrue();
        assertThat(fatal).isEmpty();
        assertThat(consumer.askedWhileWoken).isFalse();
    }
}
