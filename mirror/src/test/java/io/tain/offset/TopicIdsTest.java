package io.tain.offset;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.offset.OffsetTracker.Position;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class TopicIdsTest {
    private final TopicIds ids = new TopicIds(Uuid.randomUuid(), Uuid.randomUuid());

    @Test
    void shouldComeBackFromACommit() {
        OffsetAndMetadata commit = ids.commit(new Position(7, 3));

        assertThat(commit.offset()).isEqualTo(7);
        assertThat(commit.leaderEpoch()).contains(3);
        assertThat(TopicIds.parse(commit.metadata())).isEqualTo(ids);
    }

    @Test
    void shouldTakeWhatOthersCommittedAsItIs() {
        for (String text :
                new String[] {"", null, "MirrorMaker was here", "tain source=x target=y", ids.text() + " "}) {
            assertThat(TopicIds.parse(text)).as(text).isEqualTo(TopicIds.UNKNOWN);
        }
        assertThat(TopicIds.UNKNOWN.text()).isEmpty();
    }

    @Test
    void shouldDifferOnlyWhereBothAreKnown() {
        assertThat(TopicIds.differ(ids.source(), ids.target())).isTrue();
        assertThat(TopicIds.differ(ids.source(), ids.source())).isFalse();
        assertThat(TopicIds.differ(ids.source(), Uuid.ZERO_UUID)).isFalse();
        assertThat(TopicIds.differ(Uuid.ZERO_UUID, ids.source())).isFalse();
    }
}
