package io.tain.testkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** A 64-bit hash of what a record says: two different records have the same with a chance of about 1 to 10^19. */
final class RecordHash {
    private static final long SEED = 0x9E3779B97F4A7C15L;
    private static final long FACTOR = 0xBF58476D1CE4E5B9L;
    private static final long NULL_LENGTH = -1;

    /** What records are compared by. */
    enum Field {
        KEY,
        VALUE,
        HEADERS,
        TIMESTAMP
    }

    private final Set<Field> fields;

    RecordHash(Set<Field> fields) {
        this.fields = EnumSet.copyOf(fields);
    }

    long of(ConsumerRecord<byte[], byte[]> record) {
        long hash = SEED;
        for (Field field : fields) {
            hash = mix(hash, of(record, field));
        }
        return hash;
    }

    static long of(ConsumerRecord<byte[], byte[]> record, Field field) {
        return switch (field) {
            case KEY -> of(record.key());
            case VALUE -> of(record.value());
            case TIMESTAMP -> mix(SEED, record.timestamp());
            case HEADERS -> {
                long hash = SEED;
                for (Header header : record.headers()) {
                    hash = mix(hash, of(header.key().getBytes(StandardCharsets.UTF_8)));
                    hash = mix(hash, of(header.value()));
                }
                yield hash;
            }
        };
    }

    /** Distinguishes null from empty. */
    static long of(byte[] bytes) {
        if (bytes == null) {
            return mix(SEED, NULL_LENGTH);
        }
        long hash = mix(SEED, bytes.length);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.remaining() >= Long.BYTES) {
            hash = mix(hash, buffer.getLong());
        }
        long rest = 0;
        while (buffer.hasRemaining()) {
            rest = rest << Byte.SIZE | (buffer.get() & 0xFF);
        }
        return mix(hash, rest);
    }

    private static long mix(long hash, long word) {
        long mixed = (hash ^ word) * FACTOR;
        mixed ^= mixed >>> 32;
        mixed *= SEED;
        return Long.rotateLeft(mixed ^ mixed >>> 29, 23);
    }
}
