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
import io.tain.wire.ScriptedBrokers.Produced;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TargetWriterTest implements WriterListener {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final TopicPartition T1 = new TopicPartition("t", 1);

    private final ScriptedBrokers brokers = new ScriptedBrokers();
    private final AtomicLong queued = new AtomicLong();
    private final Assignment assignment = new Assignment(T0, queued);
    private final MemoryBudget budget = new MemoryBudget(1 << 20, () -> {});
    private final List<Long> acknowledged = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private final List<Long> corrupt = new ArrayList<>();
    private final List<Rewrite> rewritten = new ArrayList<>();
    private final List<String> retries = new ArrayList<>();
    private Verdict verdict = Verdict.HALT;
    private Patience patience = Patience.TRY_AGAIN;
    private TargetWriter writer = writer(true, Optional.empty());
    private long now = 1_000;
    private long nextOffset = 99;

    private TargetWriter writer(boolean idempotent, Optional<Duration> deliveryTimeout) {
        brokers.lead(T0, 1);
        brokers.lead(T1, 2);
        WriterTerms terms = new WriterTerms(idempotent, 5, 1 << 20, new WriterTerms.Backoff(10, 40), deliveryTimeout);
        return new TargetWriter(brokers.produceClient(-1), terms, this, new Transcoder(1 << 20));
    }

    @AfterEach
    void shouldHaveGivenAllMemoryBack() {
        writer.discard(assignment);
        while (brokers.isWaiting(ApiKeys.PRODUCE)) {
            brokers.disconnect(ApiKeys.PRODUCE);
        }
        poll();
        assertThat(budget.used()).isZero();
        assertThat(queued.get()).isZero();
        assertThat(assignment.pendingBytes()).isZero();
    }

    @Override
    public void onAcknowledged(MirrorBatch batch, long targetOffset) {
        acknowledged.add(batch.encoded().firstOffset());
    }

    @Override
    public Verdict onRefused(MirrorBatch batch, String reason) {
        refused.add(batch.encoded().firstOffset() + " " + reason);
        return verdict;
    }

    @Override
    public Patience onUnauthorized(MirrorBatch batch, String reason) {
        refused.add(batch.encoded().firstOffset() + " " + reason);
        return patience;
    }

    @Override
    public void onCorrupt(MirrorBatch batch) {
        corrupt.add(batch.encoded().firstOffset());
    }

    @Override
    public void onRetry(String why) {
        retries.add(why);
    }

    @Override
    public void onRewritten(MirrorBatch batch, Rewrite why) {
        rewritten.add(why);
    }

    @Override
    public void onTargetLost(MirrorBatch batch, long targetOffset, long count) {}

    @Override
    public void onFenced(Assignment assignment, String what) {
        throw new AssertionError("nobody else writes: " + what);
    }

    @Override
    public void onTargetReplaced(Assignment of, String what) {}

    @Override
    public void onMissingTopic(MirrorBatch batch) {}

    private MirrorBatch batch(TopicPartition target, int records) {
        SimpleRecord[] content = new SimpleRecord[records];
        for (int i = 0; i < records; i++) {
            content[i] = new SimpleRecord(
                    1_700_000_000_000L, null, ("value-" + (nextOffset + i)).getBytes(StandardCharsets.UTF_8));
        }
        MemoryRecords memory = MemoryRecords.withRecords((byte) 2, nextOffset, Compression.NONE, content);
        SourceRange range = new SourceRange(assignment, nextOffset, nextOffset + records, 0);
        nextOffset += records;
        EncodedBatch encoded = EncodedBatch.forwarded(RecordBatch.of(memory.buffer()));
        return new MirrorBatch(range, target, encoded, BufferLease.reserve(budget, encoded.sizeInBytes()));
    }

    private void poll() {
        for (int i = 0; i < 4; i++) {
            now += 50; // longer than the longest back-off
            writer.poll(0, now);
        }
    }

    private void pollLater() {
        now += 10_000;
        poll();
    }

    /** Has a first batch of one record acknowledged: before that a lane sends one at a time. Its offset is 99. */
    private void prove() {
        writer.submit(batch(T0, 1));
        poll();
        brokers.answerProduce(Errors.NONE, 0);
        poll();
        acknowledged.clear();
    }

    private List<Integer> sequences() {
        return brokers.produced().stream().map(Produced::baseSequence).toList();
    }

    @Test
    void shouldSendTheFirstBatchAloneUntilItIsAcknowledged() {
        writer.submit(batch(T0, 1));
        writer.submit(batch(T0, 1));

        poll();
        assertThat(sequences())
                .as("a leader that knows no sequence of ours would take any")
                .containsExactly(0);
        brokers.answerProduce(Errors.NOT_LEADER_OR_FOLLOWER, -1);
        pollLater();
        assertThat(sequences()).containsExactly(0);
        brokers.answerProduce(Errors.NONE, 0);
        poll();

        assertThat(sequences()).containsExactly(1);
    }

    @Test
    void shouldSendAsSoonAsTheLeaderIsKnown() {
        poll(); // brings the producer id
        writer.submit(batch(T0, 1));
        for (int i = 0; i < 4; i++) {
            writer.poll(0, now); // no time passes
        }

        assertThat(brokers.produced()).hasSize(1);
    }

    @Test
    void shouldPipelineFiveBatchesWithConsecutiveSequences() {
        prove();
        for (int i = 0; i < 7; i++) {
            writer.submit(batch(T0, 3));
        }

        poll();

        assertThat(sequences()).containsExactly(1, 4, 7, 10, 13);
        assertThat(brokers.produced()).allMatch(Produced::isIntact);
        brokers.answerProduce(Errors.NONE, 0);
        poll();
        assertThat(sequences()).containsExactly(4, 7, 10, 13, 16);
        assertThat(acknowledged).containsExactly(100L);
    }

    @Test
    void shouldFillOneRequestWithABatchOfEveryPartitionOfABroker() {
        brokers.lead(T1, 1);
        prove();
        writer.submit(batch(T0, 1));
        writer.submit(batch(T1, 1));

        poll();

        assertThat(brokers.produced()).hasSize(2);
        brokers.answerProduce(Errors.NONE, 7); // one answer for both
        poll();
        assertThat(acknowledged).hasSize(2);
    }

    @Test
    void shouldResendInOrderUnderTheSameSequencesAfterALostAnswer() {
        prove();
        for (int i = 0; i < 3; i++) {
            writer.submit(batch(T0, 2));
        }
        poll();

        brokers.disconnect(ApiKeys.PRODUCE);
        brokers.disconnect(ApiKeys.PRODUCE);
        poll();
        assertThat(sequences()).as("nothing is sent while one is in flight").containsExactly(5);
        brokers.disconnect(ApiKeys.PRODUCE);
        pollLater();

        assertThat(sequences()).containsExactly(1);
        brokers.answerProduce(Errors.NONE, 1);
        poll();
        assertThat(sequences()).containsExactly(3, 5);
        assertThat(brokers.produced()).allMatch(p -> p.epoch() == 0);
    }

    @Test
    void shouldTakeADuplicateForAnAcknowledgement() {
        prove();
        writer.submit(batch(T0, 2));
        poll();

        brokers.answerProduce(Errors.DUPLICATE_SEQUENCE_NUMBER, -1);
        poll();

        assertThat(acknowledged).containsExactly(100L);
        assertThat(writer.isIdle()).isTrue();
    }

    @Test
    void shouldNotLetFollowersOvertakeAFailedBatch() {
        prove();
        for (int i = 0; i < 3; i++) {
            writer.submit(batch(T0, 1));
        }
        poll();

        brokers.answerProduce(Errors.NOT_ENOUGH_REPLICAS, -1);
        brokers.answerProduce(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, -1);
        brokers.answerProduce(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, -1);
        pollLater();

        assertThat(sequences()).containsExactly(1);
        brokers.answerProduce(Errors.NONE, 1);
        poll();
        assertThat(sequences()).containsExactly(2, 3);
        assertThat(brokers.produced()).allMatch(p -> p.epoch() == 0);
    }

    @Test
    void shouldBeginANewEpochWhenTheBrokerMissesAcknowledgedBatches() {
        prove();
        writer.submit(batch(T0, 4));
        poll();
        brokers.answerProduce(Errors.NONE, 0);
        poll();
        writer.submit(batch(T0, 1));
        writer.submit(batch(T0, 1));
        poll();

        brokers.answerProduce(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, -1);
        brokers.answerProduce(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, -1);
        pollLater();

        assertThat(sequences()).containsExactly(0);
        assertThat(brokers.produced().get(0).epoch()).isEqualTo((short) 1);
        brokers.answerProduce(Errors.NONE, 5);
        poll();
        assertThat(sequences()).containsExactly(1);
        assertThat(brokers.produced()).allMatch(p -> p.epoch() == 1);
    }

    @Test
    void shouldTryAgainWhatIsNotAllowedOrGiveItUpAsTold() {
        prove();
        writer.submit(batch(T0, 1));
        writer.submit(batch(T0, 1));
        poll();
        brokers.answerProduce(Errors.TOPIC_AUTHORIZATION_FAILED, -1);
        brokers.answerProduce(Errors.TOPIC_AUTHORIZATION_FAILED, -1);
        pollLater();
        pollLater();
        assertThat(sequences()).containsExactly(1);

        patience = Patience.HALT;
        brokers.answerProduce(Errors.TOPIC_AUTHORIZATION_FAILED, -1);
        pollLater();

        assertThat(refused).hasSize(2).containsOnly("100 TOPIC_AUTHORIZATION_FAILED");
        assertThat(brokers.produced()).isEmpty();
        assertThat(writer.isIdle()).isTrue();
    }

    @Test
    void shouldFollowTheLeader() {
        prove();
        writer.submit(batch(T0, 1));
        poll();
        assertThat(brokers.produced().get(0).node()).isEqualTo(1);

        brokers.lead(T0, 3);
        brokers.answerProduce(Errors.NOT_LEADER_OR_FOLLOWER, -1);
        pollLater();

        assertThat(brokers.produced().get(0).node()).isEqualTo(3);
        assertThat(retries).containsExactly("MOVED");
    }

    @Test
    void shouldHalveDownToTheRecordThatIsTooLargeAndHaltThere() {
        prove();
        writer.submit(batch(T0, 4));
        poll();

        brokers.answerProduce(Errors.MESSAGE_TOO_LARGE, -1);
        poll();
        assertThat(brokers.produced()).extracting(Produced::count).containsExactly(2);
        assertThat(sequences()).containsExactly(1);
        brokers.answerProduce(Errors.NONE, 1);
        poll();
        assertThat(sequences()).containsExactly(3);
        brokers.answerProduce(Errors.MESSAGE_TOO_LARGE, -1);
        poll();
        assertThat(brokers.produced()).extracting(Produced::count).containsExactly(1);
        brokers.answerProduce(Errors.MESSAGE_TOO_LARGE, -1);
        poll();

        assertThat(refused).containsExactly("102 MESSAGE_TOO_LARGE");
        assertThat(rewritten).as("once for a batch, however often it is cut").containsExactly(Rewrite.SPLIT);
        assertThat(acknowledged).containsExactly(100L);
        assertThat(brokers.produced()).isEmpty();
    }

    @Test
    void shouldLeaveOutARefusedRecordAndCloseTheGapInTheSequences() {
        prove();
        verdict = Verdict.SKIP;
        writer.submit(batch(T0, 1));
        writer.submit(batch(T0, 1));
        writer.submit(batch(T0, 3));
        poll();

        brokers.answerProduce(Errors.NONE, 0);
        brokers.answerProduce(Errors.INVALID_TIMESTAMP, -1);
        brokers.answerProduce(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, -1);
        poll();

        assertThat(refused).containsExactly("101 INVALID_TIMESTAMP");
        assertThat(sequences()).containsExactly(2);
        assertThat(brokers.produced().get(0).epoch()).isZero();
    }

    @Test
    void shouldGiveACorruptBatchBackAfterASecondTry() {
        prove();
        writer.submit(batch(T0, 1));
        writer.submit(batch(T0, 1));
        poll();

        brokers.answerProduce(Errors.CORRUPT_MESSAGE, -1);
        brokers.answerProduce(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, -1);
        poll();
        assertThat(corrupt).isEmpty();
        brokers.answerProduce(Errors.CORRUPT_MESSAGE, -1);
        poll();

        assertThat(corrupt).containsExactly(100L);
    }

    @Test
    void shouldSendNothingMoreOfAnEndedAssignmentAndStartANewEpochAfterIt() {
        prove();
        writer.submit(batch(T0, 1));
        writer.submit(batch(T0, 1));
        poll();

        writer.discard(assignment);
        brokers.answerProduce(Errors.NONE, 0);
        brokers.disconnect(ApiKeys.PRODUCE);
        pollLater();

        assertThat(acknowledged).as("nobody is told of an ended assignment").isEmpty();
        assertThat(brokers.produced()).isEmpty();
        writer.submit(batch(T0, 1));
        poll();
        assertThat(sequences()).containsExactly(0);
        assertThat(brokers.produced().get(0).epoch()).isEqualTo((short) 1);
    }

    @Test
    void shouldCoalesceSmallBatchesThatPileUpBehindAFullWindow() {
        prove();
        for (int i = 0; i < 50; i++) {
            writer.submit(batch(T0, 1));
        }
        poll();
        assertThat(brokers.produced()).hasSize(5);

        brokers.answerProduce(Errors.NONE, 0);
        assertThat(assignment.isCrowded(now)).isFalse();
        poll();

        assertThat(assignment.isCrowded(now)).as("the reader hears of it").isTrue();
        assertThat(brokers.produced()).extracting(Produced::count).containsExactly(1, 1, 1, 1, 45);
        assertThat(brokers.produced()).allMatch(Produced::isIntact);
        for (int i = 0; i < 5; i++) {
            brokers.answerProduce(Errors.NONE, i);
        }
        poll();
        assertThat(acknowledged).hasSize(50).isSorted();
        assertThat(rewritten).hasSize(45).containsOnly(Rewrite.COALESCED);
    }

    @Test
    void shouldFallBackToThePartsWhenACoalescedBatchIsRefused() {
        prove();
        for (int i = 0; i < 12; i++) {
            writer.submit(batch(T0, 1));
        }
        poll();
        for (int i = 0; i < 5; i++) {
            brokers.answerProduce(Errors.NONE, i);
        }
        poll();
        assertThat(brokers.produced()).extracting(Produced::count).containsExactly(7);

        brokers.answerProduce(Errors.MESSAGE_TOO_LARGE, -1);
        poll();

        assertThat(brokers.produced()).extracting(Produced::count).containsExactly(1);
        assertThat(sequences()).containsExactly(6);
        brokers.answerProduce(Errors.NONE, 6);
        poll();
        assertThat(sequences()).containsExactly(7, 8, 9, 10, 11);
    }

    @Test
    void shouldSayWhatItWaitsFor() {
        prove();
        brokers.cutOff(1);
        writer.submit(batch(T0, 1));
        poll();

        pollLater();

        assertThat(writer.blocked()).containsEntry(T0, "waiting for target broker 1");
        brokers.reconnect(1);
        poll();
        brokers.answerProduce(Errors.NOT_ENOUGH_REPLICAS, -1);
        poll();
        assertThat(writer.blocked()).containsEntry(T0, "NOT_ENOUGH_REPLICAS");
    }

    @Test
    void shouldRefuseWhatIsNotDeliveredWithinAnExplicitTimeout() {
        writer = writer(true, Optional.of(Duration.ofSeconds(5)));
        verdict = Verdict.SKIP;
        prove();
        writer.submit(batch(T0, 1));
        poll();

        brokers.cutOff(1);
        brokers.disconnect(ApiKeys.PRODUCE);
        poll();
        pollLater();

        assertThat(refused).containsExactly("100 not delivered within delivery.timeout.ms=5000");
        assertThat(brokers.produced()).isEmpty();
    }

    @Test
    void shouldWriteWithoutAProducerIdWhenNotIdempotent() {
        writer = writer(false, Optional.empty());
        prove();
        writer.submit(batch(T0, 2));

        poll();

        assertThat(brokers.isWaiting(ApiKeys.INIT_PRODUCER_ID)).isFalse();
        assertThat(sequences()).containsExactly(-1);
    }
}
