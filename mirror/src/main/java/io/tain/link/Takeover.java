package io.tain.link;

import io.tain.batch.AbortedTransaction;
import io.tain.batch.AbortedTransactions;
import io.tain.batch.AdmissionPolicy;
import io.tain.batch.BatchCursor;
import io.tain.batch.InvalidBatchException;
import io.tain.batch.OpenBatch;
import io.tain.batch.RecordBatch;
import io.tain.batch.TargetTraits;
import io.tain.batch.Verdict;
import io.tain.link.LogWalk.Walker;
import io.tain.offset.CopiedPrefix;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.Walked;
import io.tain.source.EchoGuard;
import io.tain.source.WriterUnknownException;
import io.tain.wire.FetchedPartition;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;

/**
 * Finds where the copy of one partition goes on, once its former owners can't write any more: goes through the target's log from a
 * checkpoint to the marker of the fence, and through the source's from there as far as there are copies. Used by one thread.
 */
final class Takeover {
    /** A leader that has just been elected may not show the end of its log yet. */
    private static final long END_PATIENCE_MS = 30_000;

    /** How often the same place is read before it counts as damaged in the log itself, and not on the way. */
    private static final int MAX_DAMAGED_READS = 3;

    private final TopicPartition partition;
    private final Position from;
    private final Position known;
    private final TargetTraits traits;
    private final boolean readCommitted;
    private final CopiedPrefix copied;
    private final OpenBatch open;
    private final EchoGuard guard;
    private Optional<String> problem = Optional.empty();
    private String trouble = "";
    private int damagedReads;

    /**
     * Of the record before the place, or at it where nothing is left before it. With an older one the log would seem cut off there, as
     * soon as another leader has written before the place.
     */
    private int leaderEpoch;

    private long others;

    /** Below it the source has lost its records; -1 if it has all that is looked for. */
    private long sourceLostBelow = -1;

    /**
     * What is to be looked at.
     *
     * @param partition on both sides
     * @param from where to begin on both sides: the records copied from below it are below it on the target, and no others
     * @param known a checkpoint at or behind it, below which all was copied
     */
    record Span(TopicPartition partition, Position from, Position known) {}

    /**
     * @param readCommitted whether aborted records are left out
     * @param open lent for as long as this is used
     * @param guard tells what was never to be copied
     */
    Takeover(Span span, TargetTraits traits, boolean readCommitted, OpenBatch open, EchoGuard guard) {
        this.partition = span.partition();
        this.from = span.from();
        this.known = span.known();
        this.traits = traits;
        this.readCommitted = readCommitted;
        this.copied = new CopiedPrefix(from.offset());
        this.open = open;
        this.guard = guard;
        this.leaderEpoch = from.leaderEpoch();
    }

    /** Why the place can't be found; an operator has to decide. */
    Optional<String> problem() {
        return problem;
    }

    /** What a walk is waiting for; empty text if for nothing. */
    String trouble() {
        return trouble;
    }

    /** Records found copied behind where it began. */
    int copies() {
        return copied.copies();
    }

    /** Offsets behind where it began that others have written on the target. */
    long others() {
        return others;
    }

    /** Where to go on, after both walks. */
    Position place(long targetOffset) {
        if (isAmongLost()) {
            // Of a log that was cut off, the broker tells by the epoch where; retention takes epochs along.
            int epoch = isCutOff() ? known.leaderEpoch() : -1;
            return new Position(Math.max(known.offset(), behindCopies()), epoch, targetOffset);
        }
        return copied.resume() <= known.offset()
                ? new Position(known.offset(), known.leaderEpoch(), targetOffset)
                : new Position(copied.resume(), leaderEpoch, targetOffset);
    }

    /** The source's records have at least as many offsets as there are copies. */
    private long behindCopies() {
        return from.offset() + copied.copies();
    }

    /**
     * Whether the source has lost all that was copied and perhaps more. Then the place is one that it has not, as it would have been without
     * a crash: who reads there is told so, and what happens then is for the link's policies.
     */
    private boolean isAmongLost() {
        return !copied.hasMatched() && behindCopies() < sourceLostBelow;
    }

    /** Whether the source ends before where the walk was to begin. */
    private boolean isCutOff() {
        return sourceLostBelow == Long.MAX_VALUE;
    }

    /** Which copies were found, after both walks. */
    Walked walked() {
        long upTo = place(0).offset();
        boolean lacksLast = isAmongLost() || copied.lacksLast();
        return new Walked(from, lacksLast ? copied.pairsBeforeGap(upTo) : copied.pairs(upTo));
    }

    private long digest(OpenBatch records, int row) {
        return traits.timestampType() == TimestampType.LOG_APPEND_TIME
                ? records.contentDigest(row)
                : 31 * records.contentDigest(row) + records.timestamp(row);
    }

    /** Of batches that are not opened: one wrong bit could hide copies, or the marker that the walk is to end at. */
    private static void requireSound(RecordBatch batch) {
        if (!batch.isChecksumValid()) {
            throw new InvalidBatchException("checksum of the batch at offset " + batch.baseOffset() + " is wrong");
        }
    }

