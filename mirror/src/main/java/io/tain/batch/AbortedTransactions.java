package io.tain.batch;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Tells the batches of aborted transactions in one partition's part of one fetch answer, in the way the consumer does: a
 * producer's batches are aborted from the first offset of its aborted transaction up to the abort marker. Has to be shown
 * every batch of the answer once, in order, also those that are left out for another reason. Used by one thread.
 */
public final class AbortedTransactions {
    private final PriorityQueue<AbortedTransaction> upcoming;
    private final Set<Long> abortedProducerIds = new HashSet<>();

    public AbortedTransactions(List<AbortedTransaction> transactions) {
        this.upcoming = new PriorityQueue<>(
                Math.max(1, transactions.size()), Comparator.comparingLong(AbortedTransaction::firstOffset));
        upcoming.addAll(transactions);
    }

    /** For an answer without aborted transactions, as every one under {@code read_uncommitted} is. */
    public static AbortedTransactions none() {
        return new AbortedTransactions(List.of());
    }

    /**
     * Takes note of the next batch.
     *
     * @return whether the batch belongs to a transaction that was aborted
     */
    public boolean observe(RecordBatch batch) {
        if (upcoming.isEmpty() && abortedProducerIds.isEmpty()) {
            return false;
        }
        long producerId = batch.producerId();
        if (producerId <= BatchLayout.NO_PRODUCER_ID) {
            return false;
        }
        long lastOffset = batch.lastOffset();
        while (!upcoming.isEmpty() && upcoming.peek().firstOffset() <= lastOffset) {
            abortedProducerIds.add(upcoming.poll().producerId());
        }
        if (batch.isAbortMarker()) {
            abortedProducerIds.remove(producerId);
            return false;
        }
        return batch.isTransactional() && abortedProducerIds.contains(producerId);
    }
}
