package io.tain.target;

import java.time.Duration;
import java.util.Optional;

/**
 * How a writer writes.
 *
 * @param idempotent whether batches carry a producer id, epoch and sequence
 * @param window batches of one partition that may be in flight, at most 5 when idempotent
 * @param maxRequestBytes most bytes of batches in a request, but for a single batch that is larger
 * @param backoff the pause after a failure
 * @param deliveryTimeout how long a batch may wait before it counts as refused; empty waits for ever
 */
public record WriterTerms(
        boolean idempotent, int window, int maxRequestBytes, Backoff backoff, Optional<Duration> deliveryTimeout) {
    /** Doubles from {@code firstMs} to {@code maxMs} while failures follow one another. */
    public record Backoff(long firstMs, long maxMs) {
        long afterFailures(int failures) {
            return Math.min(maxMs, firstMs << Math.min(failures, 16));
        }
    }
}
