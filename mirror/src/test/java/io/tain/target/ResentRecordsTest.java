package io.tain.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tain.batch.Assignment;
import io.tain.batch.BufferLease;
import io.tain.batch.EncodedBatch;
import io.tain.batch.MemoryBudget;
import io.tain.batch.MirrorBatch;
import io.tain.batch.RecordBatch;
import io.tain.batch.SourceRange;
import io.tain.batch.Transcoder;
import io.tain.wire.ScriptedBrokers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Records that are sent again, of which nobody knows whether they are there, and how long answers take. */
class ResentRecordsTest implements WriterListener {
    private static final TopicPartition T0 = new TopicPartition("t", 0);

    private final ScriptedBrokers brokers = new ScriptedBrokers();
    private final Assignment assignment = new Assignment(T0, new AtomicLong());
    private final MemoryBudget budget = new MemoryBudget(1 << 20, () -> {});
    private final List<Long> latencies = new ArrayList<>();
    private final TargetWriter writer = new TargetWriter(
            brokers.produceClient(-1),
            new WriterTerms(true, 5, 1 << 20, new WriterTerms.Backoff(10, 40), Optional.empty()),
            this,
            new Transcoder(1 << 20));
    private int acknowledged;
    private int sentAgain;
    private int corrupt;
    private long now = 1_000;

    @AfterEach
    void shouldHaveGivenAllMemoryBack() {
        writer.discard(assignment);
        while (brokers.isWaiting(ApiKeys.PRODUCE)) {
            brokers.disconnect(ApiKeys.PRODUCE);
        }
        poll();
        assertThat(budget.used()).isZero();
    }

    @Override
    public void onAcknowledged(MirrorBatch batch, long targetOffset) {
        acknowledged += batch.count();
    }

    @Override
    public void onSentAgain(int records) {
        sentAgain += records;
    }

    @Override
    public void onAnswered(long latencyMs) {
        latencies.add(latencyMs);
    }

    @Override
    public Verdict onRefused(MirrorBatch batch, String reason) {
        throw new AssertionError(reason);
    }

    @Override
    public Patience onUnauthorized(MirrorBatch batch, String reason) {
        throw new AssertionError(reason);
    }

    @Override
    public void onCorrupt(MirrorBatch batch) {
        corrupt++;
    }

    @Override
    public void onRetry(String why) {}

    @Override
    public void onRewritten(MirrorBatch batch, Rewrite why) {}

    @Override
    public void onTargetLost(MirrorBatch batch, long targetOffset, long count) {}

    @Override
    public void onFenced(Assignment assignment, String what) {
        throw new AssertionError("nobody else writes: " + what);
    }

    @Override
    public void onTargetReplaced(Assignment of, String what) {
        throw new AssertionError(what);
    }

    @Override
    public void onMissingTopic(MirrorBatch batch) {
        throw new AssertionError(batch.toString());
    }

    private void submit(int records) {
        SimpleRecord[] content = new SimpleRecord[records];
        Arrays.fill(content, new SimpleRecord(1_700_000_000_000L, null, new byte[10]));
        MemoryRecords memory = MemoryRecords.withRecords((byte) 2, 0, Compression.NONE, content);
        EncodedBatch encoded = EncodedBatch.forwarded(RecordBatch.of(memory.buffer()));
        SourceRange range = new SourceRange(assignment, 0, records, 0);
        writer.submit(new MirrorBatch(range, T0, encoded, BufferLease.reserve(budget, encoded.sizeInBytes())));
    }

    private void poll() {
        for (int i = 0; i < 4; i++) {
            now += 5_000;
            writer.poll(0, now);
        }
    }

    @Test
    void shouldCountWhatMayBeThereTwiceAndTimeAcknowledgementsAlone() {
        brokers.lead(T0, 1);
        submit(3);
        poll();
        brokers.answerProduce(Errors.NOT_LEADER_OR_FOLLOWER, -1);
        poll();
        assertThat(sentAgain).as("none of them was written").isZero();
        brokers.disconnect(ApiKeys.PRODUCE);
        poll();
        assertThat(sentAgain).as("nobody knows whether they were").isEqualTo(3);
        brokers.answerProduce(Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND, -1);
        poll();
        assertThat(sentAgain).as("and once more").isEqualTo(6);
        assertThat(latencies).isEmpty();

        brokers.answerProduce(Errors.NONE, 0);
        poll();

        assertThat(acknowledged).isEqualTo(3);
        assertThat(sentAgain).isEqualTo(6);
        assertThat(latencies).hasSize(1).allMatch(latency -> latency >= 0);
    }

    /**
     * What is given up is read again, perhaps without a record that compaction has taken meanwhile: under the same sequences another batch
     * would count as one that is written already, and be left out.
     */
    @Test
    void shouldStartANewEpochBehindACorruptBatchIfWhatCameBehindItWasWritten() {
        brokers.lead(T0, 1);
        submit(1);
        poll();
        brokers.answerProduce(Errors.NONE, 0);
        poll();
        submit(1);
        submit(1);
        poll();

        brokers.answerProduce(Errors.CORRUPT_MESSAGE, -1);
        brokers.answerProduce(Errors.NONE, 2);
        poll();
        brokers.answerProduce(Errors.CORRUPT_MESSAGE, -1);
        poll();
        assertThat(corrupt).isEqualTo(1);

        submit(1);
        poll();
        assertThat(brokers.produced())
                .extracting(ScriptedBrokers.Produced::epoch, ScriptedBrokers.Produced::baseSequence)
                .containsExactly(tuple((short) 1, 0));
    }

    /** A partition given away while something is in flight begins a new epoch, and of those there are 32,768 to an id. */
    @Test
    void shouldGoOnUnderAnotherProducerIdBeforeItsEpochsRunOut() {
        brokers.lead(T0, 1);
        Set<Long> ids = new HashSet<>();
        for (int i = 0; i < 40_000; i++) {
            submit(1);
            poll();
            ids.add(brokers.produced().get(0).producerId());
            assertThat(brokers.produced().get(0).epoch()).isNotNegative();
            writer.discard(assignment);
            brokers.disconnect(ApiKeys.PRODUCE);
            poll();
        }

        assertThat(ids).containsExactlyInAnyOrder(1_000L, 1_001L);
    }
}
