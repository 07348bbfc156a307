package io.tain.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.network.InvalidReceiveException;
import org.junit.jupiter.api.Test;

/** Lengths are seen however the bytes come in, around an engine that encrypts nothing. */
class CappedEngineTest {
    private static final int MAX = 1_000;
    private static final int BUFFER = 64;

    private final Random random = new Random(7);

    private static SSLEngine ready() throws SSLException {
        CappedEngines engines = new CappedEngines();
        engines.configure(Map.of(CappedEngines.TERMS, new CappedEngines.Terms(MAX, Optional.empty())));
        SSLEngine engine = engines.createClientSslEngine("broker", 9092, "https");
        ByteBuffer none = ByteBuffer.allocate(0);
        engine.beginHandshake();
        assertThat(engine.wrap(none, ByteBuffer.allocate(BUFFER)).bytesProduced())
                .isZero();
        SSLEngineResult end = engine.unwrap(none, ByteBuffer.allocate(BUFFER));
        assertThat(end.getHandshakeStatus()).isEqualTo(HandshakeStatus.FINISHED);
        return engine;
    }

    /** What comes out of an engine that is given these bytes in pieces of any size, with any room. */
    private byte[] received(SSLEngine engine, byte[] bytes) throws SSLException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer target = ByteBuffer.allocate(BUFFER);
        int at = 0;
        while (at < bytes.length) {
            int piece = Math.min(bytes.length - at, 1 + random.nextInt(2 * BUFFER));
            ByteBuffer source = ByteBuffer.wrap(bytes, at, piece);
            while (source.hasRemaining()) {
                SSLEngineResult result = engine.unwrap(source, target);
                assertThat(target.hasRemaining()).isTrue();
                if (result.getStatus() == Status.BUFFER_OVERFLOW || random.nextBoolean()) {
                    out.write(target.array(), 0, target.position());
                    target.clear();
                }
            }
            at += piece;
        }
        out.write(target.array(), 0, target.position());
        return out.toByteArray();
    }

    private byte[] answers(int... lengths) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int length : lengths) {
            byte[] answer = new byte[Integer.BYTES + Math.max(0, Math.min(length, MAX))];
            random.nextBytes(answer);
            ByteBuffer.wrap(answer).putInt(0, length);
            all.writeBytes(answer);
        }
        return all.toByteArray();
    }

    @Test
    void shouldPassOnAnswersUpToTheLimit() throws SSLException {
        for (int run = 0; run < 200; run++) {
            byte[] sent = answers(random.nextInt(MAX), 0, MAX, 1, random.nextInt(MAX));

            assertThat(received(ready(), sent)).isEqualTo(sent);
        }
    }

    @Test
    void shouldRefuseALongerOneHoweverItsLengthIsCutUp() throws SSLException {
        for (int run = 0; run < 200; run++) {
            SSLEngine engine = ready();
            int length = run % 2 == 0 ? MAX + 1 : -1;
            byte[] sent = answers(random.nextInt(MAX), length);

            assertThatThrownBy(() -> received(engine, sent))
                    .isInstanceOf(InvalidReceiveException.class)
                    .hasMessageContaining(
                            "broker:9092 says that " + Integer.toUnsignedString(length) + " bytes follow");
            assertThatThrownBy(() -> received(engine, answers(1))).isInstanceOf(InvalidReceiveException.class);
        }
    }

    @Test
    void shouldTellWhatIsNoBroker() throws SSLException {
        byte[] http = "HTTP/1.1 400 Bad Request".getBytes(StandardCharsets.US_ASCII);
        byte[] alert = {0x15, 3, 3, 0, 2, 2, 80};

        assertThatThrownBy(() -> received(ready(), http))
                .hasMessageContaining("says that 1213486160 bytes follow")
                .hasMessageEndingWith("; as text these are HTTP");
        assertThatThrownBy(() -> received(ready(), alert))
                .hasMessageEndingWith("; it speaks TLS, so security.protocol should be SSL or SASL_SSL");
    }

    @Test
    void shouldGiveOutNothingOfTheLengthThatIsTooLong() throws SSLException {
        SSLEngine engine = ready();
        ByteBuffer target = ByteBuffer.allocate(BUFFER);
        engine.unwrap(ByteBuffer.wrap(new byte[] {0, 0, 0, 1, 9, 127}), target);

        assertThatThrownBy(() -> engine.unwrap(ByteBuffer.wrap(new byte[] {0, 0, 0, 5}), target))
                .isInstanceOf(InvalidReceiveException.class);

        assertThat(target.position()).isEqualTo(6);
    }

    @Test
    void shouldSendWhatItIsGivenAndNothingAfterItsEnd() throws SSLException {
        SSLEngine engine = ready();
        byte[] bytes = answers(40);
        ByteBuffer source = ByteBuffer.wrap(bytes);
        ByteBuffer first = ByteBuffer.allocate(10);
        ByteBuffer rest = ByteBuffer.allocate(BUFFER);

        assertThat(engine.wrap(source, first).bytesConsumed()).isEqualTo(10);
        assertThat(engine.wrap(source, first).getStatus()).isEqualTo(Status.BUFFER_OVERFLOW);
        assertThat(engine.wrap(source, rest).bytesConsumed()).isEqualTo(34);
        first.flip();
        rest.flip();
        assertThat(ByteBuffer.allocate(44).put(first).put(rest).array()).isEqualTo(bytes);

        engine.closeOutbound();
        SSLEngineResult end = engine.wrap(ByteBuffer.allocate(0), ByteBuffer.allocate(BUFFER));
        assertThat(end.getStatus()).isEqualTo(Status.CLOSED);
        assertThat(end.bytesProduced()).isZero();
    }
}
