package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.RecordHandler;
import io.tain.link.Outcome;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.RawLog;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The operator's own code between source and target. */
class HandlerIT {
    private static ClusterPair pair;

    @BeforeAll
    static void startClusters() {
        pair = ClusterPair.start();
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    private static ProducerRecord<byte[], byte[]> copy(ConsumerRecord<byte[], byte[]> record, String topic) {
        return new ProducerRecord<>(topic, null, record.timestamp(), record.key(), record.value(), record.headers());
    }

    private static boolean hasValue(ConsumerRecord<byte[], byte[]> record, String value) {
        return new String(record.value(), StandardCharsets.UTF_8).equals(value);
    }

    private static TopicPartition[] sourceOf(String topic, int partitions, int records) {
        pair.source().createTopic(topic, partitions);
        TopicPartition[] all = IntStream.range(0, partitions)
                .mapToObj(number -> new TopicPartition(topic, number))
                .toArray(TopicPartition[]::new);
        try (RecordSender sender = RecordSender.to(pair.source(), Map.of("compression.type", "gzip"))) {
            for (TopicPartition partition : all) {
                sender.batch(RecordSender.numbered(partition, 100 * partition.partition(), records));
            }
        }
        return all;
    }

    @Test
    void shouldRenameTopicsAndKeepPartitionsContentAndCodec() throws Exception {
        // given
        TopicPartition[] from = sourceOf("renamed", 3, 10);

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("renamed")
                .handler(record -> List.of(copy(record, "copy-of-" + record.topic())))
                .start()) {
            mirror.awaitCaughtUp("renamed");

            // then
            for (TopicPartition partition : from) {
                TopicPartition to = new TopicPartition("copy-of-renamed", partition.partition());
                assertThat(Seen.in(pair.target(), to))
                        .isEqualTo(Seen.in(pair.source(), partition))
                        .hasSize(10);
                assertThat(RawLog.batches(pair.target(), to)).allMatch(batch -> batch.codec() == 1);
            }
            assertThat(pair.target().admin().listTopics().names().get()).doesNotContain("renamed");
            assertThat(mirror.status().totals().transcodedBatches()).isEqualTo(Map.of("handler", 3L));
        }
    }

    @Test
    void shouldFilterAndFanOut() throws Exception {
        // given a handler that leaves out every other record, and sends one in five to a second topic as well
        TopicPartition from = sourceOf("fanned", 1, 10)[0];
        RecordHandler handler = record -> {
            long offset = record.offset();
            if (offset % 2 == 1) {
                return List.of();
            }
            ProducerRecord<byte[], byte[]> same = copy(record, record.topic());
            return offset % 5 == 0 ? List.of(same, copy(record, "fanned-extra")) : List.of(same);
        };

        // when
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics("fanned").handler(handler).start()) {
            mirror.awaitCommitted(from, 10);

            // then
            assertThat(Seen.values(pair.target(), from))
                    .containsExactly("value-0", "value-2", "value-4", "value-6", "value-8");
            assertThat(Seen.values(pair.target(), new TopicPartition("fanned-extra", 0)))
                    .containsExactly("value-0");
        }
    }

    @Test
    void shouldReachLagZeroWhenEverythingIsFiltered() throws Exception {
        // given
        TopicPartition from = sourceOf("filtered", 1, 10)[0];

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("filtered")
                .handler(record -> List.of())
                .start()) {
            // then
            mirror.awaitCommitted(from, 10);
            assertThat(mirror.status().totals().records()).isZero();
        }
    }

    @Test
    void shouldAbortWithThePlaceWhenTheHandlerReturnsNull() throws Exception {
        // given one batch that is handled, and one with a record that is not
        TopicPartition from = sourceOf("returns-null", 1, 10)[0];
        try (RecordSender sender = RecordSender.to(pair.source())) {
            sender.batch(RecordSender.numbered(from, 10, 10));
        }

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics("returns-null")
                .handler(record -> hasValue(record, "value-14") ? null : List.of(copy(record, record.topic())))
                .start()) {
            Outcome outcome = mirror.awaitEnd();

            // then
            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.ABORTED);
            assertThat(outcome.cause().orElseThrow()).contains("returns-null-0@14");
            assertThat(mirror.committed()).containsEntry(from, 10L);
            assertThat(Seen.values(pair.target(), from)).hasSize(10).last().isEqualTo("value-9");
        }
    }

    @Test
    void shouldAbortWithThePlaceWhenTheHandlerThrows() throws Exception {
        // given
        TopicPartition from = sourceOf("throws", 1, 10)[0];

        // when
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics(from.topic())
                .handler(record -> {
                    throw new IllegalStateException("the handler's own words");
                })
                .start()) {
            Outcome outcome = mirror.awaitEnd();

            // then
            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.ABORTED);
            assertThat(outcome.cause().orElseThrow()).contains("throws-0@0").contains("the handler's own words");
            assertThat(mirror.committed()).containsEntry(from, 0L);
        }
    }

    @Test
    void shouldFailWhenAThreadOfItsOwnDies() throws Exception {
        // given
        TopicPartition from = sourceOf("deadly", 1, 10)[0];

        // when the reader's thread runs into an error that nobody may go on after
        try (RunningMirror mirror = MirrorFixture.between(pair)
                .topics(from.topic())
                .handler(record -> {
                    throw new OutOfMemoryError("made up by a test");
                })
                .start()) {
            Outcome outcome = mirror.awaitEnd();

            // then the mirror ends rather than idle on
            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.FAILED);
            assertThat(outcome.cause().orElseThrow()).contains("reader-0 died").contains("made up by a test");
        }
    }
}
