package io.tain.batch;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
// Not public API, but the only implementation of Headers there is, and what every consumer hands out.
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** The records of a table as a consumer of the source would be given them. Used by one thread. */
final class ConsumerRecords {
    private final TopicPartition partition;
    private final RecordTable table;
    private final TimestampType timestampType;
    private final Optional<Integer> leaderEpoch;

    ConsumerRecords(RecordBatch source, TopicPartition partition, RecordTable table) {
        this.partition = partition;
        this.table = table;
        this.timestampType = timestampTypeOf(source);
        int epoch = source.leaderEpoch();
        this.leaderEpoch = epoch == BatchLayout.NO_LEADER_EPOCH ? Optional.empty() : Optional.of(epoch);
    }

    ConsumerRecord<byte[], byte[]> at(int row) {
        ByteReader reader = table.rest(row);
        int keyLength = reader.readVarint();
        byte[] key = reader.readBytes(keyLength);
        int valueLength = reader.readVarint();
        byte[] value = reader.readBytes(valueLength);
        return new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                table.offset(row),
                table.timestamp(row),
                timestampType,
                Math.max(keyLength, ConsumerRecord.NULL_SIZE),
                Math.max(valueLength, ConsumerRecord.NULL_SIZE),
                key,
                value,
                headers(reader),
                leaderEpoch);
    }

    private static Headers headers(ByteReader reader) {
        Headers headers = new RecordHeaders();
        int count = reader.readVarint();
        for (int i = 0; i < count; i++) {
            String key = new String(reader.readBytes(reader.readVarint()), StandardCharsets.UTF_8);
            headers.add(key, reader.readBytes(reader.readVarint()));
        }
        return headers;
    }

    private static TimestampType timestampTypeOf(RecordBatch batch) {
        if (batch.magic() == 0) {
            return TimestampType.NO_TIMESTAMP_TYPE;
        }
        return batch.isLogAppendTime() ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
    }
}
