package io.tain.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.config.Delivery;
import io.tain.state.Checkpoint.Phase;
import io.tain.state.Checkpoint.Producer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class OppositeLinksTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final long NOW = 1_000_000;

    private final OppositeLinks opposite = new OppositeLinks("here", "there");

    private void take(String link, LinkEntry entry, long... producers) {
        List<Producer> all = Arrays.stream(producers)
                .mapToObj(id -> new Producer(id, (short) 0))
                .toList();
        Checkpoint checkpoint = new Checkpoint(5, 0, 7, Uuid.randomUuid(), Uuid.randomUuid(), all, Phase.COPYING, NOW);
        opposite.take(Map.of(
                StateKey.ofLink(link),
                Optional.of(entry.encode()),
                new StateKey(StateKey.Kind.CHECKPOINT, link, PARTITION),
                Optional.of(checkpoint.encode())));
    }

    private static LinkEntry entry(String source, String target, Delivery delivery) {
        return new LinkEntry(source, target, delivery, "(?=(?:orders|a b=c)\\z).*", NOW);
    }

    @Test
    void shouldTellWhatALinkInTheOppositeDirectionHasWritten() {
        take("back", entry("there", "here", Delivery.EXACTLY_ONCE), 8, 9);

        assertThat(opposite.hasWritten(8)).isTrue();
        assertThat(opposite.hasWritten(9)).isTrue();
        assertThat(opposite.hasWritten(10)).isFalse();
        assertThat(opposite.running("a b=c", NOW)).containsExactly("back");
        assertThat(opposite.running("other", NOW)).isEmpty();
        assertThat(opposite.unrecorded("orders", NOW)).isEmpty();
        assertThat(opposite.running("orders", NOW)).containsExactly("back");
        assertThat(opposite.running("orders", NOW + 600_000)).as("gone").isEmpty();
    }

    @Test
    void shouldLetRecordsPassThatComeFromAThirdCluster() {
        take("onward", entry("elsewhere", "here", Delivery.EXACTLY_ONCE), 8);

        assertThat(opposite.hasWritten(8)).isFalse();
        assertThat(opposite.running("orders", NOW)).isEmpty();
    }

    @Test
    void shouldNotTakeOneForRunningThatWasFailedOver() {
        take("back", entry("there", "here", Delivery.AT_LEAST_ONCE), 8);
        opposite.take(Map.of(
                StateKey.ofFailover("back"),
                Optional.of(new FailoverEntry(FailoverEntry.Phase.STOPPING, NOW, NOW).encode())));
        assertThat(opposite.running("orders", NOW)).as("it may still write").containsExactly("back");

        opposite.take(Map.of(
                StateKey.ofFailover("back"),
                Optional.of(new FailoverEntry(FailoverEntry.Phase.DONE, NOW, NOW).encode())));

        assertThat(opposite.running("orders", NOW)).isEmpty();
        assertThat(opposite.unrecorded("orders", NOW)).isEmpty();
        assertThat(opposite.hasWritten(8)).as("what it has written").isTrue();
        assertThat(opposite.failedOver("orders")).contains("back");
        assertThat(opposite.failedOver("other")).isEmpty();

        opposite.take(Map.of(StateKey.ofFailover("back"), Optional.empty()));
        assertThat(opposite.running("orders", NOW)).containsExactly("back");
        assertThat(opposite.failedOver("orders")).isEmpty();
    }

    @Test
    void shouldRememberFormerProducers() {
        take("back", entry("there", "here", Delivery.EXACTLY_ONCE), 8);
        take("back", entry("there", "here", Delivery.EXACTLY_ONCE), 9);

        assertThat(opposite.hasWritten(8)).isTrue();
    }

    @Test
    void shouldNameOneThatDoesNotRecordItsProducersAsLongAsItRuns() {
        take("back", entry("there", "here", Delivery.AT_LEAST_ONCE));

        assertThat(opposite.unrecorded("orders", NOW + 60_000)).contains("back");
        assertThat(opposite.unrecorded("other", NOW)).isEmpty();
        assertThat(opposite.unrecorded("orders", NOW + 600_000)).isEmpty();
    }
}
