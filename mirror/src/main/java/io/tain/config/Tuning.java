package io.tain.config;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Threads, intervals and limits of a link.
 *
 * @param streams group members of this process, each with its own reader and writers ({@code num.streams})
 * @param writers writers of each stream, each with its own connections and producer id ({@code num.producers})
 * @param intervals how often things happen, and how long they may take
 * @param memoryBudgetBytes bytes of record batches this link may hold at once, fetched and not yet acknowledged
 * @param queueRecords records that may wait between reader and writers ({@code queue.size}); empty leaves it to the bytes
 */
public record Tuning(int streams, int writers, Intervals intervals, long memoryBudgetBytes, OptionalInt queueRecords) {
    /**
     * @param commit between commits of the acknowledged positions ({@code offset.commit.interval.ms})
     * @param metadataRefresh between looks for new topics and partitions ({@code metadata.refresh.interval})
     * @param drain longest wait for outstanding acknowledgements at a stop or revocation ({@code shutdown.timeout})
     * @param restart from a failure of the link to its next start, the first time ({@code restart.backoff}); empty ends the
     *     process instead
     */
    public record Intervals(Duration commit, Duration metadataRefresh, Duration drain, Optional<Duration> restart) {}
}
