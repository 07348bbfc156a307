package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.topic.TargetTopics.Wanted;
import io.tain.topic.TopicState;
import io.tain.topic.TopicState.Refused;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TopicDeskTest {
    private static final Wanted A = new Wanted("a", "a");
    private static final Wanted B = new Wanted("b", "b");

    private final List<Set<Wanted>> looks = new ArrayList<>();
    private final TopicDesk desk = new TopicDesk(this::refuse);

    private Map<Wanted, TopicState> refuse(Collection<Wanted> topics) {
        looks.add(Set.copyOf(topics));
        return topics.stream().collect(Collectors.toMap(Function.identity(), topic -> new Refused("too few brokers")));
    }

    @Test
    void shouldLookAtWhatWasAskedForAndThenAtWhatWasRefused() throws InterruptedException {
        desk.step();
        assertThat(looks).isEmpty();

        desk.ask(A);
        desk.step();
        desk.ask(B);
        desk.step();
        desk.step();
        assertThat(looks).containsExactly(Set.of(A), Set.of(B), Set.of(A, B));
    }
}
