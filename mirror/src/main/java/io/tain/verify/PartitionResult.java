package io.tain.verify;

import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * What is known of one partition so far.
 *
 * @param partition the partition
 * @param records how many were found alike
 * @param verifiedTo the source's offset that all before it was compared
 * @param wanted the source's offset that all before it is to be compared
 * @param differences how many were found
 * @param first the first of them
 * @param problem why the rest could not be compared
 */
public record PartitionResult(
        TopicPartition partition,
        long records,
        long verifiedTo,
        long wanted,
        long differences,
        Optional<Difference> first,
        Optional<String> problem) {}
