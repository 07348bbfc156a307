package io.tain.wire;

import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** Hears the answers to fetches, on the thread that polls the {@link FetchClient}. */
public interface FetchListener {
    /**
     * An answer begins; {@code onPartition} follows for each partition in it.
     *
     * @param channel the connection it came over
     * @param bytes of memory that its batches keep, at least their own
     * @param giveBack to be run once, by any thread, when nobody looks at any of these batches any more: their buffer is used again
     */
    void onAnswer(int channel, int bytes, Runnable giveBack);

    void onPartition(FetchedPartition fetched);

    /** All partitions of the answer have been told, or there was none because of {@code problem}. */
    void onFetchEnded(FetchEnd end);

    /**
     * @param channel the connection that was asked over
     * @param asked the partitions the request was about
     * @param problem why there is no answer, empty text when there is one
     */
    record FetchEnd(int channel, Set<TopicPartition> asked, String problem) {}
}
