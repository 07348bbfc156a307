package io.tain.verify;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** A record's key, value, headers and, if wanted, timestamp in 16 bytes: equal for equal records, and else hardly ever. */
record Digest(long high, long low) {
    /** Makes digests. Used by one thread. */
    static final class Maker {
        private final boolean timestamps;
        private final MessageDigest md5;
        private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

        Maker(boolean timestamps) {
            this.timestamps = timestamps;
            try {
                this.md5 = MessageDigest.getInstance("MD5"); // not against forgers: only to remember many records
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        Digest of(ConsumerRecord<byte[], byte[]> record) {
            add(record.key());
            add(record.value());
            for (Header header : record.headers()) {
                add(header.key().getBytes(StandardCharsets.UTF_8));
                add(header.value());
            }
            if (timestamps) {
                add(record.timestamp());
            }
            return finish();
        }

        Digest ofKey(ConsumerRecord<byte[], byte[]> record) {
            add(record.key());
            return finish();
        }

        private Digest finish() {
            ByteBuffer digest = ByteBuffer.wrap(md5.digest());
            return new Digest(digest.getLong(), digest.getLong());
        }

        private void add(byte[] bytes) {
            add(bytes == null ? -1L : bytes.length);
            if (bytes != null) {
                md5.update(bytes);
            }
        }

        private void add(long value) {
            number.clear().putLong(value);
            md5.update(number.array());
        }
    }
}
