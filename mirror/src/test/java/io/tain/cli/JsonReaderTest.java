package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    @Test
    void shouldReadWhatIsThere() {
        assertThat(JsonReader.read(" {\"a\" : [1, -2.5, true, false, null], \"b\":{}, \"c\":[] } "))
                .isEqualTo(Map.of("a", Arrays.asList(1L, -2.5, true, false, null), "b", Map.of(), "c", List.of()));
        assertThat(JsonReader.read("\"\\\"\\\\\\n\\u003c\\/\"")).isEqualTo("\"\\\n</");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1,]", "{\"a\"}", "nul", "1 2", "\"open", "\"\\u12\"", "<html>", "\"\\u12x4\""})
    void shouldRefuseAnythingElse(String text) {
        assertThatThrownBy(() -> JsonReader.read(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldNotFallForDepth() {
        assertThatThrownBy(() -> JsonReader.read("[".repeat(100_000))).isInstanceOf(IllegalArgumentException.class);
    }
}
