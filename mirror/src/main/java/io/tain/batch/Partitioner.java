package io.tain.batch;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Chooses the target partition for a record that the handler returned without one. */
@FunctionalInterface
public interface Partitioner {
    int partition(ProducerRecord<byte[], byte[]> output, ConsumerRecord<byte[], byte[]> input);
}
