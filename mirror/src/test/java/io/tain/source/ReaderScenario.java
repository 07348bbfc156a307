package io.tain.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.Assignment;
import io.tain.batch.HandlerFailedException;
import io.tain.batch.MemoryBudget;
import io.tain.batch.MirrorBatch;
import io.tain.batch.SourceRange;
import io.tain.batch.TargetTraits;
import io.tain.batch.TargetTraits.Handling;
import io.tain.batch.Transcoder;
import io.tain.wire.FetchClient;
import io.tain.wire.ScriptedBrokers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterEach;

/** A reader of two partitions on scripted brokers, which notes what it tells; in the end it must hold nothing. */
abstract class ReaderScenario implements ReaderListener {
    static final TopicPartition T0 = new TopicPartition("t", 0);
    static final TopicPartition U0 = new TopicPartition("u", 0);
    static final long BUDGET = 2 << 20;

    final ScriptedBrokers brokers = new ScriptedBrokers();
    final List<SourceRange> ranges = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    final List<LogBreak> breaks = new ArrayList<>();
    final MemoryBudget budget = new MemoryBudget(BUDGET, () -> {});
    final IntakeCounters counters = new IntakeCounters();
    final Assignment t0 = new Assignment(T0, new AtomicLong());
    final Assignment u0 = new Assignment(U0, new AtomicLong());
    long targetRoundTripMs;
    final SourceReader reader = reader();
    Uuid topicId = Uuid.ZERO_UUID;
    long now = 1_000;

    private SourceReader reader() {
        brokers.lead(T0, 1);
        brokers.lead(U0, 1);
        BatchIntake intake =
                new BatchIntake(this, budget, new Transcoder(1 << 20), Optional.empty(), counters, () -> now);
        FetchClient.Terms terms = new FetchClient.Terms(IsolationLevel.READ_COMMITTED, 1, 0, "");
        return new SourceReader(
                listener -> brokers.fetchClient(terms, listener),
                new ReaderTerms(true, 256 * 1024, OptionalInt.of(128 * 1024), 500, 10),
                budget,
                intake,
                () -> false,
                () -> targetRoundTripMs);
    }

    @AfterEach
    void shouldChargeOnlyWhatIsHeld() {
        ranges.forEach(range -> range.batches().forEach(MirrorBatch::release));
        while (brokers.isWaiting(ApiKeys.FETCH)) {
            brokers.disconnect(ApiKeys.FETCH);
        }
        reader.remove(t0);
        reader.remove(u0);
        poll();
        assertThat(budget.used()).isZero();
        reader.close();
    }

    @Override
    public void onRanges(List<SourceRange> taken) {
        ranges.addAll(taken);
    }

    @Override
    public void onBreak(Assignment assignment, LogBreak found) {
        breaks.add(found);
        events.add(found.kind() + " " + assignment + "@" + found.position());
    }

    @Override
    public void onUnreadable(Assignment assignment, long position, String reason) {
        events.add("unreadable " + assignment + "@" + position + " " + reason);
    }

    @Override
    public void onHandlerFailed(Assignment assignment, HandlerFailedException failure) {
        events.add(failure.getMessage());
    }

    SourcePartition add(Assignment assignment, long position) {
        TargetTraits traits = new TargetTraits(TimestampType.CREATE_TIME, 1 << 20, Optional.empty(), Handling.NONE);
        SourcePartition partition = new SourcePartition(assignment, traits, position, Optional.of(4), topicId);
        reader.add(partition);
        return partition;
    }

    void poll() {
        for (int i = 0; i < 4; i++) {
            now += 50;
            reader.poll(0, now);
        }
    }
}
