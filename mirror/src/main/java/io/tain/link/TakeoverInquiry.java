package io.tain.link;

import io.tain.state.StateKey;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * What the target and the state topic say of partitions that are to be taken over: of all at once. Where logs end is asked when the state
 * has been read: a former owner that still writes would otherwise tell a place behind the end, as if the target had lost what is there.
 * Used by one thread.
 */
final class TakeoverInquiry {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Map<TopicPartition, CompletableFuture<Long>> targetStarts;
    private final CompletableFuture<Map<TopicPartition, CompletableFuture<Long>>> targetEnds;
    private final CompletableFuture<Map<StateKey, byte[]>> state;
    private final CompletableFuture<Long> idLife;

    /**
     * Begins to ask.
     *
     * @param state what the state topic has of the partitions
     * @param idLife for how long the target remembers producers, in milliseconds
     */
    TakeoverInquiry(
            Collection<TopicPartition> partitions,
            LogOffsets target,
            CompletableFuture<Map<StateKey, byte[]>> state,
            CompletableFuture<Long> idLife) {
        this.targetStarts = target.list(partitions, OffsetSpec.earliest());
        this.targetEnds = state.thenApply(read -> target.list(partitions, OffsetSpec.latest()));
        this.state = state;
        this.idLife = idLife;
    }

    /**
     * Waits until all is known. What failed fails when it is looked at.
     *
     * @throws TimeoutException if something is not known within the limit
     */
    void await(Pace pace) {
        CompletableFuture<Void> answered = CompletableFuture.allOf(
                allOf(targetStarts), targetEnds.thenCompose(TakeoverInquiry::allOf), state, idLife);
        pace.await(answered, LIMIT);
        if (!answered.isDone()) {
            throw new TimeoutException(
                    (state.isDone() ? "the target has not told about its logs" : "the state has not been read")
                            + " within " + LIMIT.toSeconds() + " s");
        }
    }

    private static CompletableFuture<Void> allOf(Map<TopicPartition, CompletableFuture<Long>> offsets) {
        return CompletableFuture.allOf(offsets.values().toArray(CompletableFuture[]::new));
    }

    TakeoverStart.Log target(TopicPartition partition) {
        return new TakeoverStart.Log(
                targetStarts.get(partition).join(),
                targetEnds.join().get(partition).join());
    }

    Map<StateKey, byte[]> state() {
        return state.join();
    }

    long idLifeMs() {
        return idLife.join();
    }
}
