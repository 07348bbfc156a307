package io.tain.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.Assignment;
import io.tain.batch.MirrorBatch;
import io.tain.batch.SourceRange;
import io.tain.wire.FetchClient;
import io.tain.wire.ScriptedBrokers.Asked;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class SourceReaderTest extends ReaderScenario {
    private static MemoryRecords batch(long offset, int records, int valueBytes) {
        SimpleRecord[] content = new SimpleRecord[records];
        for (int i = 0; i < records; i++) {
            content[i] = new SimpleRecord(1_700_000_000_000L, new byte[] {1}, new byte[valueBytes]);
        }
        return MemoryRecords.withRecords((byte) 2, offset, Compression.NONE, content);
    }

    @Test
    void shouldAskFromThePositionWithTheLeadersEpochAndGoOnAfterTheAnswer() {
        add(t0, 100);
        poll();

        assertThat(brokers.fetchAsked()).containsExactly(new Asked(T0, 100, (int) (BUDGET / 3 / 8), Optional.of(5)));
        brokers.answerFetch(T0, Errors.NONE, batch(100, 3, 10), 103);
        poll();

        assertThat(ranges).hasSize(1);
        assertThat(ranges.get(0).firstOffset()).isEqualTo(100);
        assertThat(ranges.get(0).nextOffset()).isEqualTo(103);
        assertThat(counters.forwarded()).isEqualTo(1);
        assertThat(brokers.fetchAsked()).extracting(Asked::offset).containsExactly(103L);
    }

    @Test
    void shouldFetchAsSoonAsTheLeaderIsKnown() {
        add(t0, 100);
        for (int i = 0; i < 4; i++) {
            reader.poll(0, now); // no time passes
        }

        assertThat(brokers.fetchAsked()).hasSize(1);
    }

    @Test
    void shouldCoverOffsetsThatHoldNothing() {
        add(t0, 100);
        poll();

        brokers.answerFetch(T0, Errors.NONE, batch(150, 1, 10), 151);
        poll();

        assertThat(ranges.get(0).firstOffset()).isEqualTo(100);
        assertThat(ranges.get(0).nextOffset()).isEqualTo(151);
    }

    @Test
    void shouldCopyOnlyTheTailOfABatchItStartsInside() {
        add(t0, 102);
        poll();

        brokers.answerFetch(T0, Errors.NONE, batch(100, 5, 10), 105);
        poll();

        assertThat(ranges.get(0).batches().get(0).count()).isEqualTo(3);
        assertThat(counters.transcoded()).containsEntry("start-inside-batch", 1L);
    }

    @Test
    void shouldLeaveOutAPartitionThatPilesUpAndGoOnWithTheOthers() {
        add(t0, 0);
        add(u0, 0);
        poll();
        brokers.answerFetch(T0, Errors.NONE, batch(0, 1, 120 * 1024), 10);
        poll();

        assertThat(t0.pendingBytes()).isGreaterThan(120 * 1024);
        brokers.answerFetch(U0, Errors.NONE, batch(0, 1, 10), 10);
        poll();

        assertThat(brokers.fetchAsked()).extracting(Asked::partition).containsExactly(U0);
        ranges.get(0).batches().get(0).release();
        ranges.remove(0);
        brokers.answerFetch(U0, Errors.NONE, batch(1, 1, 10), 10);
        poll();
        assertThat(brokers.fetchAsked()).extracting(Asked::partition).contains(T0);
    }

    @Test
    void shouldNeverAskForMoreThanTheBudgetHasLeft() {
        targetRoundTripMs = 20;
        budget.reserve(BUDGET - 100 * 1024);
        add(t0, 0);
        poll();

        assertThat(budget.used()).isLessThanOrEqualTo(BUDGET);
        brokers.disconnect(ApiKeys.FETCH);
        budget.reserve(50 * 1024);
        poll();

        assertThat(brokers.isWaiting(ApiKeys.FETCH)).isFalse();
        budget.release(BUDGET - 50 * 1024);
        poll();
        assertThat(brokers.isWaiting(ApiKeys.FETCH)).isTrue();
    }

    @Test
    void shouldTellWhenThePositionIsGoneAndNeverResetIt() {
        add(t0, 7);
        poll();

        brokers.answerFetch(T0, Errors.OFFSET_OUT_OF_RANGE, MemoryRecords.EMPTY, -1);
        poll();

        assertThat(events).containsExactly("OUT_OF_RANGE t-0@7");
        assertThat(counters.retries()).as("it is not asked for again").isEmpty();
        assertThat(brokers.isWaiting(ApiKeys.FETCH)).isFalse();
    }

    @Test
    void shouldStopATopicThatWasDeletedAndCreatedAgain() {
        add(t0, 7);
        poll();

        Uuid before = brokers.topicId("t");
        brokers.answerFetch(T0, Errors.UNKNOWN_TOPIC_ID, MemoryRecords.EMPTY, -1);
        brokers.recreate("t");
        poll();
        poll();

        assertThat(events).containsExactly("RECREATED t-0@7");
        assertThat(breaks.get(0).oldTopic()).isEqualTo(before);
        assertThat(breaks.get(0).newTopic()).isEqualTo(brokers.topicId("t"));
    }

    @Test
    void shouldNotReadAnotherTopicThanTheOneThatThePositionIsIn() {
        topicId = Uuid.randomUuid();
        add(t0, 7);
        poll();
        poll();

        assertThat(brokers.isWaiting(ApiKeys.FETCH)).isFalse();
        assertThat(breaks)
                .containsExactly(new LogBreak(LogBreak.Kind.RECREATED, 7, -1, -1, topicId, brokers.topicId("t")));

        // and once the other topic is accepted it is read
        topicId = brokers.topicId("t");
        add(t0, 0);
        poll();
        assertThat(brokers.fetchAsked()).extracting(Asked::offset).containsExactly(0L);
        assertThat(breaks).hasSize(1);
    }

    @Test
    void shouldNotTakeOldMetadataForAnotherTopic() {
        topicId = Uuid.randomUuid(); // another member of the group has found it already
        add(t0, 7);
        reader.poll(0, now);
        reader.poll(0, now);

        brokers.recreate("t", topicId);
        poll();

        assertThat(events).isEmpty();
        assertThat(brokers.fetchAsked()).extracting(Asked::offset).containsExactly(7L);
    }

    @Test
    void shouldTellWhereTheLogWasCutOff() {
        add(t0, 7);
        poll();

        brokers.answerDiverging(T0, 5);
        poll();

        assertThat(breaks)
                .containsExactly(
                        new LogBreak(LogBreak.Kind.DIVERGED, 7, 5, 5, brokers.topicId("t"), brokers.topicId("t")));
        assertThat(brokers.isWaiting(ApiKeys.FETCH)).isFalse();
    }

    @Test
    void shouldReadACorruptBatchAgainAndThenStop() {
        add(t0, 0);
        MemoryRecords corrupt = batch(0, 2, 10);
        ByteBuffer bytes = corrupt.buffer();
        bytes.put(bytes.limit() - 1, (byte) 99);
        bytes.putInt(57, 1); // fewer records than offsets: has to be looked into
        for (int read = 0; read < 3; read++) {
            poll();
            assertThat(events).isEmpty();
            brokers.answerFetch(T0, Errors.NONE, corrupt, 2);
        }
        poll();

        assertThat(events).hasSize(1);
        assertThat(events.get(0)).startsWith("unreadable t-0@0 corrupt batch");
        assertThat(ranges).isEmpty();
    }

    @Test
    void shouldGoOnAfterALostConnectionFromTheSamePosition() {
        add(t0, 5);
        poll();

        brokers.disconnect(ApiKeys.FETCH);
        poll();

        assertThat(brokers.fetchAsked()).extracting(Asked::offset).containsExactly(5L);
        assertThat(counters.retries()).containsOnly(Map.entry("NO_ANSWER", 1L));
    }

    @Test
    void shouldTellThatABrokerCanNotBeReachedThatWasNeverAsked() {
        brokers.cutOff(1);
        SourcePartition partition = add(t0, 5);
        poll();
        assertThat(partition.problem()).contains("can't connect to broker 1");

        brokers.reconnect(1);
        poll();
        assertThat(brokers.fetchAsked()).extracting(Asked::offset).containsExactly(5L);
        brokers.answerFetch(T0, Errors.NONE, MemoryRecords.EMPTY, 5);
        poll();

        assertThat(partition.problem()).isEmpty();
    }

    @Test
    void shouldGoOnWhenOneAnswerKnewNothingOfTheTopic() {
        add(t0, 5);
        poll();
        brokers.delete("t");
        brokers.answerFetch(T0, Errors.NONE, batch(5, 1, 10), 6);
        poll();

        brokers.lead(T0, 2);
        poll();
        poll();

        assertThat(brokers.fetchAsked()).extracting(Asked::offset).containsExactly(6L);
        assertThat(brokers.fetchDestinations()).containsExactly("2");
        assertThat(breaks).isEmpty();
    }

    @Test
    void shouldRetryAnErrorOfOnePartitionWithoutStoppingIt() {
        add(t0, 5);
        poll();

        brokers.answerFetch(T0, Errors.KAFKA_STORAGE_ERROR, MemoryRecords.EMPTY, -1);
        poll();
        brokers.answerFetch(T0, Errors.NONE, batch(5, 1, 10), 6);
        poll();

        assertThat(ranges).hasSize(1);
        assertThat(events).isEmpty();
    }

    @Test
    void shouldNotSkipABatchForWhatADamagedHeaderSays() {
        add(t0, 100);
        poll();
        MemoryRecords damaged = batch(100, 1, 10);
        damaged.buffer().putInt(23, Integer.MIN_VALUE); // the last offset seems to lie before the position

        brokers.answerFetch(T0, Errors.NONE, together(damaged, batch(101, 1, 10)), 102);
        poll();
        assertThat(ranges).isEmpty();
        brokers.answerFetch(T0, Errors.NONE, together(batch(100, 1, 10), batch(101, 1, 10)), 102);
        poll();

        assertThat(ranges).extracting(SourceRange::firstOffset).containsExactly(100L, 101L);
    }

    @Test
    void shouldLeaveMostOfTheBudgetToLongWays() {
        budget.reserve(BUDGET / 2);
        add(t0, 0);
        poll();
        assertThat(brokers.isWaiting(ApiKeys.FETCH)).isFalse();

        targetRoundTripMs = 20;
        poll();

        assertThat(brokers.fetchAsked()).extracting(Asked::partition).containsExactly(T0);
        budget.release(BUDGET / 2);
    }

    @Test
    void shouldAskAFarBrokerOverTwoConnectionsForHalfOfThePartitionsEach() {
        brokers.delayBy(100);
        add(t0, 0);
        add(u0, 0);
        poll();
        assertThat(brokers.fetchDestinations()).as("nothing is known yet").containsExactly("1");

        brokers.answerFetch(T0, Errors.NONE, batch(0, 1, 70 * 1024), 10);
        poll();

        assertThat(brokers.fetchDestinations()).containsExactly("1", Integer.toString(FetchClient.other(1)));
        assertThat(brokers.fetchAsked()).extracting(Asked::partition).containsExactly(T0);
        brokers.answerFetch(T0, Errors.NONE, batch(1, 1, 10), 10);
        assertThat(brokers.fetchAsked()).extracting(Asked::partition).containsExactly(U0);
        brokers.answerFetch(U0, Errors.NONE, batch(0, 1, 10), 10);
        poll();
        assertThat(ranges)
                .extracting(range -> range.assignment() + "@" + range.firstOffset())
                .containsExactly("t-0@0", "t-0@1", "u-0@0");
    }

    @Test
    void shouldAskABrokerOverTwoConnectionsWhileItsBatchesAreJoined() {
        add(t0, 0);
        add(u0, 0);
        poll();
        t0.crowd(now + 60_000);
        answer(T0, batch(0, 1, 10));
        assertThat(brokers.fetchDestinations()).containsExactly("1", Integer.toString(FetchClient.other(1)));

        t0.crowd(now);
        now += 60_000;
        answer(T0, batch(1, 1, 10));
        answer(U0, MemoryRecords.EMPTY);
        answer(T0, batch(2, 1, 10));

        assertThat(brokers.fetchDestinations()).containsExactly("1");
        assertThat(brokers.fetchAsked()).extracting(Asked::partition).contains(U0);
    }

    @Test
    void shouldNotAskForAPartitionOverOneConnectionWhileTheOtherMayStillBringIt() {
        Assignment u1 = new Assignment(new TopicPartition("u", 1), new AtomicLong());
        brokers.lead(U0, 2);
        brokers.lead(u1.partition(), 2);
        brokers.delayBy(100);
        add(t0, 0);
        add(u0, 0);
        add(u1, 0);
        poll();
        brokers.answerFetch(T0, Errors.NONE, batch(0, 1, 70 * 1024), 10);
        poll();
        assertThat(brokers.fetchDestinations()).containsExactly("2", "1");

        brokers.answerFetch(U0, Errors.NONE, MemoryRecords.EMPTY, 0);
        poll();

        assertThat(brokers.fetchDestinations())
                .containsExactlyInAnyOrder("1", "2", Integer.toString(FetchClient.other(2)));
        reader.remove(u1);
    }

    @Test
    void shouldLoseNoPartitionWhenABrokerTurnsOutToBeNear() {
        String second = Integer.toString(FetchClient.other(1));
        brokers.delayBy(100);
        add(t0, 0);
        add(u0, 0);
        poll();
        answer(T0, batch(0, 1, 70 * 1024));
        assertThat(brokers.fetchDestinations()).containsExactly("1", second);

        brokers.delayBy(0);
        now += 60_000;
        answer(T0, batch(1, 1, 70 * 1024));
        assertThat(brokers.fetchDestinations()).containsExactly(second, "1");
        answer(U0, MemoryRecords.EMPTY);
        assertThat(brokers.fetchDestinations()).containsExactly("1");
        answer(T0, batch(2, 1, 10));

        assertThat(brokers.fetchDestinations()).containsExactly("1");
        assertThat(brokers.fetchAsked()).extracting(Asked::partition).contains(U0);
    }

    private void answer(TopicPartition partition, MemoryRecords records) {
        brokers.answerFetch(partition, Errors.NONE, records, 10);
        poll();
        ranges.forEach(range -> range.batches().forEach(MirrorBatch::release));
        ranges.clear();
        poll();
    }

    @Test
    void shouldServeBrokersInTurnWhenMemoryAllowsOneFetchOnly() {
        targetRoundTripMs = 20;
        brokers.lead(U0, 2);
        budget.reserve(BUDGET - 100 * 1024);
        add(t0, 0);
        add(u0, 0);
        poll();
        assertThat(brokers.fetchAsked()).extracting(Asked::partition).containsExactly(T0);

        brokers.answerFetch(T0, Errors.NONE, MemoryRecords.EMPTY, 0);
        poll();

        assertThat(brokers.fetchAsked()).extracting(Asked::partition).containsExactly(U0);
        budget.release(BUDGET - 100 * 1024);
    }

    @Test
    void shouldKnowTheEpochOfTheLastBatchThatItDropped() {
        add(t0, 100);
        poll();

        brokers.answerFetch(T0, Errors.NONE, together(marker(100, 4), marker(101, 5)), 102);
        poll();

        assertThat(ranges).hasSize(1);
        assertThat(ranges.get(0).nextOffset()).isEqualTo(102);
        assertThat(ranges.get(0).leaderEpoch()).isEqualTo(5);
    }

    @Test
    void shouldTellOfATransactionThatStaysOpen() {
        SourcePartition partition = add(t0, 100);
        poll();
        brokers.answerFetch(T0, Errors.NONE, batch(100, 1, 10), 102, 110);
        poll();
        assertThat(partition.openTransaction())
                .as("there is more to read before it")
                .isEmpty();
        brokers.answerFetch(T0, Errors.NONE, batch(101, 1, 10), 102, 110);
        poll();
        long seenMs = partition.openTransaction().orElseThrow().sinceMs();
        assertThat(partition.endOffset()).hasValue(102);

        now += 5_000;
        brokers.answerFetch(T0, Errors.NONE, MemoryRecords.EMPTY, 102, 115);
        poll();

        assertThat(partition.openTransaction()).contains(new SourcePartition.OpenTransaction(102, 13, seenMs));
        brokers.answerFetch(T0, Errors.NONE, MemoryRecords.EMPTY, 115, 115);
        poll();
        assertThat(partition.openTransaction()).isEmpty();
    }

    private static MemoryRecords marker(long offset, int leaderEpoch) {
        return MemoryRecords.withEndTransactionMarker(
                offset, 0, leaderEpoch, 1, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 0));
    }

    private static MemoryRecords together(MemoryRecords first, MemoryRecords second) {
        ByteBuffer bytes = ByteBuffer.allocate(first.sizeInBytes() + second.sizeInBytes());
        bytes.put(first.buffer()).put(second.buffer()).flip();
        return MemoryRecords.readableRecords(bytes);
    }
}
