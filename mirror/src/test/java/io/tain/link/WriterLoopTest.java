package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.Assignment;
import io.tain.batch.Assignment.Owner;
import io.tain.batch.BufferLease;
import io.tain.batch.EncodedBatch;
import io.tain.batch.MemoryBudget;
import io.tain.batch.MirrorBatch;
import io.tain.batch.RecordBatch;
import io.tain.batch.SourceRange;
import io.tain.batch.Transcoder;
import io.tain.config.OnRefused;
import io.tain.offset.OffsetTracker;
import io.tain.offset.OffsetTracker.Position;
import io.tain.source.LogBreak;
import io.tain.target.TargetWriter;
import io.tain.target.WriterTerms;
import io.tain.wire.ScriptedBrokers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class WriterLoopTest implements StreamEvents {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final Owner OWNER = new Owner(7, (short) 2, 0, 1_000_000);

    private final ScriptedBrokers brokers = new ScriptedBrokers();
    private final List<String> told = new ArrayList<>();
    private final MemoryBudget budget = new MemoryBudget(1 << 20, () -> {});
    private final Assignment assignment = new Assignment(T0, new AtomicLong(), Uuid.ZERO_UUID, Optional.of(OWNER));
    private final OffsetTracker tracker = new OffsetTracker(new Position(100, -1, 20));
    private final SteppedPace pace = new SteppedPace(1_000);
    private final WriterLoop loop = new WriterLoop(
            listener -> new TargetWriter(
                    brokers.produceClient(-1),
                    new WriterTerms(true, 5, 1 << 20, new WriterTerms.Backoff(10, 40), Optional.empty()),
                    listener,
                    new Transcoder(1 << 20)),
            OnRefused.HALT,
            new LinkCounters(new EventLog("link", () -> 0)),
            this,
            topic -> {},
            pace);

    /** What comes behind it must not be written under the same name: nobody would know whether the first of it is missing. */
    @Test
    void shouldSendNothingMoreOfAPartitionWhosePlaceItHasLost() {
        brokers.lead(T0, 1);
        loop.begin(assignment, tracker);
        loop.accept(List.of(range(100), range(101), range(102)));
        poll();
        assertThat(brokers.produced()).hasSize(1);

        brokers.answerProduce(Errors.DUPLICATE_SEQUENCE_NUMBER, -1);
        poll();

        assertThat(told).containsExactly("fenced");
        assertThat(brokers.produced()).isEmpty();
        assertThat(tracker.committable().offset()).isEqualTo(100);
        assertThat(budget.used()).isZero();
    }

    private SourceRange range(long offset) {
        MemoryRecords records = MemoryRecords.withRecords(
                (byte) 2, offset, Compression.NONE, new SimpleRecord(1_700_000_000_000L, new byte[] {1}, new byte[] {2
                }));
        SourceRange range = new SourceRange(assignment, offset, offset + 1, 0);
        EncodedBatch encoded = EncodedBatch.forwarded(RecordBatch.of(records.buffer()));
        new MirrorBatch(range, T0, encoded, BufferLease.reserve(budget, encoded.sizeInBytes()));
        return range;
    }

    private void poll() {
        for (int i = 0; i < 6; i++) {
            pace.advance(Duration.ofMillis(50));
            loop.step();
        }
    }

    @Override
    public void onBreak(Assignment of, LogBreak found) {
        told.add("break");
    }

    @Override
    public void onHalt(Assignment of, String reason) {
        told.add("halt");
    }

    @Override
    public void onFenced(Assignment of, String what) {
        told.add("fenced");
    }

    @Override
    public void onTargetReplaced(Assignment of, String what) {
        told.add("replaced");
    }

    @Override
    public void onCorrupt(Assignment of, long offset) {
        told.add("corrupt");
    }

    @Override
    public void onFatal(Outcome outcome) {
        told.add("fatal");
    }
}
