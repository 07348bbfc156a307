package io.tain.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    private final Table table =
            new Table(List.of("work", "records/s"), Table.Alignment.RIGHT).add(List.of("lz4-64k", "1,234"));

    @Test
    void shouldAlignTheFirstColumnToTheLeftAndOthersToTheRight() {
        assertThat(table.text()).isEqualTo("""
                work     records/s
                lz4-64k      1,234
                """);
    }

    @Test
    void shouldAlignWordsToTheLeft() {
        Table words = new Table(List.of("work", "target"), Table.Alignment.LEFT).add(List.of("latency", "p99"));

        assertThat(words.text()).isEqualTo("""
                work     target
                latency  p99
                """);
    }

    @Test
    void shouldWriteMarkdown() {
        assertThat(table.markdown()).isEqualTo("""
                | work | records/s |
                |---|--:|
                | lz4-64k | 1,234 |
                """);
    }

    @Test
    void shouldRefuseALineOfAnotherWidth() {
        assertThatThrownBy(() -> table.add(List.of("alone"))).isInstanceOf(IllegalArgumentException.class);
    }
}
