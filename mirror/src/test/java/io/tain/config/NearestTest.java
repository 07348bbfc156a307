package io.tain.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
    private static final List<String> NAMES = List.of("topics.include", "topics.exclude", "num.streams");

    @Test
    void shouldFindAMisspeltName() {
        assertThat(Nearest.of("topic.includes", NAMES)).contains("topics.include");
        assertThat(Nearest.of("NUM_STREAMS", NAMES)).contains("num.streams");
    }

    @Test
    void shouldFindNothingNearANameThatIsFarOff() {
        assertThat(Nearest.of("zookeeper", NAMES)).isEmpty();
        assertThat(Nearest.hint("zookeeper", NAMES)).isEmpty();
    }

    @Test
    void shouldCountEdits() {
        assertThat(Nearest.distance("", "abc")).isEqualTo(3);
        assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(Nearest.distance("same", "same")).isZero();
    }
}
