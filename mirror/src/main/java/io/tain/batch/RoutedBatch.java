package io.tain.batch;

import org.apache.kafka.common.TopicPartition;

/**
 * A batch that a record handler made, and where on the target it belongs. If a record handler makes several records of one,
 * and they end up in two batches for the same partition, the first batch ends before the offset that both have records of.
 */
public record RoutedBatch(TopicPartition target, EncodedBatch batch) {}
