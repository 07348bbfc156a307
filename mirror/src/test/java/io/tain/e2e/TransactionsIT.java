package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.ClusterPair;
import io.tain.testkit.Isolation;
import io.tain.testkit.RawBatch;
import io.tain.testkit.RawLog;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Transactions of the source arrive as plain records: the committed ones, or all of them under read_uncommitted. */
class TransactionsIT {
    private static ClusterPair pair;

    @BeforeAll
    static void startClusters() {
        pair = ClusterPair.start();
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    private static RecordSender transactional(String id) {
        RecordSender sender = RecordSender.to(pair.source(), Map.of("transactional.id", id));
        sender.producer().initTransactions();
        return sender;
    }

    private static TopicPartition topic(String name) {
        pair.source().createTopic(name, 1);
        return new TopicPartition(name, 0);
    }

    /** Offsets 0-2 aborted, 3 its marker, 4-6 plain, 7-9 committed, 10 its marker. */
    private static void writeAbortedPlainCommitted(TopicPartition to) {
        try (RecordSender plain = RecordSender.to(pair.source());
                RecordSender sender = transactional("first-" + to.topic())) {
            sender.producer().beginTransaction();
            sender.batch(RecordSender.numbered(to, 100, 3));
            sender.producer().abortTransaction();
            plain.batch(RecordSender.numbered(to, 0, 3));
            sender.producer().beginTransaction();
            sender.batch(RecordSender.numbered(to, 3, 3));
            sender.producer().commitTransaction();
        }
    }

    @Test
    void shouldLeaveOutAbortedRecordsAndReachLagZeroPastMarkers() throws Exception {
        // given
        TopicPartition partition = topic("aborted");
        writeAbortedPlainCommitted(partition);

        // when
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics(partition.topic()).start()) {
            mirror.awaitCommitted(partition, 11);

            // then
            assertThat(Seen.in(pair.target(), partition, Isolation.READ_UNCOMMITTED))
                    .isEqualTo(Seen.in(pair.source(), partition))
                    .hasSize(6);
            assertThat(RawLog.batches(pair.target(), partition))
                    .noneMatch(RawBatch::isControl)
                    .noneMatch(RawBatch::isTransactional);
            assertThat(mirror.status().totals().droppedBatches()).isEqualTo(3);
            assertThat(mirror.status().totals().forwardedBatches()).isEqualTo(2);
        }
    }

    @Test
    void shouldCopyAbortedRecordsUnderReadUncommitted() throws Exception {
        // given
        TopicPartition partition = topic("uncommitted");
        writeAbortedPlainCommitted(partition);

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics(partition.topic())
                .set("source.isolation.level", "read_uncommitted")
                .start()) {
            mirror.awaitCommitted(partition, 11);

            // then
            assertThat(Seen.in(pair.target(), partition))
                    .isEqualTo(Seen.in(pair.source(), partition, Isolation.READ_UNCOMMITTED))
                    .hasSize(9);
            assertThat(mirror.status().totals().droppedBatches()).isEqualTo(2);
        }
    }

    @Test
    void shouldWaitForAnOpenTransactionAndGoOnWhenItIsCommitted() throws Exception {
        // given records of an open transaction, and others behind them
        TopicPartition partition = topic("open");
        try (RecordSender plain = RecordSender.to(pair.source());
                RecordSender sender = transactional("open")) {
            plain.batch(RecordSender.numbered(partition, 0, 2));
            sender.producer().beginTransaction();
            sender.batch(RecordSender.numbered(partition, 2, 2));
            plain.batch(RecordSender.numbered(partition, 4, 2));
            try (RunningMirror mirror =
                    MirrorFixture.between(pair).topics(partition.topic()).start()) {
                mirror.awaitCommitted(partition, 2);
                assertThat(Seen.values(pair.target(), partition)).containsExactly("value-0", "value-1");
                assertThat(mirror.status(partition).orElseThrow().lag()).hasValue(0);

                // when
                sender.producer().commitTransaction();

                // then
                mirror.awaitCommitted(partition, 7);
                assertThat(Seen.in(pair.target(), partition, Isolation.READ_UNCOMMITTED))
                        .isEqualTo(Seen.in(pair.source(), partition))
                        .hasSize(6);
            }
        }
    }

    @Test
    void shouldNotWaitForAnOpenTransactionUnderReadUncommitted() throws Exception {
        // given
        TopicPartition partition = topic("open-uncommitted");
        try (RecordSender sender = transactional("open-uncommitted")) {
            sender.producer().beginTransaction();
            sender.batch(RecordSender.numbered(partition, 0, 3));

            // when
            try (RunningMirror mirror = MirrorFixture.between(pair)
                    .topics(partition.topic())
                    .set("source.isolation.level", "read_uncommitted")
                    .start()) {
                // then
                mirror.awaitCommitted(partition, 3);
                assertThat(Seen.values(pair.target(), partition)).containsExactly("value-0", "value-1", "value-2");
            }
            sender.producer().abortTransaction();
        }
    }

    @Test
    void shouldTellInterleavedTransactionsApart() throws Exception {
        // given two producers' batches in turn, one of them aborted, over a restart of the mirror in the middle
        TopicPartition partition = topic("interleaved");
        try (RecordSender one = transactional("one");
                RecordSender other = transactional("other")) {
            for (int round = 0; round < 4; round++) {
                one.producer().beginTransaction();
                other.producer().beginTransaction();
                one.batch(RecordSender.numbered(partition, 10 * round, 2));
                other.batch(RecordSender.numbered(partition, 10 * round + 1000, 2));
                one.batch(RecordSender.numbered(partition, 10 * round + 2, 2));
                (round % 2 == 0 ? one : other).producer().abortTransaction();
                (round % 2 == 0 ? other : one).producer().commitTransaction();
            }
        }
        // offset 5 is in the middle of the first round: after one's second batch, before the markers
        pair.source()
                .admin()
                .alterConsumerGroupOffsets("interleaved", Collections.singletonMap(partition, new OffsetAndMetadata(5)))
                .all()
                .get();

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics(partition.topic())
                .group("interleaved")
                .start()) {
            mirror.awaitCaughtUp(partition.topic());

            // then
            List<Seen> expected = Seen.in(pair.source(), partition);
            assertThat(Seen.in(pair.target(), partition)).isEqualTo(expected.subList(2, expected.size()));
        }
    }
}
