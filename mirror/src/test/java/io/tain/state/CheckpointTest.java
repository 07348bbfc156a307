package io.tain.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.state.Checkpoint.Phase;
import io.tain.state.Checkpoint.Producer;
import io.tain.state.Checkpoint.Writers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
    private static final Checkpoint CHECKPOINT = new Checkpoint(
            1L << 40,
            3,
            77,
            Uuid.randomUuid(),
            Uuid.ZERO_UUID,
            List.of(new Producer(4000, (short) 2), new Producer(4711, Short.MAX_VALUE)),
            Phase.RELEASED,
            1_700_000_000_000L);

    @Test
    void shouldBeReadAsItWasWritten() {
        assertThat(Checkpoint.parse(CHECKPOINT.encode())).contains(CHECKPOINT);
    }

    @Test
    void shouldKeepApartWhoCouldBeShutOutAndWhoCouldNot() {
        Checkpoint atLeastOnce = new Checkpoint(
                7,
                -1,
                7,
                Uuid.ZERO_UUID,
                Uuid.ZERO_UUID,
                new Writers(List.of(), Optional.of(new Producer(12, (short) 1))),
                Phase.COPYING,
                0);

        Checkpoint read = Checkpoint.parse(atLeastOnce.encode()).orElseThrow();

        assertThat(read).isEqualTo(atLeastOnce);
        assertThat(read.lastProducer()).isEmpty();
        assertThat(read.writers().all()).containsExactly(new Producer(12, (short) 1));
    }

    @Test
    void shouldPassOverWordsOfLaterReleases() {
        String later = new String(CHECKPOINT.encode(), StandardCharsets.UTF_8) + " mood=good";

        assertThat(Checkpoint.parse(later.getBytes(StandardCharsets.UTF_8))).contains(CHECKPOINT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "source=1", "source=x target=1", "{\"source\":1}"})
    void shouldBeAbsentWhereTheBytesAreNone(String text) {
        assertThat(Checkpoint.parse(text.getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    @Test
    void shouldReadItsKey() {
        StateKey key = new StateKey(StateKey.Kind.CHECKPOINT, "my-link", new TopicPartition("a.b_c-d", 9_999), 3);

        assertThat(StateKey.parse(key.encode())).contains(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "checkpoint/link/topic/1", "unheard-of/link/topic/1/0", "checkpoint/link/topic/x/0"})
    void shouldLeaveKeysAloneThatItDoesNotKnow(String text) {
        assertThat(StateKey.parse(text.getBytes(StandardCharsets.UTF_8))).isEmpty();
    }
}
