package io.tain.verify;

import io.tain.batch.AbortedTransaction;
import io.tain.batch.AbortedTransactions;
import io.tain.batch.BatchCursor;
import io.tain.batch.InvalidBatchException;
import io.tain.batch.RecordBatch;
import io.tain.wire.FetchedPartition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * The batches with records of a part of one partition's log, in order, as they come. Markers, batches of aborted transactions and
 * batches that compaction has emptied are left out. Used by one thread.
 */
final class PartitionFeed {
    private static final int WAITING_BYTES = 1 << 20;

    private final TopicPartition partition;
    private final long from;
    private final long to;
    private final Deque<RecordBatch> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private long position;
    private Optional<String> problem = Optional.empty();

    /**
     * @param from the first offset wanted
     * @param to the offset after the last one wanted
     */
    PartitionFeed(TopicPartition partition, long from, long to) {
        this.partition = partition;
        this.from = from;
        this.to = to;
        this.position = from;
    }

    TopicPartition partition() {
        return partition;
    }

    long from() {
        return from;
    }

    long to() {
        return to;
    }

    /** The offset to fetch from next. */
    long position() {
        return position;
    }

    /** Why no more will come, though more was wanted. */
    Optional<String> problem() {
        return problem;
    }

    void fail(String why) {
        problem = Optional.of(why);
    }

    boolean wantsMore() {
        return position < to && waitingBytes < WAITING_BYTES && problem.isEmpty();
    }

    boolean isAtEnd() {
        return position >= to && waiting.isEmpty();
    }

    /** Takes the batches of an answer. */
    void take(FetchedPartition fetched) {
        AbortedTransactions aborted = new AbortedTransactions(fetched.aborted().stream()
                .map(run -> new AbortedTransaction(run.producerId(), run.firstOffset()))
                .toList());
        try {
            BatchCursor cursor = new BatchCursor(fetched.records());
            while (position < to && cursor.hasNext()) {
                RecordBatch batch = cursor.next();
                boolean isAborted = aborted.observe(batch);
                if (batch.nextOffset() <= position) {
                    continue;
                }
                if (!batch.isControl() && !isAborted && batch.count() != 0) {
                    waiting.add(batch);
                    waitingBytes += batch.sizeInBytes();
                }
                position = batch.nextOffset();
            }
        } catch (InvalidBatchException e) {
            fail("a batch at or after offset " + position + " is damaged: " + e.getMessage());
        }
    }

    /** The next batch; null if it has not come yet, or there is none. */
    RecordBatch peek() {
        return waiting.peek();
    }

    RecordBatch next() {
        RecordBatch batch = waiting.remove();
        waitingBytes -= batch.sizeInBytes();
        return batch;
    }

    /** Whether all records of a batch are wanted. */
    boolean isWhole(RecordBatch batch) {
        return batch.baseOffset() >= from && batch.nextOffset() <= to;
    }
}
