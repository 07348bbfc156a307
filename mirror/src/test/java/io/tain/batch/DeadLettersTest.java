package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.config.Codec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeadLettersTest {
    private static final TopicPartition FROM = new TopicPartition("orders", 3);
    private static final long NOW = 1_800_000_000_000L;

    private final Random random = new Random(8);
    private final DeadLetters letters = new DeadLetters(64 << 20);

    private static EncodedBatch batch(Codec codec, List<SeenRecord> records) {
        return EncodedBatch.forwarded(
                BatchSpec.of(codec, records.get(0).offset()).records(records));
    }

    private static String text(Header header) {
        return header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldKeepTheRecordAndTellWhereItIsFrom(Codec codec) {
        List<SeenRecord> records = BatchSpec.dense(random, 50, 20);
        EncodedBatch refused = batch(codec, records);

        EncodedBatch letter = letters.of(refused, FROM, "INVALID_RECORD: no key", NOW);

        Broker.assertTakesUnchanged(letter);
        assertThat(letter.firstOffset()).isEqualTo(50);
        assertThat(letter.nextOffset()).isEqualTo(70);
        List<SeenRecord> written = SeenRecord.allIn(letter);
        assertThat(written).hasSize(20);
        for (int i = 0; i < 20; i++) {
            SeenRecord before = records.get(i);
            SeenRecord after = written.get(i);
            int own = before.headers().size();
            assertThat(after.key()).isEqualTo(before.key());
            assertThat(after.value()).isEqualTo(before.value());
            assertThat(after.timestamp()).isEqualTo(NOW);
            assertThat(after.headers().subList(0, own)).isEqualTo(before.headers());
            assertThat(after.headers().subList(own, own + 5))
                    .extracting(DeadLettersTest::text)
                    .containsExactly(
                            "tain.refused.reason=INVALID_RECORD: no key",
                            "tain.refused.topic=orders",
                            "tain.refused.partition=3",
                            "tain.refused.offset=" + before.offset(),
                            "tain.refused.timestamp=" + before.timestamp());
        }
    }

    @Test
    void shouldNotMakeALetterOfACorruptBatch() {
        EncodedBatch refused = batch(Codec.NONE, BatchSpec.dense(random, 50, 2));
        int last = refused.bytes().limit() - 1;
        refused.bytes().put(last, (byte) ~refused.bytes().get(last));

        assertThatThrownBy(() -> letters.of(refused, FROM, "any", NOW)).isInstanceOf(InvalidBatchException.class);
    }
}
