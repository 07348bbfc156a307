package io.tain.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class TopicPlanTest {
    private static TopicShape shape(int partitions, int replicas, Map<String, String> configs) {
        return new TopicShape(partitions, replicas, Uuid.ZERO_UUID, configs);
    }

    @Test
    void shouldCreateAMissingTopicAsItIsOnTheSource() {
        TopicShape source = shape(12, 3, Map.of("cleanup.policy", "compact", "retention.ms", "1000"));

        assertThat(TopicPlan.of(source, Optional.empty(), 5))
                .isEqualTo(new TopicPlan.Create(
                        12, (short) 3, Map.of("cleanup.policy", "compact", "retention.ms", "1000")));
    }

    @Test
    void shouldCapReplicasAtTheTargetsBrokersAndInSyncReplicasWithThem() {
        TopicShape source = shape(1, 3, Map.of("min.insync.replicas", "2"));

        assertThat(TopicPlan.of(source, Optional.empty(), 1))
                .isEqualTo(new TopicPlan.Create(1, (short) 1, Map.of("min.insync.replicas", "1")));
    }

    @Test
    void shouldNotCopyWhatBelongsToOneCluster() {
        TopicShape source = shape(
                1,
                1,
                Map.of(
                        "message.timestamp.type", "LogAppendTime",
                        "leader.replication.throttled.replicas", "*",
                        "remote.storage.enable", "true",
                        "segment.bytes", "1000000"));

        assertThat(TopicPlan.of(source, Optional.empty(), 1))
                .isEqualTo(new TopicPlan.Create(1, (short) 1, Map.of("segment.bytes", "1000000")));
    }

    @Test
    void shouldGrowASmallerTopicAndUseALargerOneAsItIs() {
        TopicShape source = shape(4, 1, Map.of());

        assertThat(TopicPlan.of(source, Optional.of(shape(3, 1, Map.of())), 1)).isEqualTo(new TopicPlan.Grow(3, 4));
        assertThat(TopicPlan.of(source, Optional.of(shape(4, 1, Map.of())), 1)).isEqualTo(new TopicPlan.Use());
        assertThat(TopicPlan.of(source, Optional.of(shape(9, 1, Map.of())), 1)).isEqualTo(new TopicPlan.Use());
    }
}
