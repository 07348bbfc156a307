package io.tain.batch;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes dead letters of records that the target refused: the same key, value and headers, and behind those, headers that tell
 * where the record is from and why it is here, as UTF-8 text. Their timestamp is the time of the refusal, since the
 * record's own may be what was refused.
 *
 * <p>Owns the memory it works in, some of it native and given back by {@link #close}; used by one thread.
 */
public final class DeadLetters implements AutoCloseable {
    public static final String REASON = "tain.refused.reason";
    public static final String TOPIC = "tain.refused.topic";
    public static final String PARTITION = "tain.refused.partition";
    public static final String OFFSET = "tain.refused.offset";
    public static final String TIMESTAMP = "tain.refused.timestamp";

    private final RecordTable records;
    private final RecordTable letters;
    private final BatchReader reader = new BatchReader();
    private final BatchWriter writer = new BatchWriter();

    /** @param maxDecompressedBytes how much memory the records of one batch may take, and the letters made of it */
    public DeadLetters(int maxDecompressedBytes) {
        this.records = new RecordTable(maxDecompressedBytes);
        this.letters = new RecordTable(maxDecompressedBytes);
    }

    /**
     * A batch for the dead-letter topic that covers the same source offsets.
     *
     * @param from the source partition
     * @param reason the target's words
     * @param nowMs the time of the refusal
     * @throws InvalidBatchException if the batch can't be read
     */
    public EncodedBatch of(EncodedBatch refused, TopicPartition from, String reason, long nowMs) {
        records.clear();
        reader.readAgain(refused, records);
        letters.clear();
        letters.openBatch();
        for (int row = 0; row < records.count(); row++) {
            add(row, from, reason, nowMs);
        }
        Rows rows = new Rows(0, letters.count(), refused.firstOffset(), refused.nextOffset());
        return writer.write(letters, rows, RecordBatch.of(refused.bytes()).codec());
    }

    @Override
    public void close() {
        reader.close();
    }

    private void add(int row, TopicPartition from, String reason, long nowMs) {
        List<String> headers = List.of(
                REASON, reason,
                TOPIC, from.topic(),
                PARTITION, Integer.toString(from.partition()),
                OFFSET, Long.toString(records.offset(row)),
                TIMESTAMP, Long.toString(records.timestamp(row)));
        ByteReader rest = records.rest(row);
        int restStart = rest.position();
        skipField(rest);
        skipField(rest);
        int countStart = rest.position();
        int count = rest.readVarint();
        GrowingBytes out = letters.data();
        int start = out.size();
        byte[] bytes = records.data().array();
        out.write(bytes, restStart, countStart - restStart);
        out.writeVarint(count + headers.size() / 2);
        out.write(bytes, rest.position(), rest.remaining());
        for (String text : headers) {
            byte[] field = text.getBytes(StandardCharsets.UTF_8);
            out.writeVarint(field.length);
            out.write(field, 0, field.length);
        }
        letters.add(records.offset(row), nowMs, start, out.size());
    }

    private static void skipField(ByteReader reader) {
        int length = reader.readVarint();
        if (length > 0) {
            reader.skip(length);
        }
    }
}
