package io.tain.source;

import io.tain.batch.AbortedTransaction;
import io.tain.batch.AbortedTransactions;
import io.tain.batch.Assignment;
import io.tain.batch.BatchCursor;
import io.tain.batch.BufferLease;
import io.tain.batch.EncodedBatch;
import io.tain.batch.HandledBatch;
import io.tain.batch.HandlerFailedException;
import io.tain.batch.HandlerStage;
import io.tain.batch.InvalidBatchException;
import io.tain.batch.MemoryBudget;
import io.tain.batch.MirrorBatch;
import io.tain.batch.RecordBatch;
import io.tain.batch.RoutedBatch;
import io.tain.batch.SourceRange;
import io.tain.batch.TargetTraits;
import io.tain.batch.TranscodeRule;
import io.tain.batch.Transcoder;
import io.tain.batch.Verdict;
import io.tain.wire.FetchedPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what was fetched, batch by batch: forwards, transcodes or drops, and turns it into source ranges. The ranges of one
 * fetch answer go to the listener together.
 *
 * <p>Owned by the reader's thread.
 */
public final class BatchIntake implements AutoCloseable {
    /** Reads of the same corrupt batch before the partition is stopped. */
    static final int MAX_CORRUPT_READS = 3;

    /** Keeps a transcoded batch below the brokers' default limit when the target's own is not known to be lower. */
    private static final int MAX_TRANSCODED_BYTES = 1_000_000;

    /** Longer than a pause between answers, so that it is not one thing in this moment and another in the next. */
    private static final long JOINS_MS = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(BatchIntake.class);

    private final ReaderListener listener;
    private final MemoryBudget budget;
    private final Transcoder transcoder;
    private final Optional<HandlerStage> handler;
    private final IntakeCounters counters;
    private final LongSupplier wallClockMs;
    private final Pile pile = new Pile();
    private long joinsUntilMs;
    private EchoGuard guard = EchoGuard.none();
    private List<SourceRange> ranges = new ArrayList<>();

    /** @param wallClockMs the time for records that have none of their own */
    public BatchIntake(
            ReaderListener listener,
            MemoryBudget budget,
            Transcoder transcoder,
            Optional<HandlerStage> handler,
            IntakeCounters counters,
            LongSupplier wallClockMs) {
        this.listener = listener;
        this.budget = budget;
        this.transcoder = transcoder;
        this.handler = handler;
        this.counters = counters;
        this.wallClockMs = wallClockMs;
    }

    /** What to do with the partition after its part of an answer was taken in. */
    enum Next {
        READ_ON,
        READ_AGAIN,
        STOPPED
    }

    ReaderListener listener() {
        return listener;
    }

    /** Whether small batches are being joined where they are read. */
    boolean joins(long nowMs) {
        return nowMs < joinsUntilMs;
    }

    /** Leaves out what the guard tells; to be called before the first batch. */
    public void leaveOutEchoes(EchoGuard echoes) {
        guard = echoes;
    }

    /** Takes in one partition's part of an answer, whose buffer the lease keeps. */
    Next admit(SourcePartition partition, FetchedPartition fetched, BufferLease answer, long nowMs) {
        try {
            admitAll(partition, fetched, answer, nowMs);
            return Next.READ_ON;
        } catch (InvalidBatchException e) {
            return onInvalid(partition, e.getMessage());
        } catch (WriterUnknownException e) {
            e.trouble().ifPresent(partition::setProblem);
            return Next.READ_AGAIN;
        } catch (TargetUnknownException e) {
            partition.setProblem(e.getMessage());
            return Next.READ_AGAIN;
        } catch (HandlerFailedException e) {
            listener.onHandlerFailed(partition.assignment(), e);
            return Next.STOPPED;
        }
    }

    private void admitAll(SourcePartition partition, FetchedPartition fetched, BufferLease answer, long nowMs) {
        counters.countBytes(fetched.records().remaining());
        AbortedTransactions aborted = abortedOf(fetched);
        BatchCursor batches = new BatchCursor(fetched.records());
        boolean joins = partition.assignment().isCrowded(nowMs);
        if (joins) {
            joinsUntilMs = nowMs + JOINS_MS;
        }
        boolean below = false;
        try {
            while (batches.hasNext()) {
                RecordBatch batch = batches.next();
                long position = pile.endOr(partition.position());
                // A broker may begin a little early, but then has to go on where it was asked to.
                if (below && !batch.isOldFormat() && batch.baseOffset() > position) {
                    throw new InvalidBatchException(
                            "the answer begins below the position and goes on behind it, with " + batch);
                }
                below = batch.nextOffset() <= position;
                Verdict verdict = partition.policy().decide(batch, position, aborted);
                if (isCopied(verdict) && guard.isEcho(batch.producerId())) {
                    verdict = Verdict.ECHO;
                }
                if (!joins || verdict != Verdict.FORWARD || !pile.takes(batch)) {
                    unpile(partition, answer);
                }
                if (joins && verdict == Verdict.FORWARD && pile.takes(batch)) {
                    pile.add(batch);
                } else {
                    admit(partition, batch, verdict, answer);
                }
            }
        } finally {
            unpile(partition, answer); // what was read before a batch that can't be
        }
        // A broker always sends the first batch whole (KIP-74), so the next answer would bring no more than this one.
        if (partition.position() == fetched.fetchOffset()) {
            int cutOff = batches.trailingBytes();
            throw new InvalidBatchException(
                    cutOff > 0
                            ? "the broker sends only " + cutOff + " bytes of a batch that claims to be longer"
                            : "the broker sends only what lies below the position");
        }
    }

    private static boolean isCopied(Verdict verdict) {
        return verdict.action() == Verdict.Action.FORWARD || verdict.action() == Verdict.Action.TRANSCODE;
    }

