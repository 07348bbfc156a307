package io.tain.source;

import java.util.OptionalInt;

/**
 * How a reader fetches.
 *
 * @param readCommitted whether the end of a partition is its last stable offset
 * @param maxFetchBytes most bytes to ask of one broker at a time
 * @param maxPartitionBytes most bytes to ask of one partition at a time; empty to choose by the length of the way
 * @param maxWaitMs longest a broker may hold back an answer for lack of data
 * @param retryBackoffMs pause after a failed fetch
 */
public record ReaderTerms(
        boolean readCommitted, int maxFetchBytes, OptionalInt maxPartitionBytes, int maxWaitMs, long retryBackoffMs) {}
