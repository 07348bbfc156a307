package io.tain.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.Assignment;
import io.tain.batch.BatchCursor;
import io.tain.batch.BufferLease;
import io.tain.batch.EncodedBatch;
import io.tain.batch.MemoryBudget;
import io.tain.batch.MirrorBatch;
import io.tain.batch.SourceRange;
import io.tain.wire.ProduceOutcome;
import io.tain.wire.ProduceResult;
import io.tain.wire.ProducerIdentity;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

final class LaneTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final ProducerIdentity PRODUCER = new ProducerIdentity(7, (short) 0);
    private static final int WINDOW = 5;

    private final Assignment assignment = new Assignment(PARTITION, new AtomicLong());
    private final MemoryBudget budget = new MemoryBudget(1 << 20, () -> {});
    private final Lane lane = new Lane(PARTITION, WINDOW, 0);
    private long nextOffset;

    @Test
    void shouldSeeThatTheTargetHasLostWhatItAcknowledged() {
        assertThat(lostBeforeNext(100)).isZero();
        assertThat(lostBeforeNext(-1)).isZero();
        assertThat(lostBeforeNext(110)).isZero();

        assertThat(lostBeforeNext(102)).isEqualTo(9);
        assertThat(lostBeforeNext(103)).isZero();
    }

    private long lostBeforeNext(long baseOffset) {
        enqueue(1, 0);
        Outgoing next = lane.take(PRODUCER);
        long lost = lane.lostBefore(next, baseOffset);
        lane.onAcknowledged(next, 0);
        return lost;
    }

    @Test
    void shouldNotTakeForLostWhatWasWrittenBeforeABatchThatIsAcknowledgedFirst() {
        lostBeforeNext(100);
        enqueue(2, 0);
        Outgoing failed = lane.take(PRODUCER);
        Outgoing behind = lane.take(PRODUCER);
        lane.onFailed(
                failed, new ProduceResult(ProduceOutcome.RETRY, "not enough replicas after append", -1, List.of(), 1));
        assertThat(lane.lostBefore(behind, 102)).isZero();
        lane.onAcknowledged(behind, 0);
        lane.reopen();
        Outgoing again = lane.take(PRODUCER);

        assertThat(again).isSameAs(failed);
        assertThat(lane.lostBefore(again, 101)).isZero();
    }

    @Test
    void shouldSendTheFirstBatchAlone() {
        enqueue(8, 0);

        Outgoing first = lane.take(PRODUCER);

        assertThat(lane.canSend(0)).isFalse();
        lane.onAcknowledged(first, 0);
        assertThat(sendAll(0)).isEqualTo(WINDOW);
    }

    @Test
    void shouldSendOneBatchAloneAfterAFailure() {
        enqueue(8, 0);
        lane.onAcknowledged(lane.take(PRODUCER), 0);
        Outgoing failed = lane.take(PRODUCER);
        lane.onFailed(failed, new ProduceResult(ProduceOutcome.MOVED, "moved", -1, List.of(), 1));

        lane.reopen();

        assertThat(lane.take(PRODUCER)).isSameAs(failed);
        assertThat(lane.canSend(0)).isFalse();
        lane.onAcknowledged(failed, 0);
        assertThat(sendAll(0)).isEqualTo(WINDOW);
    }

    /** Brokers know the last five batches of a producer: were others sent behind it, they could no longer tell that it is there already. */
    @Test
    void shouldSendAFailedBatchAloneAlsoWhenThoseBehindItWereAcknowledged() {
        enqueue(8, 0);
        lane.onAcknowledged(lane.take(PRODUCER), 0);
        Outgoing failed = lane.take(PRODUCER);
        Outgoing behind = lane.take(PRODUCER);
        lane.onFailed(failed, failure(ProduceOutcome.RETRY));
        lane.onAcknowledged(behind, 0);

        lane.reopen();

        assertThat(lane.take(PRODUCER)).isSameAs(failed);
        assertThat(lane.canSend(0)).isFalse();
    }

    @Test
    void shouldSendEachFailedBatchAloneBeforeOnesThatWereAcknowledged() {
        enqueue(9, 0);
        lane.onAcknowledged(lane.take(PRODUCER), 0);
        List<Outgoing> sent = List.of(lane.take(PRODUCER), lane.take(PRODUCER), lane.take(PRODUCER));
        lane.onFailed(sent.get(0), failure(ProduceOutcome.RETRY));
        lane.onFailed(sent.get(1), failure(ProduceOutcome.RETRY));
        lane.onAcknowledged(sent.get(2), 0);
        lane.reopen();

        for (Outgoing failed : sent.subList(0, 2)) {
            assertThat(lane.take(PRODUCER)).isSameAs(failed);
            assertThat(lane.canSend(0)).isFalse();
            lane.onAcknowledged(failed, 0);
        }

        assertThat(sendAll(0)).isEqualTo(WINDOW);
    }

    @Test
    void shouldSendOneBatchAloneAfterALongPause() {
        enqueue(1, 0);
        lane.onAcknowledged(lane.take(PRODUCER), 0);

        enqueue(8, 60_001);

        assertThat(sendAll(60_001)).isEqualTo(1);
    }

    @Test
    void shouldKnowUntilWhenALostRequestMayBeExecuted() {
        enqueue(3, 0);
        lane.onAcknowledged(lane.take(PRODUCER), 0);
        Outgoing second = lane.take(PRODUCER);
        Outgoing third = lane.take(PRODUCER);
        lane.onFailed(second, failure(ProduceOutcome.REFUSED));
        lane.onFailed(third, failure(ProduceOutcome.OUT_OF_ORDER));
        assertThat(lane.hasSpentSequences()).isFalse();
        lane.reopen();

        lane.onFailed(lane.take(PRODUCER), failure(ProduceOutcome.RETRY));
        lane.reopen();
        lane.onAcknowledged(lane.take(PRODUCER), 0);

        assertThat(lane.hasSpentSequences())
                .as("the third may have been sent with it")
                .isTrue();
        lane.onAcknowledged(lane.take(PRODUCER), 0);
        assertThat(lane.hasSpentSequences()).isFalse();
    }

    @Test
    void shouldBeginANewEpochForOtherBatchesUnderTheSequencesOfLostRequests() {
        enqueue(3, 0);
        lane.onAcknowledged(lane.take(PRODUCER), 0);
        lane.onFailed(lane.take(PRODUCER), failure(ProduceOutcome.RETRY));
        lane.reopen();
        lane.onFailed(lane.take(PRODUCER), failure(ProduceOutcome.REFUSED));

        lane.loseIdentity();
        lane.replaceHead(List.of());
        lane.reopen();

        assertThat(lane.take(PRODUCER).sequence).isZero();
        assertThat(lane.identity()).isEqualTo(new ProducerIdentity(7, (short) 1));
        assertThat(lane.hasSpentSequences()).isFalse();
    }

    /** What counts as written already would be left out. */
    @Test
    void shouldNotGiveSequencesToOthersThatWereAcknowledgedOutOfTurn() {
        enqueue(4, 0);
        lane.onAcknowledged(lane.take(PRODUCER), 0);
        Outgoing failed = lane.take(PRODUCER);
        Outgoing behind = lane.take(PRODUCER);
        Outgoing last = lane.take(PRODUCER);
        lane.onFailed(failed, failure(ProduceOutcome.CORRUPT));
        lane.onAcknowledged(behind, 0);
        lane.onFailed(last, failure(ProduceOutcome.CORRUPT));

        assertThat(lane.hasSpentSequences()).isTrue();

        lane.reopen();
        lane.onAcknowledged(lane.take(PRODUCER), 0);
        assertThat(lane.hasSpentSequences()).as("the last one's are its own").isFalse();
    }

    private static ProduceResult failure(ProduceOutcome outcome) {
        return new ProduceResult(outcome, outcome.name(), -1, List.of(), 1);
    }

    private int sendAll(long nowMs) {
        int sent = 0;
        while (lane.canSend(nowMs)) {
            lane.take(PRODUCER);
            sent++;
        }
        return sent;
    }

    private void enqueue(int batches, long nowMs) {
        for (int i = 0; i < batches; i++) {
            SourceRange range = new SourceRange(assignment, nextOffset, nextOffset + 1, 0);
            ByteBuffer bytes = MemoryRecords.withRecords(nextOffset, Compression.NONE, new SimpleRecord(new byte[10]))
                    .buffer();
            EncodedBatch encoded = EncodedBatch.forwarded(new BatchCursor(bytes).next());
            nextOffset++;
            lane.enqueue(new MirrorBatch(range, PARTITION, encoded, BufferLease.reserve(budget, 100)), nowMs);
        }
    }
}
