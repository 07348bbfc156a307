package io.tain.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicExpressionsTest {
    private final Problems problems = new Problems();

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "a,b; a b; ab a,b c",
                "\"a.*\"; a abc; b",
                "'a.*'; a abc; b",
                "\"a\",'b'; a b; c",
                "foo bar; foobar; foo",
                "a,,b,; a b; ab c",
                "a{1,2},b; a aa b; aaa",
                "a[b,c]d; abd acd; ad",
                "(a,b).x; a.x bax; ax",
                "(a,b)\\.x; a.x b.x; ax",
                "*; a b.c x-y_z; __consumer_offsets",
                "foo,*; a foo; __transaction_state",
                "(?i)abc; ABC; b",
                "\\Qa,b\\E,c; c; a b",
                "[a-c]+\\.(?:x|y),z; abc.x z; abc.z",
                "a|b; a b; ab",
                ".*; a __other; __consumer_offsets tain-state __tain_checkpoints __share_group_state"
            })
    void shouldSelectAsMirrorMakerDid(String include, String selected, String others) {
        TopicSelection selection = select(include, "");

        assertThat(selected.split(" ")).allMatch(selection::matches);
        assertThat(others.split(" ")).noneMatch(selection::matches);
    }

    @Test
    void shouldTakeANameOfAnyLength() {
        String name = "a".repeat(20_000);

        assertThat(select(name, "").matches(name)).isTrue();
    }

    @Test
    void shouldTakeExcludedTopicsOutOfIncludedOnes() {
        TopicSelection selection = select("a.*,b", "a\\.x,.*tmp");

        assertThat(selection.matches("a.y")).isTrue();
        assertThat(selection.matches("b")).isTrue();
        assertThat(selection.matches("a.x")).isFalse();
        assertThat(selection.matches("a-tmp")).isFalse();
        assertThat(selection.matches("a-tmp2")).isTrue();
    }

    @Test
    void shouldIncludeAllWhenOnlyExcludesAreGiven() {
        TopicSelection selection = TopicExpressions.select(
                        Optional.empty(), Optional.of(setting("a,b")), TopicExpressions.Internal.LEFT_OUT, problems)
                .orElseThrow();

        assertThat(selection.matches("c")).isTrue();
        assertThat(selection.matches("a")).isFalse();
        assertThat(selection.matches("__consumer_offsets")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"__consumer_offsets", "orders,__consumer_offsets", "orders|__consumer_offsets"})
    void shouldMirrorAnInternalTopicThatIsNamed(String include) {
        TopicSelection selection = select(include, "");

        assertThat(selection.matches("__consumer_offsets")).isTrue();
        assertThat(selection.matches("__transaction_state")).isFalse();
    }

    @Test
    void shouldMirrorKafkasInternalTopicsButNotTainsOwnWhenAsked() {
        TopicSelection selection = TopicExpressions.select(
                        Optional.of(setting(".*")), Optional.empty(), TopicExpressions.Internal.MIRRORED, problems)
                .orElseThrow();

        assertThat(selection.matches("__consumer_offsets")).isTrue();
        assertThat(selection.matches("tain-state")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "a(b; Unclosed group at character",
                "*a; write .* for any text",
                "a,[b; Unclosed character class",
                "a{1,x}; Unclosed counted closure",
                "a,(b)\\1; name the group",
                "\\Qa,b; is no Java regex",
                ",; names nothing"
            })
    void shouldSayWhatIsWrongWithARegex(String include, String why) {
        Optional<TopicSelection> selection = TopicExpressions.select(
                Optional.of(setting(include)), Optional.empty(), TopicExpressions.Internal.LEFT_OUT, problems);

        assertThat(selection).isEmpty();
        assertThat(problems.errors()).hasSize(1);
        assertThat(problems.errors().get(0).toString()).contains("--include", why);
    }

    @Test
    void shouldRefuseExpressionsThatOnlyWorkAlone() {
        Optional<TopicSelection> selection = TopicExpressions.select(
                Optional.of(setting("(?<a>x),(?<a>y)")),
                Optional.empty(),
                TopicExpressions.Internal.LEFT_OUT,
                problems);

        assertThat(selection).isEmpty();
        assertThat(problems.errors().get(0).toString()).contains("do not go together");
    }

    private TopicSelection select(String include, String exclude) {
        Optional<TopicSelection> selection = TopicExpressions.select(
                Optional.of(setting(include)),
                Optional.of(exclude).filter(text -> !text.isEmpty()).map(TopicExpressionsTest::setting),
                TopicExpressions.Internal.LEFT_OUT,
                problems);
        assertThat(problems.errors()).isEmpty();
        return selection.orElseThrow();
    }

    private static Setting setting(String text) {
        return Setting.written("--include", text, Place.of("command line"));
    }
}
