package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.state.StateKey;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class TakeoverInquiryTest implements LogOffsets {
    private static final TopicPartition T0 = new TopicPartition("t", 0);

    private final CompletableFuture<Map<StateKey, byte[]>> state = new CompletableFuture<>();
    private final SteppedPace pace = new SteppedPace(0);
    private long targetEnd = 3;

    private final TakeoverInquiry inquiry =
            new TakeoverInquiry(Set.of(T0), this, state, CompletableFuture.completedFuture(1_000L));

    @Override
    public Map<TopicPartition, CompletableFuture<Long>> list(Collection<TopicPartition> partitions, OffsetSpec what) {
        long offset = what instanceof OffsetSpec.EarliestSpec ? 1 : targetEnd;
        return Map.of(T0, CompletableFuture.completedFuture(offset));
    }

    /** Else a checkpoint would seem to lie behind the target's end, as if the target had lost something. */
    @Test
    void shouldSeeWhatAFormerOwnerWritesUntilTheStateIsRead() {
        targetEnd = 7;
        state.complete(Map.of());

        inquiry.await(pace);

        assertThat(inquiry.target(T0)).isEqualTo(new TakeoverStart.Log(1, 7));
        assertThat(inquiry.idLifeMs()).isEqualTo(1_000);
    }

    @Test
    void shouldTellThatTheStateIsNotRead() {
        assertThatThrownBy(() -> inquiry.await(pace))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("the state has not been read");
    }

    @Test
    void shouldFailWithWhyTheStateCannotBeRead() {
        state.completeExceptionally(new TimeoutException("no leader"));

        inquiry.await(pace);

        assertThatThrownBy(inquiry::state).hasRootCauseMessage("no leader");
    }
}
