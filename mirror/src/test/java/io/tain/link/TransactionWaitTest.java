package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.LinkStatus.State;
import io.tain.source.SourcePartition.OpenTransaction;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TransactionWaitTest {
    private long nowMs = 5_000;
    private final Optional<OpenTransaction> open = Optional.of(new OpenTransaction(42, 7, nowMs));

    private final Pace pace = new Pace() {
        @Override
        public long nanoTime() {
            return nowMs * 1_000_000;
        }

        @Override
        public long steadyMs() {
            return nowMs;
        }

        @Override
        public long currentTimeMs() {
            return nowMs;
        }

        @Override
        public boolean await(CompletableFuture<?> future, Duration limit) {
            return future.isDone();
        }
    };

    @Test
    void shouldSayNothingOfTransactionsThatAreSoonOver() {
        nowMs += 59_000;

        assertThat(TransactionWait.of(open, pace)).isEmpty();
    }

    @Test
    void shouldNameATransactionThatIsOpenForLong() {
        nowMs += 200_000;

        TransactionWait wait = TransactionWait.of(open, pace).orElseThrow();

        assertThat(wait.state()).isEqualTo(State.RUNNING);
        assertThat(wait.reason()).contains("offset 42", "for 3 min");
    }

    @Test
    void shouldCountOneAsHangingThatBrokersWouldHaveEnded() {
        nowMs += Duration.ofMinutes(15).toMillis();

        TransactionWait wait = TransactionWait.of(open, pace).orElseThrow();

        assertThat(wait.state())
                .as("so that it is told of, and stalled a minute later")
                .isEqualTo(State.RETRYING);
        assertThat(wait.reason()).contains("kafka-transactions find-hanging");
    }
}