    private void onDamage(String side, long position, InvalidBatchException what) {
        damagedReads++;
        String text = "the " + side + "'s log is damaged behind offset " + position + ": " + what.getMessage();
        if (damagedReads < MAX_DAMAGED_READS) {
            trouble = text + "; reading it again";
        } else {
            problem = Optional.of(text);
        }
    }

    /** The walk through the target, up to the marker. */
    final class OfTarget implements Walker {
        private final long owner;
        private final short markerEpoch;
        private final Set<Long> producers;
        private long position;
        private boolean ended;

        /**
         * @param owner producer id of the fence's marker
         * @param markerEpoch its epoch there
         * @param producers who has written this link's copies
         */
        OfTarget(long owner, short markerEpoch, Set<Long> producers) {
            this.owner = owner;
            this.markerEpoch = markerEpoch;
            this.producers = Set.copyOf(producers);
            this.position = from.targetOffset();
        }

        @Override
        public TopicPartition partition() {
            return partition;
        }

        /** Behind the marker, once it is done. */
        @Override
        public long position() {
            return position;
        }

        @Override
        public boolean isDone() {
            return ended || problem.isPresent();
        }

        @Override
        public void take(FetchedPartition fetched, long nowMs) {
            trouble = "";
            try {
                BatchCursor batches = new BatchCursor(fetched.records());
                while (!ended && batches.hasNext()) {
                    take(batches.next());
                }
            } catch (InvalidBatchException e) {
                onDamage("target", position, e);
            }
        }

        private void take(RecordBatch batch) {
            boolean isCopy =
                    batch.nextOffset() > position && !batch.isControl() && producers.contains(batch.producerId());
            long first = Math.max(position, batch.baseOffset());
            if (isCopy) {
                open.open(batch, first);
            } else {
                requireSound(batch);
            }
            damagedReads = 0;
            if (batch.nextOffset() <= position) {
                return;
            }
            copied.addMissingOnTarget(first - position);
            if (batch.isControl()) {
                ended = batch.producerId() == owner && batch.producerEpoch() == markerEpoch;
            } else if (isCopy) {
                for (int row = 0; row < open.count(); row++) {
                    copied.addCopy(open.offset(row), digest(open, row));
                }
                copied.addMissingOnTarget(batch.nextOffset() - first - open.count());
            } else {
                others += batch.nextOffset() - first;
            }
            position = batch.nextOffset();
            if (ended && copied.isHollow()) {
                problem = Optional.of(
                        "compaction on the target has taken what was copied behind offset " + from.targetOffset());
            }
        }

        @Override
        public void onOutOfRange(FetchedPartition fetched) {
            problem = Optional.of(
                    "the target's log no longer has offset " + position + ", from where on copies had to be counted");
        }

        @Override
        public void onTrouble(String what) {
            trouble = "target: " + what;
        }
    }

    /** The walk through the source, after that of the target. */
    final class OfSource implements Walker {
        private final AdmissionPolicy policy = new AdmissionPolicy(traits);
        private final Supplier<CompletableFuture<Long>> logStart;
        private CompletableFuture<Long> asked;
        private boolean proving;
        private long position;
        private int lastEpoch;
        private long quietSinceMs = -1;
        private long quietAt = -1;
        private long end = -1;
        private OptionalLong before = OptionalLong.empty();

        /** @param logStart asks where the source's log begins */
        OfSource(Supplier<CompletableFuture<Long>> logStart) {
            this.logStart = logStart;
            prove();
        }

        /**
         * Has the leader say first whether its log still has what was copied up to the checkpoint. Content alone does not tell: an election
         * may have put other records there, and compaction taken these, as if they were what was copied.
         */
        private void prove() {
            proving = known.leaderEpoch() >= 0;
            position = proving ? known.offset() : from.offset();
            lastEpoch = proving ? known.leaderEpoch() : from.leaderEpoch();
        }

        /** What the leader says is true, or it can't tell. */
        private void begin() {
            proving = false;
            position = from.offset();
            lastEpoch = from.leaderEpoch();
        }

        @Override
        public Optional<Integer> lastEpoch() {
            return lastEpoch < 0 ? Optional.empty() : Optional.of(lastEpoch);
        }

