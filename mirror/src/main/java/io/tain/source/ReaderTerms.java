package io.tain.source;

/**
 * How a reader fetches.
 *
 * @param readCommitted whether the end of a partition is its last stable offset
 * @param maxFetchBytes most bytes to ask of one broker at a time
 * @param maxPartitionBytes most bytes to ask of one partition at a time
 * @param maxWaitMs longest a broker may hold back an answer for lack of data
 * @param retryBackoffMs pause after a failed fetch
 */
public record ReaderTerms(
        boolean readCommitted, int maxFetchBytes, int maxPartitionBytes, int maxWaitMs, long retryBackoffMs) {}
