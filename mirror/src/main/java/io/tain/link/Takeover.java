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
import io.tain.wire.FenceClient.Ownership;
import io.tain.wire.FetchedPartition;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;

/**
 * Finds where the copy of one partition goes on, once its former owners can't write any more: goes through the target's log from a
 * checkpoint to the marker of the fence, and through the source's from there as far as there are copies. Used by one thread.
 */
final class Takeover {
    /** A leader that has just been elected may not show the end of its log yet. */
    private static final long END_PATIENCE_MS = 30_000;

    private final TopicPartition partition;
    private final Position from;
    private final TargetTraits traits;
    private final boolean readCommitted;
    private final CopiedPrefix copied;
    private final OpenBatch open;
    private Optional<String> problem = Optional.empty();
    private String trouble = "";
    private int leaderEpoch;

    /**
     * @param from a checkpoint that holds
     * @param readCommitted whether aborted records are left out
     * @param open lent for as long as this is used
     */
    Takeover(TopicPartition partition, Position from, TargetTraits traits, boolean readCommitted, OpenBatch open) {
        this.partition = partition;
        this.from = from;
        this.traits = traits;
        this.readCommitted = readCommitted;
        this.copied = new CopiedPrefix(from.offset());
        this.open = open;
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

    /** Records found copied behind the checkpoint. */
    int copies() {
        return copied.copies();
    }

    /** Where to go on, after both walks. */
    Position place(long targetOffset) {
        return new Position(copied.resume(), leaderEpoch, targetOffset);
    }

    private long digest(OpenBatch records, int row) {
        return traits.timestampType() == TimestampType.LOG_APPEND_TIME
                ? records.contentDigest(row)
                : 31 * records.contentDigest(row) + records.timestamp(row);
    }

    /** The walk through the target, up to the marker. */
    final class OfTarget implements Walker {
        private final Ownership owner;
        private final Set<Long> producers;
        private long position;
        private boolean ended;

        /** @param producers who has written this link's copies */
        OfTarget(Ownership owner, Set<Long> producers) {
            this.owner = owner;
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
                problem = Optional.of("the target's log is damaged behind offset " + position + ": " + e.getMessage());
            }
        }

        private void take(RecordBatch batch) {
            if (batch.nextOffset() <= position) {
                return;
            }
            copied.addMissingOnTarget(Math.max(0, batch.baseOffset() - position));
            if (batch.isControl()) {
                ended = batch.producerId() == owner.identity().id() && batch.producerEpoch() == owner.markerEpoch();
            } else if (producers.contains(batch.producerId())) {
                long first = Math.max(position, batch.baseOffset());
                open.open(batch, first);
                for (int row = 0; row < open.count(); row++) {
                    copied.addCopy(digest(open, row));
                }
                copied.addMissingOnTarget(batch.nextOffset() - first - open.count());
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
        private long position = from.offset();
        private long atEndSinceMs = -1;

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
            return copied.isDone() || problem.isPresent();
        }

        @Override
        public void take(FetchedPartition fetched, long nowMs) {
            trouble = "";
            long before = position;
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
            } catch (InvalidBatchException e) {
                problem = Optional.of("the source's log is damaged behind offset " + position + ": " + e.getMessage());
            }
            long end = readCommitted
                    ? fetched.marks().lastStable()
                    : fetched.marks().highWatermark();
            if (position > before || position < end) {
                atEndSinceMs = -1;
            } else if (atEndSinceMs < 0) {
                atEndSinceMs = nowMs;
            } else if (nowMs - atEndSinceMs > END_PATIENCE_MS) {
                copied.endOfSource(position);
            }
            copied.problem().ifPresent(what -> problem = Optional.of(what));
        }

        private void take(RecordBatch batch, AbortedTransactions aborted) {
            Verdict verdict = policy.decide(batch, position, aborted);
            if (verdict.action() == Verdict.Action.SKIP) {
                return;
            }
            if (verdict.action() == Verdict.Action.DROP) {
                long missingFrom = verdict == Verdict.EMPTY ? batch.nextOffset() : batch.baseOffset();
                copied.addMissingOnSource(Math.max(0, missingFrom - position));
            } else {
                open.open(batch, position);
                for (int row = 0; row < open.count() && !copied.isDone(); row++) {
                    copied.addMissingOnSource(open.offset(row) - position);
                    copied.offer(open.offset(row), digest(open, row));
                    position = open.offset(row) + 1;
                }
                if (copied.isDone()) {
                    leaderEpoch = batch.isOldFormat() ? -1 : batch.leaderEpoch();
                    return;
                }
                copied.addMissingOnSource(Math.max(0, batch.nextOffset() - position));
            }
            position = batch.nextOffset();
        }

        @Override
        public void onOutOfRange(FetchedPartition fetched) {
            problem = Optional.of("the source's log no longer has offset " + position + ", from where on "
                    + copied.copies() + " records copied since the last checkpoint had to be found");
        }

        @Override
        public void onTrouble(String what) {
            trouble = "source: " + what;
        }
    }
}
