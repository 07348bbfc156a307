package io.tain.batch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.Utils;

/** A record as a consumer sees it, comparable; key, value and header values may be null. */
record SeenRecord(long offset, long timestamp, ByteBuffer key, ByteBuffer value, List<Header> headers) {

    static SeenRecord of(long offset, String key, String value) {
        return new SeenRecord(offset, 1_000 + offset, bytes(key), bytes(value), List.of());
    }

    static ByteBuffer bytes(String text) {
        return text == null ? null : ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static SeenRecord random(Random random, long offset) {
        List<Header> headers = new ArrayList<>();
        int count = random.nextInt(4) == 0 ? random.nextInt(4) : 0;
        for (int i = 0; i < count; i++) {
            ByteBuffer value = randomField(random, 20);
            headers.add(new RecordHeader("h\u00e4" + random.nextInt(9), value == null ? null : Utils.toArray(value)));
        }
        long timestamp = switch (random.nextInt(10)) {
            case 0 -> -1;
            case 1 -> random.nextLong() & Long.MAX_VALUE;
            default -> 1_700_000_000_000L + random.nextInt(100_000);
        };
        return new SeenRecord(offset, timestamp, randomField(random, 30), randomField(random, 400), headers);
    }

    private static ByteBuffer randomField(Random random, int maxLength) {
        if (random.nextInt(8) == 0) {
            return null;
        }
        byte[] bytes = new byte[random.nextInt(8) == 0 ? 0 : random.nextInt(maxLength)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(6));
        }
        return ByteBuffer.wrap(bytes);
    }

    /** What Kafka's own reader finds. */
    static List<SeenRecord> allIn(ByteBuffer bytes) {
        List<SeenRecord> seen = new ArrayList<>();
        for (Record record : MemoryRecords.readableRecords(bytes.duplicate()).records()) {
            seen.add(new SeenRecord(
                    record.offset(),
                    record.timestamp(),
                    record.key(),
                    record.value(),
                    Arrays.asList(record.headers())));
        }
        return seen;
    }

    static List<SeenRecord> allIn(EncodedBatch batch) {
        List<SeenRecord> seen = new ArrayList<>();
        for (SeenRecord record : allIn(batch.bytes())) {
            seen.add(record.at(batch.source().ofRecord((int) record.offset())));
        }
        return seen;
    }

    static List<SeenRecord> allIn(List<EncodedBatch> batches) {
        return batches.stream().flatMap(batch -> allIn(batch).stream()).toList();
    }

    SeenRecord at(long otherOffset) {
        return new SeenRecord(otherOffset, timestamp, key, value, headers);
    }

    SeenRecord withTimestamp(long other) {
        return new SeenRecord(offset, other, key, value, headers);
    }

    SeenRecord withoutHeaders() {
        return new SeenRecord(offset, timestamp, key, value, List.of());
    }
}
