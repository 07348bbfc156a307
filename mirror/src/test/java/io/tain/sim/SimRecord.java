package io.tain.sim;

import io.tain.batch.DeadLetters;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.Record;

/** A record of the source, as its readers see it, and what became of it there. */
final class SimRecord {
    /** What the source shows of it. */
    enum State {
        /** Of a transaction that is still open. */
        PENDING,
        VISIBLE,
        ABORTED,
        /** Compaction took it: a copy is welcome, and none is missed. */
        COMPACTED,
        /** Retention took it: if there is no copy, that must have been told. */
        EXPIRED,
        /** An election took it: a copy may exist, and none is missed. */
        TRUNCATED
    }

    /** Why the target will not take it. */
    enum Fate {
        ACCEPTED,
        INVALID,
        TOO_LARGE
    }

    final TopicPartition partition;
    /** The how-manieth record of its partition, however often offsets begin again. */
    final int birth;

    final long offset;
    final int epoch;
    final Content content;
    final Fate fate;
    State state;
    boolean copied;

    /** Its topic was deleted: a copy may exist, and none is missed. */
    boolean deleted;

    /** An operator has it copied once more. */
    boolean mayRepeat;

    /** It is in the dead letters. */
    boolean lettered;

    /** Its absence from the target is known to the operator. */
    boolean excused;

    /** A policy let the mirror leave it out, and an event must tell so. */
    boolean leftOut;

    /** Key, value, one header at most, and the timestamp. */
    static final class Content {
        private final byte[] key;
        private final byte[] value;
        private final Header[] headers;
        private final long timestamp;

        Content(byte[] key, byte[] value, Optional<Header> header, long timestamp) {
            this.key = key;
            this.value = value;
            this.headers = header.map(h -> new Header[] {h}).orElse(new Header[0]);
            this.timestamp = timestamp;
        }

        byte[] key() {
            return key;
        }

        byte[] value() {
            return value;
        }

        Header[] headers() {
            return headers;
        }

        long timestamp() {
            return timestamp;
        }
    }

    SimRecord(TopicPartition partition, int birth, long offset, int epoch, Content content, Fate fate) {
        this.partition = partition;
        this.birth = birth;
        this.offset = offset;
        this.epoch = epoch;
        this.content = content;
        this.fate = fate;
    }

    /** Whether the target has it, in its own topic or in the dead letters. */
    boolean hasArrived() {
        return copied || lettered;
    }

    /** Whether a complete target has it. */
    boolean isRequired() {
        return !excused && !deleted && (state == State.VISIBLE || state == State.PENDING || state == State.EXPIRED);
    }

    /** Whether its offset may be another record's by now. */
    boolean isOverwritten() {
        return deleted || state == State.TRUNCATED;
    }

    /** The record's number from its content; empty if nobody made such a record. */
    static OptionalLong birthOf(Record record) {
        ByteBuffer text = record.hasValue() ? record.value() : record.key();
        return text == null || text.remaining() < 4
                ? OptionalLong.empty()
                : OptionalLong.of(text.getInt(text.position()));
    }

    boolean isSame(Record other) {
        return other.timestamp() == content.timestamp
                && Arrays.equals(content.headers, other.headers())
                && Arrays.equals(content.key, bytes(other.key()))
                && Arrays.equals(content.value, bytes(other.value()));
    }

    /** Whether the other is this one in the dead letters, with headers that tell where it is from. */
    boolean isLetter(Record other) {
        Map<String, String> told = new HashMap<>();
        Header[] headers = other.headers();
        for (int i = content.headers.length; i < headers.length; i++) {
            told.put(headers[i].key(), new String(headers[i].value(), StandardCharsets.UTF_8));
        }
        String reason = told.getOrDefault(DeadLetters.REASON, "");
        return headers.length == content.headers.length + 5
                && Arrays.equals(content.headers, Arrays.copyOf(headers, content.headers.length))
                && Arrays.equals(content.key, bytes(other.key()))
                && Arrays.equals(content.value, bytes(other.value()))
                && !reason.isBlank()
                && told.equals(Map.of(
                        DeadLetters.REASON, reason,
                        DeadLetters.TOPIC, partition.topic(),
                        DeadLetters.PARTITION, Integer.toString(partition.partition()),
                        DeadLetters.OFFSET, Long.toString(offset),
                        DeadLetters.TIMESTAMP, Long.toString(content.timestamp)));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    @Override
    public String toString() {
        return partition + "@" + offset + " (record " + birth + ", epoch " + epoch + ", " + state
                + (fate == Fate.ACCEPTED ? "" : ", " + fate) + (copied ? ", copied" : "") + ")";
    }
}
