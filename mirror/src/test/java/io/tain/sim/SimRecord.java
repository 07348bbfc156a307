package io.tain.sim;

import java.nio.ByteBuffer;
import java.util.Arrays;
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

    /** Whether a complete target has it. */
    boolean isRequired() {
        return !excused && (state == State.VISIBLE || state == State.PENDING || state == State.EXPIRED);
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
