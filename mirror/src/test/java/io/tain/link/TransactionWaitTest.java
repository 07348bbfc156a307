package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.LinkStatus.State;
import io.tain.source.SourcePartition.OpenTransaction;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TransactionWaitTest {
    private final SteppedPace pace = new SteppedPace(5_000);
    private final Optional<OpenTransaction> open = Optional.of(new OpenTransaction(42, 7, pace.steadyMs()));

    @Test
    void shouldSayNothingOfTransactionsThatAreSoonOver() {
        pace.advance(Duration.ofSeconds(59));

        assertThat(TransactionWait.of(open, pace)).isEmpty();
    }

    @Test
    void shouldNameATransactionThatIsOpenForLong() {
        pace.advance(Duration.ofSeconds(200));

        TransactionWait wait = TransactionWait.of(open, pace).orElseThrow();

        assertThat(wait.state()).isEqualTo(State.RUNNING);
        assertThat(wait.reason()).contains("offset 42", "for 3 min");
    }

    @Test
    void shouldCountOneAsHangingThatBrokersWouldHaveEnded() {
        pace.advance(Duration.ofMinutes(15));

        TransactionWait wait = TransactionWait.of(open, pace).orElseThrow();

        assertThat(wait.state())
                .as("so that it is told of, and stalled a minute later")
                .isEqualTo(State.RETRYING);
        assertThat(wait.reason()).contains("kafka-transactions find-hanging");
    }
}
