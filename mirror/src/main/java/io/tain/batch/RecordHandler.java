package io.tain.batch;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Rewrites records on their way (MirrorMaker's message handler). Called from every reader thread at once, so an
 * implementation must be thread-safe. Returning an empty list leaves the record out, several fan it out; other topics and
 * partitions are honoured. Null or an exception stops the mirror.
 */
@FunctionalInterface
public interface RecordHandler {
    List<ProducerRecord<byte[], byte[]>> handle(ConsumerRecord<byte[], byte[]> record);
}
