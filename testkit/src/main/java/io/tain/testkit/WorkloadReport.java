package io.tain.testkit;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@link Workload} has written so far.
 *
 * @param acknowledged how many records each partition has for good: acknowledged, and committed if transactional
 * @param aborted the sequence numbers that each partition holds of aborted transactions
 * @param failed how many records, or whole runs of the writer, failed
 * @param firstFailure why the first of them did
 */
public record WorkloadReport(
        Map<Integer, Long> acknowledged,
        Map<Integer, List<SequenceRange>> aborted,
        long failed,
        Optional<Exception> firstFailure) {

    /** Sequence numbers, both included. */
    public record SequenceRange(long first, long last) {}

    /** The acknowledged records of all partitions. */
    public long total() {
        return acknowledged.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The records of aborted transactions of all partitions. */
    public long abortedTotal() {
        return aborted.values().stream()
                .flatMap(List::stream)
                .mapToLong(range -> range.last() - range.first() + 1)
                .sum();
    }
}
