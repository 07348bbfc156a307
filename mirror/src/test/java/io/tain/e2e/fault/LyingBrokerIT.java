package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.link.Event;
import io.tain.testkit.AuditReport;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.LyingBroker;
import io.tain.testkit.Workload;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A source broker whose answers are sound, but for the bytes of one batch in them, or for the lengths they claim. */
final class LyingBrokerIT {
    private static final int PER_BATCH = 10;
    private static final int RECORDS = 50;

    /** The first offset of the batch that is told wrongly. */
    private static final long WRONG = 20;

    private static final int LENGTH_AT = 8;
    private static final int BATCH_OVERHEAD = 12;

    private static ClusterPair clusters;

    @BeforeAll
    static void startClusters() {
        clusters = ClusterPair.start();
    }

    @AfterAll
    static void closeClusters() {
        clusters.close();
    }

    /** What is wrong with a batch. */
    enum Lie {
        OTHER_RECORDS(WRONG) {
            @Override
            void tell(ByteBuffer batch) {
                int middle = batch.limit() - 100;
                batch.put(middle, (byte) (batch.get(middle) ^ 1));
            }
        },
        FEWER_RECORDS(WRONG) {
            @Override
            void tell(ByteBuffer batch) {
                batch.putInt(57, 3);
            }
        },
        /** It may as well be the batch before it that tells wrong offsets. */
        OFFSETS_THAT_WERE_READ(WRONG - PER_BATCH) {
            @Override
            void tell(ByteBuffer batch) {
                batch.putLong(0, 5);
            }
        },
        MORE_BYTES_THAN_COME(WRONG) {
            @Override
            void tell(ByteBuffer batch) {
                batch.putInt(LENGTH_AT, 1 << 20);
            }
        };

        private final long haltsAt;

        Lie(long haltsAt) {
            this.haltsAt = haltsAt;
        }

        abstract void tell(ByteBuffer batch);

        /** Changes that batch in a row of some, wherever it stands. */
        UnaryOperator<ByteBuffer> of(long offset) {
            return batches -> {
                for (int at = 0; at + BATCH_OVERHEAD < batches.limit(); ) {
                    int size = BATCH_OVERHEAD + batches.getInt(at + LENGTH_AT);
                    if (batches.getLong(at) == offset) {
                        tell(batches.slice(at, Math.min(size, batches.limit() - at)));
                    }
                    at += size;
                }
                return batches;
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldHaltAtABatchThatItsBrokerTellsWrongly(Lie lie) throws Exception {
        String topic = "lie-" + lie.name().toLowerCase(Locale.ROOT).replace('_', '-');
        TopicPartition partition = new TopicPartition(topic, 0);
        clusters.source().createTopic(topic, 1);
        try (Workload load =
                Workload.to(clusters.source().directProperties(), topic, 1).open()) {
            for (int batch = 0; batch < RECORDS / PER_BATCH; batch++) {
                load.write(PER_BATCH); // flushed, and so a batch
            }
        }
        try (LyingBroker broker = LyingBroker.before(clusters.source())) {
            MirrorFixture link = MirrorFixture.between(
                            clusters.source(),
                            broker.clientProperties(),
                            clusters.target().clientProperties())
                    .topics(topic);
            broker.lie(lie.of(WRONG));
            try (RunningMirror mirror = link.start()) {
                String reason = mirror.awaitHalted(partition);

                assertThat(reason).contains("corrupt", partition + "@" + lie.haltsAt);
                assertThat(mirror.event(Event.Kind.HALTED).partition()).isEqualTo(partition);
                mirror.awaitCommitted(partition, lie.haltsAt);
            }
            AuditReport halted = clusters.audit(topic);
            assertThat(halted.isFaithful() && halted.isOrdered())
                    .as(halted.toString())
                    .isTrue();
            assertThat(halted.targetRecords()).isEqualTo(lie.haltsAt);

            broker.lie(UnaryOperator.identity());
            try (RunningMirror mirror = link.start()) {
                mirror.awaitCaughtUp(topic);
            }
        }
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
        assertThat(audit.targetRecords()).isEqualTo(RECORDS);
    }

    /** More than the heap is claimed to the mirror's own clients, and to its group's member, which is Kafka's. */
    @Test
    void shouldOutlastABrokerThatClaimsEndlessAnswers(@TempDir Path directory) {
        String topic = "endless";
        clusters.source().createTopic(topic, 1);
        Observer observer = new Observer(clusters.source(), clusters.target(), topic);
        try (LyingBroker broker = LyingBroker.before(clusters.source());
                Workload load = Workload.to(clusters.source().directProperties(), topic, 1)
                        .open()) {
            load.write(RECORDS);
            Path file = SettingsFile.link(clusters.source(), clusters.target(), topic, topic)
                    .set("source.bootstrap.servers", broker.clientProperties().get("bootstrap.servers"))
                    .write(directory, "link.properties");
            try (TainProcess mirror = TainProcess.run(file)) {
                observer.awaitLagZero(topic);

                broker.claimEndless(true);
                load.write(RECORDS);
                mirror.awaitErr(
                        "[Consumer clientId=" + topic + "-0, groupId=" + topic + "] Unexpected error",
                        Observer.PATIENCE);
                mirror.awaitErr("says that 2147483647 bytes follow", Observer.PATIENCE);
                mirror.awaitErr("larger than ", Observer.PATIENCE);

                broker.claimEndless(false);
                observer.awaitLagZero(topic);
                assertThat(mirror.isAlive()).isTrue();
            }
        }
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
        assertThat(audit.targetRecords()).isEqualTo(2 * RECORDS);
    }
}
