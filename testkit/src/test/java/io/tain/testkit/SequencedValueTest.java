package io.tain.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequencedValueTest {
    @ParameterizedTest
    @ValueSource(ints = {300, 380, 1_000, 100_000})
    void shouldTellPartitionAndSequenceAtAnySize(int size) {
        byte[] value = new SequencedValue.Factory(size, 1).value(7, 1_234_567_890_123L);

        assertThat(value).hasSize(size);
        assertThat(SequencedValue.parse(value)).contains(new SequencedValue(7, 1_234_567_890_123L));
        assertThat(new String(value, StandardCharsets.US_ASCII)).startsWith("{").endsWith("\"}");
    }

    @Test
    void shouldNotAcceptAChangedValue() {
        byte[] value = new SequencedValue.Factory(380, 1).value(0, 5);
        for (int i = 0; i < value.length; i++) {
            value[i] ^= 1;
            assertThat(SequencedValue.parse(value)).as("byte " + i).isEmpty();
            value[i] ^= 1;
        }
        assertThat(SequencedValue.parse(new byte[0])).isEmpty();
    }

    @Test
    void shouldRefuseASizeThatCannotHoldTheSequence() {
        assertThatThrownBy(() -> new SequencedValue.Factory(299, 1)).hasMessageContaining("300");
    }
}
