package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.OpenBatch;
import io.tain.batch.TargetTraits;
import io.tain.batch.TargetTraits.Handling;
import io.tain.offset.LogCleaner;
import io.tain.offset.MapChunk.Run;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.Walked;
import io.tain.source.EchoGuard;
import io.tain.source.WriterUnknownException;
import io.tain.wire.FetchOutcome;
import io.tain.wire.FetchedPartition;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Logs as fetches show them, record by record; a record is known by its number. */
class TakeoverTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final long OWNER = 9;
    private static final short EPOCH = 4;

    /** Of the leaders that all batches were written by, other than before the checkpoint. */
    private static final int LEADER_EPOCH = 7;

    private static final long PATIENCE_MS = 31_000;
    private static final TargetTraits TRAITS =
            new TargetTraits(TimestampType.CREATE_TIME, 1 << 20, Optional.empty(), Handling.NONE);

    private final OpenBatch open = new OpenBatch(1 << 20);
    private final Takeover takeover = takeover(new Position(100, 2, 10), new Position(100, 2, 10));

    private Takeover takeover(Position from, Position known) {
        return new Takeover(new Takeover.Span(T0, from, known), TRAITS, false, open, EchoGuard.none());
    }

    private static Supplier<CompletableFuture<Long>> begins(long logStart) {
        return () -> CompletableFuture.completedFuture(logStart);
    }

    @AfterEach
    void close() {
        open.close();
    }

    /** The leader is asked at the checkpoint first, by the epoch before it. */
    private static void proveCheckpoint(Takeover.OfSource source, long offset) {
        assertThat(source.position()).isEqualTo(offset);
        assertThat(source.lastEpoch()).contains(2);
        source.take(fetched(offset), 0);
        assertThat(source.lastEpoch()).isEmpty();
    }

    @Test
    void shouldGoOnBehindTheLastCopy() {
        walkTarget(14, at(10, 1), at(11, 2), at(12, 3));
        Takeover.OfSource source = takeover.new OfSource(begins(0));
        source.take(fetched(100, at(100, 1), at(101, 2), at(102, 3), at(103, 4)), 0);

        assertThat(source.isDone()).isTrue();
        assertThat(takeover.place(14)).isEqualTo(new Position(103, LEADER_EPOCH, 14));
        assertThat(takeover.copies()).isEqualTo(3);
    }

    @Test
    void shouldTakeTheEndOfTheSourceForItsEndOnlyAfterAWhile() {
        walkTarget(12, at(10, 1), at(11, 2));
        Takeover.OfSource source = takeover.new OfSource(begins(0));
        source.take(fetched(100, at(100, 1)), 0);
        source.onAnswer(1); // and from now on there is nothing new, so the answers have nothing of it
        source.onAnswer(PATIENCE_MS - 1_000);
        assertThat(source.isDone()).isFalse();
        source.onAnswer(PATIENCE_MS);

        assertThat(takeover.problem().orElseThrow()).contains("source ends at offset 101");
    }

    @Test
    void shouldReadTheSourceAgainWhereBothSidesAreCompacted() {
        walkTarget(15, at(13, 4), at(14, 5)); // of 1 to 5, whose originals stood at 100 to 104
        Takeover.OfSource source = takeover.new OfSource(begins(0));
        source.take(fetched(100, at(102, 3), at(107, 8)), 0); // the one record left from before is still there
        source.onAnswer(1);
        source.onAnswer(PATIENCE_MS);
        assertThat(source.isDone()).isFalse();
        assertThat(source.position()).isEqualTo(100);
        for (int walk = 0; walk < 2; walk++) {
            source.take(fetched(100, at(107, 8)), PATIENCE_MS);
            source.onAnswer(PATIENCE_MS);
        }

        assertThat(source.isDone()).isTrue();
        assertThat(takeover.problem()).isEmpty();
        // with the checkpoint's epoch, which may have ended before, the log would seem cut off there
        assertThat(takeover.place(15)).isEqualTo(new Position(107, LEADER_EPOCH, 15));
    }

    @Test
    void shouldTellWhereEachCopyIs() {
        walkTarget(16, at(10, 1), at(11, 2), at(15, 3)); // a marker and somebody else's records between
        Takeover.OfSource source = takeover.new OfSource(begins(0));
        source.take(fetched(100, at(100, 1), at(103, 2), at(104, 3), at(105, 4)), 0);

        assertThat(source.isDone()).isTrue();
        Walked walked = takeover.walked();
        assertThat(walked.from()).isEqualTo(new Position(100, 2, 10));
        assertThat(walked.copies().runs())
                .containsExactly(new Run(100, 10, 1), new Run(103, 11, 1), new Run(104, 15, 1));
        assertThat(walked.copies().covered()).isEqualTo(105);
    }

    @Test
    void shouldLookAtAllThatTheMapLacks() {
        Takeover early = takeover(new Position(100, -1, 10), new Position(103, 2, 13));
        walkTarget(early, 14, at(10, 1), at(11, 2), at(12, 3));
        Takeover.OfSource source = early.new OfSource(begins(0));
        proveCheckpoint(source, 103);
        source.take(fetched(100, at(100, 1), at(101, 2), at(102, 3), at(103, 4)), 0);

        assertThat(early.problem()).isEmpty();
        assertThat(early.place(14)).isEqualTo(new Position(103, 2, 14));
        assertThat(early.walked().copies().runs()).containsExactly(new Run(100, 10, 3));
    }

    @Test
    void shouldNotTakeForAHoleWhatOthersCopiedBeforeTheCheckpoint() {
        Takeover early = takeover(new Position(100, -1, 10), new Position(103, 2, 13));
        walkTarget(early, 13, by(77, 10, 1), by(77, 11, 2), by(77, 12, 3));
        Takeover.OfSource source = early.new OfSource(begins(0));
        assertThat(source.isDone()).isFalse();
        proveCheckpoint(source, 103);
        source.take(fetched(100, at(100, 1), at(101, 2)), 0);

        assertThat(early.problem().orElseThrow()).contains("offset 100 has no copy", "checkpoint's 103");
    }

    @Test
    void shouldKnowTheHolesBeforeTheCheckpoint() {
        Takeover early = takeover(new Position(100, -1, 10), new Position(103, 2, 13));
        walkTarget(early, 11, at(10, 1));
        Takeover.OfSource source = early.new OfSource(begins(0));
        proveCheckpoint(source, 103);
        source.take(fetched(100, at(100, 1), at(105, 4)), 0);

        assertThat(early.problem()).isEmpty();
        assertThat(source.isDone()).isTrue();
        assertThat(early.place(12)).isEqualTo(new Position(103, 2, 12));
        assertThat(early.walked().copies().covered()).isEqualTo(103);
    }

    @Test
    void shouldFindTheCopiesThatRetentionHasLeft() {
        walkTarget(14, at(10, 1), at(11, 2), at(12, 3));
        Takeover.OfSource source = takeover.new OfSource(begins(101));
        source.onOutOfRange(fetched(100));
        assertThat(source.position()).isEqualTo(101);
        source.take(fetched(101, at(101, 2), at(102, 3), at(103, 4)), 0);

        assertThat(takeover.problem()).isEmpty();
        assertThat(source.isDone()).isTrue();
        assertThat(takeover.place(14).offset()).isEqualTo(103);
        assertThat(takeover.walked().copies().runs()).containsExactly(new Run(101, 11, 2));
    }

    @Test
    void shouldGoOnAmongWhatRetentionHasTakenSoThatItIsTold() {
        walkTarget(13, at(10, 1), at(11, 2), at(12, 3));
        Takeover.OfSource source = takeover.new OfSource(begins(107));
        source.onOutOfRange(fetched(100));
        source.take(fetched(107, at(107, 8)), 0);

        assertThat(takeover.problem()).isEmpty();
        assertThat(source.isDone()).isTrue();
        assertThat(takeover.place(13)).isEqualTo(new Position(103, -1, 13));
        assertThat(takeover.walked().copies().isEmpty()).isTrue();
        assertThat(takeover.walked().copies().endsWithGap()).isTrue();
    }

    @Test
    void shouldGoOnBehindRetentionWhereAllBeforeWasCopied() {
        walkTarget(14, at(10, 1), at(11, 2), at(12, 3), at(13, 4)); // two are deleted, and two compacted away
        Takeover.OfSource source = takeover.new OfSource(begins(102));
        source.onOutOfRange(fetched(100));
        source.take(fetched(102, at(107, 8)), 0);

        assertThat(takeover.problem()).isEmpty();
        assertThat(takeover.place(15)).isEqualTo(new Position(107, LEADER_EPOCH, 15));
    }

    @Test
    void shouldStopWhereRetentionDoesNotExplainTheCopies() {
        walkTarget(13, at(10, 1), at(11, 2), at(12, 3));
        Takeover.OfSource source = takeover.new OfSource(begins(101));
        source.onOutOfRange(fetched(100));
        source.take(fetched(101, at(101, 8)), 0);

        assertThat(takeover.problem().orElseThrow()).contains("3 of 3 copies", "1 offsets of the source");
    }

    @Test
    void shouldGoOnBehindTheEndOfASourceThatWasCutOffSoThatItIsTold() {
        walkTarget(13, at(10, 1), at(11, 2));
        Takeover.OfSource source = takeover.new OfSource(begins(0));
        source.onOutOfRange(fetched(100));

        assertThat(takeover.problem()).isEmpty();
        assertThat(source.isDone()).isTrue();
        assertThat(takeover.place(13)).isEqualTo(new Position(102, 2, 13));
    }

    /** Compaction may have taken just as many of what an election put there: nothing but the epoch tells. */
    @Test
    void shouldNotTakeForCompactedWhatAnElectionHasTaken() {
        walkTarget(14, at(10, 1), at(11, 2), at(12, 3));
        Takeover.OfSource source = takeover.new OfSource(begins(0));
        assertThat(source.lastEpoch()).contains(2);
        source.onDiverged();

        assertThat(source.isDone()).isTrue();
        assertThat(takeover.problem()).isEmpty();
        assertThat(takeover.place(14))
                .as("who reads there is told where the log was cut off")
                .isEqualTo(new Position(103, 2, 14));
        assertThat(takeover.walked().copies().endsWithGap()).isTrue();
    }

    @Test
    void shouldBeginAnewWhenAnElectionCutsTheSourceOffMeanwhile() {
        walkTarget(14, at(10, 1), at(11, 2), at(12, 3));
        Takeover.OfSource source = takeover.new OfSource(begins(0));
        source.take(fetched(100, at(100, 1), at(101, 2)), 0);
        assertThat(source.lastEpoch()).contains(LEADER_EPOCH);

        source.onDiverged();
        assertThat(source.position()).isEqualTo(100);
        assertThat(source.lastEpoch()).contains(2);
        source.take(fetched(100, at(100, 1), at(101, 2), at(102, 3)), 0);

        assertThat(takeover.problem()).isEmpty();
        assertThat(takeover.place(14).offset()).isEqualTo(103);
    }

    @Test
    void shouldAskWhereTheSourceBeginsUntilItIsTold() {
        walkTarget(14, at(10, 1), at(11, 2), at(12, 3));
        CompletableFuture<Long> late = new CompletableFuture<>();
        Iterator<CompletableFuture<Long>> answers = List.of(
                        CompletableFuture.<Long>failedFuture(new TimeoutException("late")), late)
                .iterator();
        Takeover.OfSource source = takeover.new OfSource(answers::next);

        source.onOutOfRange(fetched(100));
        assertThat(takeover.trouble()).isEqualTo("source: can't find out where its log begins: late");
        source.onOutOfRange(fetched(100));
        assertThat(source.position()).isEqualTo(100);
        late.complete(101L);
        source.onOutOfRange(fetched(100));

        assertThat(source.position()).isEqualTo(101);
        assertThat(takeover.problem()).isEmpty();
    }

    /** Else the map would say that nothing was copied there, and who begins to look at its end would count these copies twice. */
    @Test
    void shouldLeaveAGapInTheMapWhereCompactionHasTakenTheLastThatWereCopied() {
        walkTarget(14, at(10, 1), at(11, 2), at(12, 3));
        Takeover.OfSource source = takeover.new OfSource(begins(0));
        source.take(fetched(100, at(100, 1), at(103, 4)), 0);

        assertThat(takeover.problem()).isEmpty();
        assertThat(takeover.place(14).offset()).isEqualTo(103);
        assertThat(takeover.walked().copies().runs()).containsExactly(new Run(100, 10, 1));
        assertThat(takeover.walked().copies().endsWithGap()).isTrue();
    }

    /** Retention that goes on must not look like a log that was cut off. */
    @Test
    void shouldFindWhatRetentionLeavesThatGoesOnMeanwhile() {
        walkTarget(14, at(10, 1), at(11, 2), at(12, 3));
        Iterator<Long> starts = List.of(101L, 102L).iterator();
        Takeover.OfSource source = takeover.new OfSource(() -> CompletableFuture.completedFuture(starts.next()));
        source.onOutOfRange(fetched(100));
        source.onOutOfRange(fetched(101));
        source.take(fetched(102, at(102, 3), at(103, 4)), 0);

        assertThat(takeover.problem()).isEmpty();
        assertThat(takeover.place(14).offset()).isEqualTo(103);
    }

    @Test
    void shouldReadAgainWhatArrivesDamaged() {
        walkTarget(14, at(10, 1), at(11, 2), at(12, 3));
        Takeover.OfSource source = takeover.new OfSource(begins(0));
        source.take(damaged(fetched(100, at(100, 1), at(101, 2), at(102, 3), at(103, 4))), 0);
        assertThat(takeover.problem()).isEmpty();
        assertThat(takeover.trouble()).contains("damaged behind offset 100", "reading it again");
        source.take(fetched(100, at(100, 1), at(101, 2), at(102, 3), at(103, 4)), 0);

        assertThat(takeover.place(14).offset()).isEqualTo(103);
    }

    @Test
    void shouldStopWhereTheSourceIsDamaged() {
        walkTarget(14, at(10, 1), at(11, 2), at(12, 3));
        Takeover.OfSource source = takeover.new OfSource(begins(0));
        for (int i = 0; i < 3; i++) {
            source.take(damaged(fetched(100, at(100, 1), at(101, 2))), 0);
        }

        assertThat(takeover.problem().orElseThrow()).contains("the source's log is damaged behind offset 100");
    }

    /** It would be walked past, and waited for in vain. */
    @Test
    void shouldNotTakeADamagedMarkerForAnother() {
        Takeover.OfTarget target = takeover.new OfTarget(OWNER, EPOCH, Set.of(OWNER));
        target.take(damaged(fetched(10, marker(10))), 0);
        assertThat(target.position()).isEqualTo(10);
        target.take(fetched(10, marker(10)), 0);

        assertThat(target.isDone()).isTrue();
    }

    /** Where compaction has taken the last batches, and an election what came behind. */
    @Test
    void shouldNotWaitForWhatDoesNotLieBeforeTheEnd() {
        walkTarget(14, at(10, 1), at(11, 2), at(12, 3));
        Takeover.OfSource source = takeover.new OfSource(begins(0));
        source.take(ending(105, fetched(100, at(100, 1))), 0);
        source.onAnswer(0);
        source.onTrouble("no leader known"); // and so nothing is known of the end
        source.onAnswer(PATIENCE_MS);
        assertThat(source.isDone()).isFalse();

        source.onAnswer(2 * PATIENCE_MS);

        assertThat(source.isDone()).isTrue();
    }

    /** Its writer may not be known for long, and then there is more than what was read. */
    @Test
    void shouldNotTakeWhatHoldsItUpForTheEnd() {
        EchoGuard undecided = new EchoGuard(producer -> {
            throw new WriterUnknownException(Optional.empty());
        });
        Takeover waits = new Takeover(
                new Takeover.Span(T0, new Position(100, 2, 10), new Position(100, 2, 10)),
                TRAITS,
                false,
                open,
                undecided);
        walkTarget(waits, 14, at(10, 1), at(11, 2), at(12, 3));
        Takeover.OfSource source = waits.new OfSource(begins(0));
        for (long nowMs = 0; nowMs <= 3 * PATIENCE_MS; nowMs += 1_000) {
            source.take(fetched(100, at(100, 1), at(101, 2)), nowMs);
            source.onAnswer(nowMs);
        }

        assertThat(source.isDone()).isFalse();
    }

    /** Else a leader would answer that the log was cut off there (KIP-595). */
    @Test
    void shouldTellAnEpochThatReachesToThePlaceHoweverFarBothSidesAreCompacted() {
        for (long seed = 1; seed <= 3_000; seed++) {
            Random random = new Random(seed);
            int records = 1 + random.nextInt(30);
            int copied = random.nextInt(records + 1);
            int[] keys = random.ints(records, 0, 1 + random.nextInt(5)).toArray();
            int[] epochs = new int[records];
            int epoch = 2;
            for (int i = 0; i < records; i++) {
                epoch += random.nextInt(5) / 4;
                epochs[i] = epoch;
            }
            Takeover compacted = takeover(new Position(100, 2, 10), new Position(100, 2, 10));
            walkTarget(
                    compacted,
                    10 + copied,
                    LogCleaner.left(keys, random.nextInt(copied + 1), copied)
                            .mapToObj(i -> at(10 + i, i))
                            .toArray(ByteBuffer[]::new));
            Takeover.OfSource source = compacted.new OfSource(begins(0));
            ByteBuffer[] log = LogCleaner.left(keys, random.nextInt(records + 1), records)
                    .mapToObj(i -> by(OWNER, 100 + i, i, epochs[i]))
                    .toArray(ByteBuffer[]::new);
            for (int walk = 0; walk < 2 && !source.isDone(); walk++) {
                source.take(fetched(100, log), 0);
                source.onAnswer(0);
                source.onAnswer(PATIENCE_MS);
            }

            Position place = compacted.place(10 + copied);
            long end = 100
                    + IntStream.of(epochs).filter(e -> e <= place.leaderEpoch()).count();
            assertThat(compacted.problem()).as("seed " + seed).isEmpty();
            assertThat(place.offset()).as("seed " + seed).isBetween(100L, end);
        }
    }

    private void walkTarget(long marker, ByteBuffer... copies) {
        walkTarget(takeover, marker, copies);
    }

    private static void walkTarget(Takeover takeover, long marker, ByteBuffer... copies) {
        Takeover.OfTarget target = takeover.new OfTarget(OWNER, EPOCH, Set.of(OWNER));
        target.take(fetched(10, copies), 0);
        assertThat(target.isDone()).isFalse();
        target.take(fetched(marker, marker(marker)), 0);
        assertThat(target.isDone()).isTrue();
        assertThat(target.position()).isEqualTo(marker + 1);
    }

    private static ByteBuffer marker(long offset) {
        EndTransactionMarker abort = new EndTransactionMarker(ControlRecordType.ABORT, 0);
        return MemoryRecords.withEndTransactionMarker(offset, 5, LEADER_EPOCH, OWNER, EPOCH, abort)
                .buffer();
    }

    /** One bit is wrong in the first batch: of its producer's epoch. */
    private static FetchedPartition damaged(FetchedPartition fetched) {
        ByteBuffer records = fetched.records();
        records.put(52, (byte) (records.get(52) ^ 1));
        return fetched;
    }

    private static ByteBuffer at(long offset, int number) {
        return by(OWNER, offset, number);
    }

    private static ByteBuffer by(long producer, long offset, int number) {
        return by(producer, offset, number, LEADER_EPOCH);
    }

    private static ByteBuffer by(long producer, long offset, int number, int leaderEpoch) {
        return MemoryRecords.withIdempotentRecords(
                        offset,
                        Compression.NONE,
                        producer,
                        EPOCH,
                        0,
                        leaderEpoch,
                        new SimpleRecord(5, new byte[] {7}, new byte[] {(byte) number}))
                .buffer();
    }

    /** The same of a log that ends there. */
    private static FetchedPartition ending(long end, FetchedPartition fetched) {
        return new FetchedPartition(
                T0,
                fetched.fetchOffset(),
                FetchOutcome.OK,
                "",
                fetched.records(),
                new FetchedPartition.LogMarks(0, end, end, -1, -1),
                List.of(),
                OptionalInt.empty());
    }

    private static FetchedPartition fetched(long offset, ByteBuffer... batches) {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(batches).mapToInt(ByteBuffer::remaining).sum());
        Arrays.stream(batches).forEach(batch -> all.put(batch.duplicate()));
        long end = offset;
        for (ByteBuffer batch : batches) {
            end = batch.getLong(batch.position()) + 1;
        }
        return new FetchedPartition(
                T0,
                offset,
                FetchOutcome.OK,
                "",
                all.flip(),
                new FetchedPartition.LogMarks(0, end, end, -1, -1),
                List.of(),
                OptionalInt.empty());
    }
}
