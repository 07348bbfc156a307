package io.tain.batch;

/**
 * An aborted transaction that overlaps with the batches of a fetch answer.
 *
 * @param producerId the producer whose transaction it was
 * @param firstOffset the offset of its first record in the partition
 */
public record AbortedTransaction(long producerId, long firstOffset) {}