        @Override
        public TopicPartition partition() {
            return partition;
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public boolean isDone() {
            boolean isThrough = copied.isDone() && position >= known.offset() && (!proving || from.equals(known));
            return problem.isPresent() || isCutOff() || isThrough;
        }

        @Override
        public void take(FetchedPartition fetched, long nowMs) {
            trouble = "";
            boolean elsewhere = proving && !from.equals(known);
            if (proving) {
                begin();
            }
            if (elsewhere) {
                return;
            }
            if (fetched.records().hasRemaining()) {
                quietSinceMs = -1; // though it may not get on: its writer is not known yet, or it is damaged
            }
            AbortedTransactions aborted = fetched.aborted().isEmpty()
                    ? AbortedTransactions.none()
                    : new AbortedTransactions(fetched.aborted().stream()
                            .map(run -> new AbortedTransaction(run.producerId(), run.firstOffset()))
                            .toList());
            try {
                BatchCursor batches = new BatchCursor(fetched.records());
                while (!isDone() && batches.hasNext()) {
                    take(batches.next(), aborted);
                }
            } catch (WriterUnknownException e) {
                trouble = e.trouble().orElse(""); // and it is read again from where it was held up
            } catch (InvalidBatchException e) {
                onDamage("source", position, e);
            }
            end = readCommitted ? fetched.marks().lastStable() : fetched.marks().highWatermark();
            conclude();
        }

        /**
         * What has nothing new is left out of answers, so the end shows by their going by. Below the end that the broker tells there
         * may be nothing, either: compaction has taken the last batches before it, and an election what came behind.
         */
        @Override
        public void onAnswer(long nowMs) {
            if (isDone() || end < 0) {
                return;
            }
            if (quietSinceMs < 0 || quietAt != position) {
                quietSinceMs = nowMs;
                quietAt = position;
            }
            boolean hasWaited = before.isPresent() && position >= end; // at the end of the walk before
            if (hasWaited || nowMs - quietSinceMs > END_PATIENCE_MS) {
                copied.endOfSource(position);
                conclude();
                if (problem.isEmpty() && copied.isDone() && position < known.offset()) {
                    problem = Optional.of(
                            "the source ends at offset " + position + ", before the checkpoint's " + known.offset());
                }
            }
        }

        private void conclude() {
            copied.problem().ifPresent(what -> problem = Optional.of(what));
            if (copied.isUnsure() && !before.equals(OptionalLong.of(copied.resume()))) {
                before = OptionalLong.of(copied.resume());
                readAgain();
            }
        }

        /** As long as two walks do not come to the same place, the log was being compacted meanwhile. */
        private void readAgain() {
            copied.again(from.offset());
            prove();
            leaderEpoch = from.leaderEpoch();
            end = -1;
            quietSinceMs = -1;
        }

        private void take(RecordBatch batch, AbortedTransactions aborted) {
            Verdict verdict = policy.decide(batch, position, aborted);
            boolean skipped = verdict.action() == Verdict.Action.SKIP;
            boolean mirrored = !skipped && verdict.action() != Verdict.Action.DROP && !guard.isEcho(batch.producerId());
            if (mirrored) {
                open.open(batch, position);
            } else {
                requireSound(batch);
            }
            damagedReads = 0;
            if (skipped) {
                return;
            }
            if (!mirrored) {
                long missingFrom = verdict == Verdict.EMPTY ? batch.nextOffset() : batch.baseOffset();
                copied.addMissingOnSource(Math.max(0, missingFrom - position));
            } else {
                for (int row = 0; row < open.count() && !isDone(); row++) {
                    copied.addMissingOnSource(open.offset(row) - position);
                    offer(batch, row);
                    position = open.offset(row) + 1;
                }
                if (isDone()) {
                    return;
                }
                copied.addMissingOnSource(Math.max(0, batch.nextOffset() - position));
            }
            position = batch.nextOffset();
            lastEpoch = batch.isOldFormat() ? -1 : batch.leaderEpoch();
        }

        private void offer(RecordBatch batch, int row) {
            if (!copied.isDone()) {
                long before = copied.resume();
                copied.offer(open.offset(row), digest(open, row));
                if (copied.resume() != before) {
                    leaderEpoch = batch.isOldFormat() ? -1 : batch.leaderEpoch();
                }
            } else if (open.offset(row) < known.offset() && !copied.mayLackCopies()) {
                problem = Optional.of("the source's record at offset " + open.offset(row)
                        + " has no copy, though it is " + "before the checkpoint's " + known.offset());
            }
        }

        /** Retention leaves a hole at the beginning. A log that was cut off before the position has none of what was copied. */
        @Override
        public void onOutOfRange(FetchedPartition fetched) {
            if (asked == null) {
                asked = logStart.get(); // not before: retention may have gone on
            }
            if (asked.isDone()) {
                CompletableFuture<Long> told = asked;
                asked = null;
                try {
                    onOutOfRange((long) told.join());
                } catch (CompletionException e) {
                    onTrouble("can't find out where its log begins: "
                            + e.getCause().getMessage());
                }
            }
        }

        /** Before the walk: nothing of what was copied behind the checkpoint is left. In it, the log was cut off meanwhile. */
        @Override
        public void onDiverged() {
            if (proving || position == from.offset()) {
                sourceLostBelow = Long.MAX_VALUE;
            } else {
                readAgain();
            }
        }

        private void onOutOfRange(long start) {
            if (position < start) {
                if (proving) {
                    begin(); // retention takes epochs along
                }
                copied.addMissingOnSource(start - position);
                position = start;
                lastEpoch = -1;
                sourceLostBelow = start;
            } else if (proving || position == from.offset()) {
                sourceLostBelow = Long.MAX_VALUE;
            } else {
                problem = Optional.of("the source's log no longer has offset " + position + ", from where on "
                        + copied.copies() + " records copied since the last checkpoint had to be found");
            }
        }

        @Override
        public void onTrouble(String what) {
            trouble = "source: " + what;
            quietSinceMs = -1;
        }
    }
}
