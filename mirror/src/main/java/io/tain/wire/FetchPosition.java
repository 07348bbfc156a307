package io.tain.wire;

import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * What to ask of one partition in a Fetch request.
 *
 * @param partition the partition
 * @param leader its leader, whose epoch and topic id go along
 * @param offset the first offset wanted
 * @param lastEpoch leader epoch of the last batch read, so that the broker can tell a truncated log (KIP-595's diverging
 *     epoch); empty when unknown
 * @param maxBytes most bytes wanted; the first batch is sent whole even if it is larger (KIP-74)
 */
public record FetchPosition(
        TopicPartition partition, Leader leader, long offset, Optional<Integer> lastEpoch, int maxBytes) {}
