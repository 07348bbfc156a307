package io.tain.wire;

import org.apache.kafka.common.TopicPartition;

/** Hears how the batches of one Produce request fared, on the thread that polls the {@link ProduceClient}. */
@FunctionalInterface
public interface ProduceListener {
    void onResult(TopicPartition partition, ProduceResult result);
}
