package io.tain.target;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A target topic that is gone, or another of the same name, is not written to. */
class ReplacedTopicTest implements WriterListener {
    private static final TopicPartition T0 = new TopicPartition("t", 0);

    private final ScriptedBrokers brokers = new ScriptedBrokers();
    private final Assignment assignment = new Assignment(T0, new AtomicLong());
    private final MemoryBudget budget = new MemoryBudget(1 << 20, () -> {});
    private final List<String> replaced = new ArrayList<>();
    private final TargetWriter writer = new TargetWriter(
            brokers.produceClient(-1),
            new WriterTerms(true, 5, 1 << 20, new WriterTerms.Backoff(10, 40), Optional.empty()),
            this,
            new Transcoder(1 << 20));
    private int missing;
    private long now = 1_000;

    @AfterEach
    void shouldHaveGivenAllMemoryBack() {
        writer.discard(assignment);
        assertThat(budget.used()).isZero();
    }

    @Override
    public void onAcknowledged(MirrorBatch batch, long targetOffset) {}

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
        throw new AssertionError(batch.toString());
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
        of.end();
        replaced.add(what);
    }

    @Override
    public void onMissingTopic(MirrorBatch batch) {
        missing++;
    }

    private void submit(Assignment to, TopicPartition target) {
        MemoryRecords memory = MemoryRecords.withRecords(
                (byte) 2, 0, Compression.NONE, new SimpleRecord(1_700_000_000_000L, null, new byte[10]));
        EncodedBatch encoded = EncodedBatch.forwarded(RecordBatch.of(memory.buffer()));
        SourceRange range = new SourceRange(to, 0, 1, 0);
        writer.submit(new MirrorBatch(range, target, encoded, BufferLease.reserve(budget, encoded.sizeInBytes())));
    }

    private void poll(int stepMs) {
        for (int i = 0; i < 4; i++) {
            now += stepMs;
            writer.poll(0, now);
        }
    }

    /** Has a first batch acknowledged, so that the topic is known. */
    private void prove() {
        brokers.lead(T0, 1);
        submit(assignment, T0);
        poll(50);
        brokers.answerProduce(Errors.NONE, 0);
        poll(50);
    }

    @Test
    void shouldWriteNothingIntoAnotherTopicOfTheSameName() {
        prove();
        Uuid before = brokers.topicId("t");
        brokers.recreate("t");
        poll(50);

        submit(assignment, T0);
        poll(50);
        poll(50);

        assertThat(brokers.isWaiting(ApiKeys.PRODUCE)).isFalse();
        assertThat(replaced).hasSize(1);
        assertThat(replaced.get(0))
                .contains(before.toString(), brokers.topicId("t").toString());
        assertThat(writer.isIdle()).isTrue();
    }

    @Test
    void shouldWriteNothingIntoAnotherTopicThanTheAssignmentTells() {
        brokers.lead(T0, 1);
        Assignment told = new Assignment(T0, new AtomicLong(), Uuid.randomUuid(), Optional.empty());

        submit(told, T0);
        poll(50);
        poll(50);

        assertThat(brokers.isWaiting(ApiKeys.PRODUCE)).isFalse();
        assertThat(replaced).hasSize(1);
        assertThat(told.pendingBytes()).isZero();
    }

    @Test
    void shouldNotTakeOldMetadataForAnotherTopic() {
        brokers.lead(T0, 1);
        Uuid current = Uuid.randomUuid();
        Assignment told = new Assignment(T0, new AtomicLong(), current, Optional.empty());
        poll(50);

        submit(told, T0);
        now += 50;
        writer.poll(0, now);
        assertThat(brokers.isWaiting(ApiKeys.PRODUCE)).isFalse();
        brokers.recreate("t", current); // as the next answer tells
        poll(50);

        assertThat(replaced).isEmpty();
        assertThat(brokers.isWaiting(ApiKeys.PRODUCE)).isTrue();
        brokers.answerProduce(Errors.NONE, 0);
        poll(50);
        assertThat(told.pendingBytes()).isZero();
    }

    @Test
    void shouldNotHaveATopicMadeAnewThatIsGone() {
        prove();
        brokers.delete("t");
        poll(50);
        submit(assignment, T0);

        poll(5_000);
        assertThat(replaced).as("a broker may be behind for a while").isEmpty();
        poll(5_000);
        poll(5_000);

        assertThat(replaced).hasSize(1);
        assertThat(replaced.get(0)).contains("was deleted");
        assertThat(missing).isZero();
    }

    @Test
    void shouldAskForATopicThatWasNeverThere() {
        brokers.delete("other");
        submit(assignment, new TopicPartition("other", 0));
        for (int i = 0; i < 4; i++) {
            poll(5_000);
        }

        assertThat(missing).isPositive();
        assertThat(replaced).isEmpty();
    }
}
