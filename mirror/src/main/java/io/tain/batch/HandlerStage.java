package io.tain.batch;

import io.tain.config.Codec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * Runs the operator's record handler over batches and encodes what it returns, by target partition. This is the one path on
 * which every record becomes an object. Owns the memory it works in, some of it native and given back by {@link #close};
 * used by one thread, unlike the handler.
 */
public final class HandlerStage implements AutoCloseable {
    private final RecordHandler handler;
    private final Partitioner partitioner;
    private final int maxDecompressedBytes;
    private final RecordTable input;
    private final BatchReader reader = new BatchReader();
    private final BatchWriter writer = new BatchWriter();

    /** @param maxDecompressedBytes limits the records of a source batch, and of what becomes of it for each partition */
    public HandlerStage(RecordHandler handler, Partitioner partitioner, int maxDecompressedBytes) {
        this.handler = handler;
        this.partitioner = partitioner;
        this.maxDecompressedBytes = maxDecompressedBytes;
        this.input = new RecordTable(maxDecompressedBytes);
    }

    /**
     * Handles the records of a fetched batch, in order. What is returned for one target partition keeps that order.
     *
     * @param partition where the batch is from
     * @param nowMillis the timestamp for records that get none from the handler and had none before
     * @throws HandlerFailedException if the handler throws anything but a fatal error of the virtual machine, or returns null
     *     or a list with a null in it
     */
    public HandledBatch handle(RecordBatch source, TopicPartition partition, TranscodeRule rule, long nowMillis) {
        input.clear();
        reader.read(source, rule.fromOffset(), input);
        ConsumerRecords records = new ConsumerRecords(source, partition, input);
        Map<TopicPartition, RecordTable> outputs = new LinkedHashMap<>();
        for (int row = 0; row < input.count(); row++) {
            ConsumerRecord<byte[], byte[]> record = records.at(row);
            for (ProducerRecord<byte[], byte[]> output : callHandler(partition, record)) {
                int targetPartition =
                        output.partition() == null ? partitioner.partition(output, record) : output.partition();
                RecordTable table = outputs.computeIfAbsent(
                        new TopicPartition(output.topic(), targetPartition), target -> newOutput());
                add(output, input.offset(row), timestampOf(output, input.timestamp(row), nowMillis), table);
            }
        }
        return encode(source, rule, outputs);
    }

    @Override
    public void close() {
        reader.close();
    }

    private List<ProducerRecord<byte[], byte[]>> callHandler(
            TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
        // The handler may do what it likes with the record, but the place to report is ours.
        long offset = record.offset();
        List<ProducerRecord<byte[], byte[]>> outputs;
        try {
            outputs = handler.handle(record);
        } catch (Throwable e) { // code of another's, perhaps compiled against other libraries
            if (e instanceof VirtualMachineError fatal && !(e instanceof StackOverflowError)) {
                throw fatal;
            }
            throw new HandlerFailedException(partition, offset, e.toString(), e);
        }
        if (outputs == null) {
            throw new HandlerFailedException(partition, offset, "it returned null");
        }
        for (ProducerRecord<byte[], byte[]> output : outputs) {
            if (output == null) {
                throw new HandlerFailedException(partition, offset, "it returned a list with a null in it");
            }
        }
        return outputs;
    }

    private RecordTable newOutput() {
        RecordTable table = new RecordTable(maxDecompressedBytes);
        table.openBatch();
        return table;
    }

    private HandledBatch encode(RecordBatch source, TranscodeRule rule, Map<TopicPartition, RecordTable> outputs) {
        long base = source.isOldFormat() && input.count() > 0 ? input.offset(0) : source.baseOffset();
        long firstOffset = Math.min(Math.max(base, rule.fromOffset()), source.nextOffset());
        Codec codec = rule.codec().orElseGet(source::codec);
        List<RoutedBatch> routed = new ArrayList<>(outputs.size());
        outputs.forEach((target, table) -> {
            List<EncodedBatch> batches = new ArrayList<>(1);
            Rows rows = new Rows(0, table.count(), firstOffset, source.nextOffset());
            writer.write(table, rows, codec, rule.maxBatchBytes(), batches);
            batches.forEach(batch -> routed.add(new RoutedBatch(target, batch)));
        });
        return new HandledBatch(firstOffset, source.nextOffset(), routed);
    }

    private static long timestampOf(ProducerRecord<byte[], byte[]> output, long inputTimestamp, long nowMillis) {
        if (output.timestamp() != null) {
            return output.timestamp();
        }
        return inputTimestamp == BatchLayout.NO_TIMESTAMP ? nowMillis : inputTimestamp;
    }

    private static void add(
            ProducerRecord<byte[], byte[]> output, long sourceOffset, long timestamp, RecordTable table) {
        GrowingBytes data = table.data();
        int start = data.size();
        writeField(output.key(), data);
        writeField(output.value(), data);
        Header[] headers = output.headers().toArray();
        data.writeVarint(headers.length);
        for (Header header : headers) {
            writeField(header.key().getBytes(StandardCharsets.UTF_8), data);
            writeField(header.value(), data);
        }
        table.add(sourceOffset, timestamp, start, data.size());
    }

    private static void writeField(byte[] field, GrowingBytes data) {
        if (field == null) {
            data.writeVarint(-1);
        } else {
            data.writeVarint(field.length);
            data.write(field, 0, field.length);
        }
    }
}
