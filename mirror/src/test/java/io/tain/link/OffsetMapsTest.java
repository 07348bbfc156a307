package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OffsetMapsTest {
    @Test
    void shouldShareTheRoomSoThatOnlyTheLargestMapsShrink() {
        assertThat(OffsetMaps.evenShare(List.of(10L, 100L, 1_000L), 200)).isEqualTo(95);
        assertThat(OffsetMaps.evenShare(List.of(500L, 500L), 200)).isEqualTo(100);
        assertThat(OffsetMaps.evenShare(List.of(150L, 50L), 200)).isEqualTo(Long.MAX_VALUE);
        assertThat(OffsetMaps.evenShare(List.of(), 200)).isEqualTo(Long.MAX_VALUE);
    }
}