    /** A partition has to be asked for again. */
    void countRetry(String why) {
        counters.countRetry(why);
    }

    /** Hands over what was taken in since the last call. */
    void flush() {
        if (!ranges.isEmpty()) {
            long records = 0;
            for (SourceRange range : ranges) {
                for (MirrorBatch batch : range.batches()) {
                    records += batch.count();
                }
            }
            counters.countRecords(records);
            listener.onRanges(ranges);
            ranges = new ArrayList<>();
        }
    }

    @Override
    public void close() {
        transcoder.close();
        handler.ifPresent(HandlerStage::close);
    }

    private static AbortedTransactions abortedOf(FetchedPartition fetched) {
        if (fetched.aborted().isEmpty()) {
            return AbortedTransactions.none();
        }
        return new AbortedTransactions(fetched.aborted().stream()
                .map(run -> new AbortedTransaction(run.producerId(), run.firstOffset()))
                .toList());
    }

    private Next onInvalid(SourcePartition partition, String reason) {
        int reads = partition.countCorruptRead();
        LOG.warn("{}@{}: {} (read {} times)", partition.partition(), partition.position(), reason, reads);
        if (reads < MAX_CORRUPT_READS) {
            partition.setProblem("corrupt batch: " + reason);
            return Next.READ_AGAIN;
        }
        listener.onUnreadable(partition.assignment(), partition.position(), "corrupt batch: " + reason);
        return Next.STOPPED;
    }

    /** Hands over what is in the pile: as one batch if that can be, else each as it is. */
    private void unpile(SourcePartition partition, BufferLease answer) {
        List<RecordBatch> batches = pile.take();
        if (batches.size() < 2 || !join(partition, batches)) {
            batches.forEach(batch -> admit(partition, batch, Verdict.FORWARD, answer));
        }
    }

    private boolean join(SourcePartition partition, List<RecordBatch> batches) {
        List<EncodedBatch> joined;
        try {
            joined = transcoder.join(batches, Math.min(partition.traits().maxMessageBytes(), MAX_TRANSCODED_BYTES));
        } catch (InvalidBatchException e) {
            return false; // one of them is corrupt: sent by itself, the target will say which
        }
        RecordBatch last = batches.get(batches.size() - 1);
        SourceRange range = newRange(partition, partition.position(), last);
        joined.forEach(piece -> add(range, partition.partition(), piece));
        count(partition, last, batches.size(), Verdict.COALESCED);
        return true;
    }

    private void admit(SourcePartition partition, RecordBatch batch, Verdict verdict, BufferLease answer) {
        switch (verdict.action()) {
            case SKIP -> {
                checkSum(batch);
                return;
            }
            case DROP -> drop(partition, batch);
            case FORWARD -> {
                SourceRange range = newRange(partition, partition.position(), batch);
                new MirrorBatch(range, partition.partition(), EncodedBatch.forwarded(batch), answer.retain());
            }
            case TRANSCODE -> transcode(partition, batch);
        }
        count(partition, batch, 1, verdict);
    }

    private void count(SourcePartition partition, RecordBatch last, int batches, Verdict verdict) {
        counters.count(verdict, batches);
        partition.count(verdict, batches, last.maxTimestamp());
        partition.advance(last.nextOffset(), epochOf(last));
    }

    private static int epochOf(RecordBatch batch) {
        return batch.isOldFormat() ? -1 : batch.leaderEpoch();
    }

    /** Nobody else will ever look at what is not copied, and one wrong bit could make records vanish without a trace. */
    private static void checkSum(RecordBatch batch) {
        if (!batch.isChecksumValid()) {
            throw new InvalidBatchException("checksum of the batch at offset " + batch.baseOffset() + " is wrong");
        }
    }

    private void drop(SourcePartition partition, RecordBatch batch) {
        checkSum(batch);
        SourceRange last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
        if (last != null
                && last.assignment() == partition.assignment()
                && last.batches().isEmpty()) {
            last.extendTo(batch.nextOffset(), epochOf(batch));
        } else {
            newRange(partition, partition.position(), batch);
        }
    }

    private void transcode(SourcePartition partition, RecordBatch batch) {
        TargetTraits traits = partition.traits();
        int maxBytes = Math.min(traits.maxMessageBytes(), Math.max(MAX_TRANSCODED_BYTES, batch.sizeInBytes()));
        TranscodeRule rule = new TranscodeRule(partition.position(), traits.compression(), maxBytes);
        if (handler.isPresent()) {
            HandledBatch handled = handler.get().handle(batch, partition.partition(), rule, wallClockMs.getAsLong());
            SourceRange range = newRange(partition, partition.position(), batch);
            for (RoutedBatch routed : handled.batches()) {
                add(range, routed.target(), routed.batch());
            }
            return;
        }
        List<EncodedBatch> pieces = transcoder.transcode(batch, rule);
        SourceRange range = newRange(partition, partition.position(), batch);
        for (EncodedBatch piece : pieces) {
            add(range, partition.partition(), piece);
        }
    }

    private void add(SourceRange range, TopicPartition target, EncodedBatch encoded) {
        new MirrorBatch(range, target, encoded, BufferLease.reserve(budget, encoded.sizeInBytes())).markRewritten();
    }

    /** A range from the position, so that offsets without a batch before this one are covered by it. */
    private SourceRange newRange(SourcePartition partition, long from, RecordBatch batch) {
        Assignment assignment = partition.assignment();
        SourceRange range = new SourceRange(assignment, from, batch.nextOffset(), epochOf(batch));
        range.stamp(batch.maxTimestamp());
        ranges.add(range);
        return range;
    }
}
