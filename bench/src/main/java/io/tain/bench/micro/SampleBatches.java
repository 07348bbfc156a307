package io.tain.bench.micro;

import io.tain.config.Codec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Batches as a producer makes them, by Kafka's own code. */
final class SampleBatches {
    private static final String[] CITIES = {"Lisbon", "Ghent", "Oslo", "Turin", "Graz", "Porto", "Basel", "Cork"};
    private static final int VALUE_BYTES = 380;

    private SampleBatches() {}

    /** One batch of JSON records, about so large before compression. */
    static ByteBuffer json(Codec codec, int bytes) {
        Random random = new Random(1);
        List<SimpleRecord> records = new ArrayList<>();
        for (int size = 0; records.isEmpty() || size + VALUE_BYTES <= bytes; size += VALUE_BYTES) {
            records.add(new SimpleRecord(1_700_000_000_000L + records.size(), null, value(random)));
        }
        return of(codec, records);
    }

    /** One uncompressed batch with one record, about so large. */
    static ByteBuffer plain(int bytes) {
        byte[] value = new byte[bytes];
        new Random(1).nextBytes(value);
        return of(Codec.NONE, List.of(new SimpleRecord(1_700_000_000_000L, null, value)));
    }

    private static ByteBuffer of(Codec codec, List<SimpleRecord> records) {
        Compression compression =
                Compression.of(CompressionType.forId(codec.id())).build();
        return MemoryRecords.withRecords(compression, records.toArray(new SimpleRecord[0]))
                .buffer();
    }

    private static byte[] value(Random random) {
        StringBuilder text = new StringBuilder("{\"order\":\"").append(Long.toHexString(random.nextLong()));
        text.append("\",\"cents\":").append(random.nextInt(1_000_000)).append(",\"note\":\"");
        while (text.length() < VALUE_BYTES - 2) {
            text.append(CITIES[random.nextInt(CITIES.length)])
                    .append(' ')
                    .append(random.nextInt(1_000))
                    .append(' ');
        }
        text.setLength(VALUE_BYTES - 2);
        return text.append("\"}").toString().getBytes(StandardCharsets.US_ASCII);
    }
}
