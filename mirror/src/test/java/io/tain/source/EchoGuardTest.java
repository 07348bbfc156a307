package io.tain.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EchoGuardTest {
    private final List<Long> asked = new ArrayList<>();
    private final EchoGuard guard = new EchoGuard(id -> {
        asked.add(id);
        if (id == 13) {
            throw new WriterUnknownException(Optional.empty());
        }
        return id % 2 == 0;
    });

    @Test
    void shouldAskOnceForEachIdThatItSees() {
        for (int i = 0; i < 3; i++) {
            assertThat(guard.isEcho(4)).isTrue();
            assertThat(guard.isEcho(5)).isFalse();
        }

        assertThat(asked).containsExactly(4L, 5L);
    }

    @Test
    void shouldNotMixUpIdsThatShareAPlace() {
        assertThat(guard.isEcho(1)).isFalse();
        assertThat(guard.isEcho(1 + (1 << 20))).isFalse();
        assertThat(guard.isEcho(2)).isTrue();
        assertThat(guard.isEcho(2 + (1 << 10) + 1)).isFalse();
        assertThat(guard.isEcho(2 + (1 << 11))).isTrue();
        assertThat(guard.isEcho(3 + (1 << 11))).isFalse();
        assertThat(guard.isEcho(2)).isTrue();
    }

    @Test
    void shouldNotAskForNobodysBatches() {
        assertThat(guard.isEcho(-1)).isFalse();
        assertThat(asked).isEmpty();
    }

    @Test
    void shouldAskAgainForWhatIsNotKnownYet() {
        assertThatThrownBy(() -> guard.isEcho(13)).isInstanceOf(WriterUnknownException.class);
        assertThatThrownBy(() -> guard.isEcho(13)).isInstanceOf(WriterUnknownException.class);

        assertThat(asked).containsExactly(13L, 13L);
    }
}
