package io.tain.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.EmbeddedCluster;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is written by one and by others, and read or not. */
@Timeout(120)
class StateTopicIT {
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private static StateKey key(int number) {
        return new StateKey(StateKey.Kind.CHECKPOINT, "link", new TopicPartition("orders", number));
    }

    private static void read(StateTopic topic, Map<StateKey, String> seen) {
        topic.read(key -> true, seen::clear).forEach((key, value) -> {
            if (value.isPresent()) {
                seen.put(key, new String(value.get(), StandardCharsets.UTF_8));
            } else {
                seen.remove(key);
            }
        });
    }

    @Test
    void shouldTellEachWhatAllHaveWritten() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        try (EmbeddedCluster cluster = EmbeddedCluster.builder().start();
                StateTopic one = new StateTopic("state", cluster.clientProperties(), "one", LIMIT);
                StateTopic two = new StateTopic("state", cluster.clientProperties(), "two", LIMIT)) {
            assertThat(one.prepare(cluster.admin())).isEmpty();
            assertThat(two.prepare(cluster.admin())).isEmpty();
            List<StateTopic> topics = List.of(one, two);
            List<Map<StateKey, String>> seen = List.of(new HashMap<>(), new HashMap<>());
            Map<StateKey, String> expected = new HashMap<>();
            for (int round = 0; round < 300; round++) {
                int who = random.nextInt(3) == 0 ? 1 : 0; // mostly one alone, so that it has nothing to read
                Map<StateKey, byte[]> records = new HashMap<>();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    StateKey key = key(random.nextInt(10));
                    Optional<String> value = random.nextInt(5) == 0 ? Optional.empty() : Optional.of(round + "." + i);
                    records.put(
                            key,
                            value.map(text -> text.getBytes(StandardCharsets.UTF_8))
                                    .orElse(null));
                    expected.remove(key);
                    value.ifPresent(text -> expected.put(key, text));
                }
                topics.get(who).write(records);
                int reader = random.nextInt(4);
                if (reader < 2) {
                    read(topics.get(reader), seen.get(reader));
                    assertThat(seen.get(reader))
                            .as("round " + round + ", seed " + seed)
                            .isEqualTo(expected);
                }
            }
        }
    }
}
