package io.tain.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.network.InvalidReceiveException;

/**
 * Looks at the lengths of what a broker sends, before Kafka's client sees them and gives memory for them: every answer, those of
 * the authentication included, comes behind its length in four bytes. For one that is too long the connection is closed, as Kafka's
 * own selector does it where it is given a limit; who waits for an answer on it takes it for a broker that has gone.
 *
 * <p>Used by the one thread that has the connection.
 */
final class CappedEngine extends EngineAround {
    /** The first byte of a TLS record that refuses clear text. */
    private static final int TLS_ALERT = 0x15;

    private final int maxAnswerBytes;
    private int lengthBytes;
    private int length;
    private int left;
    private boolean isTooLong;

    CappedEngine(SSLEngine engine, int maxAnswerBytes) {
        super(engine);
        this.maxAnswerBytes = maxAnswerBytes;
    }

    /** Gives nothing out of what has a length that is too long, then or later: Kafka's selector reads once more before it closes. */
    @Override
    public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int offset, int count) throws SSLException {
        if (isTooLong) {
            throw tooLong();
        }
        int[] starts = new int[count];
        for (int i = 0; i < count; i++) {
            starts[i] = targets[offset + i].position();
        }
        SSLEngineResult result = super.unwrap(source, targets, offset, count);
        for (int i = 0; i < count && !isTooLong; i++) {
            look(targets[offset + i], starts[i]);
        }
        if (isTooLong) {
            for (int i = 0; i < count; i++) {
                targets[offset + i].position(starts[i]);
            }
            throw tooLong();
        }
        return result;
    }

    private InvalidReceiveException tooLong() {
        return new InvalidReceiveException(getPeerHost() + ":" + getPeerPort() + " says that "
                + Integer.toUnsignedString(length) + " bytes follow, and at most " + maxAnswerBytes + " are read"
                + whatItIs());
    }

    /** What is no broker in clear text at all, where the four bytes tell. */
    private String whatItIs() {
        if ((length >>> (3 * Byte.SIZE)) == TLS_ALERT) {
            return "; it speaks TLS, so security.protocol should be SSL or SASL_SSL";
        }
        String text =
                new String(ByteBuffer.allocate(Integer.BYTES).putInt(length).array(), StandardCharsets.ISO_8859_1);
        return text.chars().allMatch(letter -> letter >= ' ' && letter <= '~') ? "; as text these are " + text : "";
    }

    private void look(ByteBuffer bytes, int from) {
        int at = from;
        while (at < bytes.position() && !isTooLong) {
            if (left > 0) {
                int skipped = Math.min(left, bytes.position() - at);
                left -= skipped;
                at += skipped;
            } else {
                takeLengthByte(bytes.get(at++));
            }
        }
    }

    private void takeLengthByte(byte next) {
        length = (lengthBytes == 0 ? 0 : length << Byte.SIZE) | Byte.toUnsignedInt(next);
        if (++lengthBytes == Integer.BYTES) {
            isTooLong = length < 0 || length > maxAnswerBytes;
            left = length;
            lengthBytes = 0;
        }
    }
}
