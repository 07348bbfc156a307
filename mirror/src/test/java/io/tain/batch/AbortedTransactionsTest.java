package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.config.Codec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.junit.jupiter.api.Test;

class AbortedTransactionsTest {
    private static final long SEED = 7;
    private final Random random = new Random(SEED);

    private RecordBatch data(long offset, long producerId) {
        return BatchSpec.of(Codec.NONE, offset)
                .producer(producerId, 0, 0)
                .transactional()
                .records(BatchSpec.dense(random, offset, 1));
    }

    private static RecordBatch end(long offset, long producerId, ControlRecordType type) {
        return BatchSpec.marker(offset, producerId, new EndTransactionMarker(type, 0));
    }

    @Test
    void shouldDropFromTheFirstOffsetToTheMarker() {
        AbortedTransactions aborted = new AbortedTransactions(List.of(new AbortedTransaction(5, 2)));

        assertThat(aborted.observe(data(0, 5))).isFalse();
        assertThat(aborted.observe(data(2, 5))).isTrue();
        assertThat(aborted.observe(data(3, 6))).isFalse();
        assertThat(aborted.observe(data(4, 5))).isTrue();
        assertThat(aborted.observe(end(5, 5, ControlRecordType.ABORT))).isFalse();
        assertThat(aborted.observe(data(6, 5))).isFalse();
    }

    @Test
    void shouldKnowATransactionThatBeganBeforeTheAnswer() {
        AbortedTransactions aborted = new AbortedTransactions(List.of(new AbortedTransaction(5, 2)));

        assertThat(aborted.observe(data(100, 5))).isTrue();
    }

    @Test
    void shouldKeepNonTransactionalBatchesOfTheSameProducer() {
        AbortedTransactions aborted = new AbortedTransactions(List.of(new AbortedTransaction(5, 0)));

        assertThat(aborted.observe(
                        BatchSpec.of(Codec.NONE, 3).producer(5, 0, 0).records(BatchSpec.dense(random, 3, 1))))
                .isFalse();
        assertThat(aborted.observe(BatchSpec.of(Codec.NONE, 4).records(BatchSpec.dense(random, 4, 1))))
                .isFalse();
    }

    @Test
    void shouldDropNothingWhereNothingWasAborted() {
        AbortedTransactions aborted = AbortedTransactions.none();

        assertThat(aborted.observe(data(3, 5))).isFalse();
        assertThat(aborted.observe(end(5, 5, ControlRecordType.ABORT))).isFalse();
    }

    @Test
    void shouldAgreeWithWhatReallyHappenedInAnyInterleaving() {
        for (int run = 0; run < 200; run++) {
            Map<Long, Long> open = new HashMap<>();
            List<RecordBatch> log = new ArrayList<>();
            List<Long> transactionOf = new ArrayList<>();
            List<AbortedTransaction> abortedTransactions = new ArrayList<>();
            Map<Long, Boolean> abortedByFirstOffset = new HashMap<>();
            for (long offset = 0; offset < 60; offset++) {
                long producerId = random.nextInt(4);
                if (open.containsKey(producerId) && random.nextInt(3) == 0) {
                    boolean abort = random.nextBoolean();
                    long first = open.remove(producerId);
                    abortedByFirstOffset.put(first, abort);
                    if (abort) {
                        abortedTransactions.add(new AbortedTransaction(producerId, first));
                    }
                    log.add(end(offset, producerId, abort ? ControlRecordType.ABORT : ControlRecordType.COMMIT));
                    transactionOf.add(-1L);
                } else {
                    open.putIfAbsent(producerId, offset);
                    log.add(data(offset, producerId));
                    transactionOf.add(open.get(producerId));
                }
            }

            AbortedTransactions aborted = new AbortedTransactions(abortedTransactions);
            for (int i = 0; i < log.size(); i++) {
                boolean expected = abortedByFirstOffset.getOrDefault(transactionOf.get(i), false);
                assertThat(aborted.observe(log.get(i)))
                        .as("seed %d, run %d, offset %d", SEED, run, i)
                        .isEqualTo(expected);
            }
        }
    }
}
