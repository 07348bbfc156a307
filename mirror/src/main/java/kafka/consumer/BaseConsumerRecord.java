package kafka.consumer;

import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.record.TimestampType;

/**
 * What MirrorMaker hands to a message handler. Name, package, accessors and constructor are those of the class that Kafka
 * had up to 3.9, so that handlers compiled against it run unchanged.
 *
 * @param timestamp milliseconds since 1970; -1 if the record has none
 * @param key may be null
 * @param value may be null
 */
@SuppressWarnings("ArrayRecordComponent") // the old class held the arrays themselves, and its users rely on it
public record BaseConsumerRecord(
        String topic,
        int partition,
        long offset,
        long timestamp,
        TimestampType timestampType,
        byte[] key,
        byte[] value,
        Headers headers) {}
