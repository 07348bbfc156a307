package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OppositeDeskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final TopicPartition A0 = new TopicPartition("a", 0);
    private static final TopicPartition B0 = new TopicPartition("b", 0);

    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
    private final Queue<Set<String>> asked = new ConcurrentLinkedQueue<>();
    private volatile Map<String, String> there = Map.of();
    private final OppositeDesk desk = new OppositeDesk("link", topics -> {
        asked.add(topics);
        Exception failure = failures.poll();
        if (failure != null) {
            throw new ExecutionException(failure);
        }
        return there;
    });
    private final Thread thread = new Thread(desk);

    @BeforeEach
    void start() {
        thread.start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        desk.stop();
        thread.join();
    }

    private static Optional<String> answer(CompletableFuture<Optional<String>> look) {
        Await.until("an answer", PATIENCE, look::isDone);
        return look.join();
    }

    @Test
    void shouldTellOfEachTopicWhyItMustNotBeCopied() {
        there = Map.of("a", "it goes round");

        assertThat(answer(desk.look(A0))).contains("it goes round");
        assertThat(answer(desk.look(B0))).isEmpty();
    }

    @Test
    void shouldLookOnceForEachOwnerAndAgainForTheNext() {
        assertThat(answer(desk.look(A0))).isEmpty();
        there = Map.of("a", "it goes round");

        assertThat(answer(desk.look(A0))).isEmpty();
        desk.forget(A0);
        assertThat(answer(desk.look(A0))).contains("it goes round");
        assertThat(asked).containsExactlyElementsOf(List.of(Set.of("a"), Set.of("a")));
    }

    @Test
    void shouldGiveNoAnswerWhileTheTargetGivesNone() {
        there = Map.of("a", "it goes round");
        failures.add(new TimeoutException("no broker answers"));

        assertThat(answer(desk.look(A0))).contains("it goes round");
        assertThat(asked).hasSize(2);
    }

    @Test
    void shouldCopyWhereItMayNotLook() {
        failures.add(new ClusterAuthorizationException("not allowed"));

        assertThat(answer(desk.look(A0))).isEmpty();
    }
}
