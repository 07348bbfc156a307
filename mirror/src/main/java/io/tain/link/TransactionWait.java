package io.tain.link;

import io.tain.link.LinkStatus.State;
import io.tain.source.SourcePartition.OpenTransaction;
import java.time.Duration;
import java.util.Optional;

/**
 * That a partition is read to an open transaction on the source, behind which read-committed shows nothing: no lag, and yet records
 * that are not copied. Immutable.
 *
 * @param state of the partition: running, or retrying where it is past what brokers allow by default, and so nobody may end it
 * @param reason what it waits for
 */
record TransactionWait(State state, String reason) {
    /** Most transactions are over before that. */
    private static final Duration NAMED = Duration.ofMinutes(1);

    /** Brokers' {@code transaction.max.timeout.ms}: who has not ended it by then has hung (KIP-664). */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    /** Of what a partition's reader has seen; empty while nothing waits for long. */
    static Optional<TransactionWait> of(Optional<OpenTransaction> seen, Pace pace) {
        return seen.filter(open -> age(open, pace).compareTo(NAMED) >= 0).map(open -> of(open, age(open, pace)));
    }

    private static Duration age(OpenTransaction open, Pace pace) {
        return Duration.ofMillis(pace.steadyMs() - open.sinceMs());
    }

    private static TransactionWait of(OpenTransaction open, Duration age) {
        boolean hangs = age.compareTo(LONGEST) >= 0;
        String reason = "a transaction has been open on the source at offset " + open.offset() + " for "
                + age.toMinutes() + " min, and what follows waits for its end";
        return new TransactionWait(
                hangs ? State.RETRYING : State.RUNNING,
                hangs
                        ? reason
                                + "; if its producer is gone, kafka-transactions find-hanging shows it and abort ends it"
                        : reason);
    }
}
