package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.config.Codec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HandlerStageTest {
    private static final TopicPartition SOURCE = new TopicPartition("in", 3);
    private static final TranscodeRule RULE = new TranscodeRule(0, Optional.empty(), 10 << 20);
    private static final long NOW = 777;

    private final Random random = new Random(9);

    private static HandlerStage stage(RecordHandler handler) {
        return new HandlerStage(handler, (output, input) -> input.partition(), 64 << 20);
    }

    private static ProducerRecord<byte[], byte[]> copy(String topic, ConsumerRecord<byte[], byte[]> record) {
        return new ProducerRecord<>(topic, null, null, record.key(), record.value(), record.headers());
    }

    private static List<SeenRecord> seen(List<RoutedBatch> batches) {
        return SeenRecord.allIn(batches.stream().map(RoutedBatch::batch).toList());
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldHandOverRecordsAsAConsumerWould(Codec codec) {
        List<SeenRecord> records = BatchSpec.dense(random, 40, 30);
        List<ConsumerRecord<byte[], byte[]>> handled = new ArrayList<>();
        HandlerStage stage = stage(record -> {
            handled.add(record);
            return List.of();
        });

        HandledBatch out = stage.handle(BatchSpec.of(codec, 40).records(records), SOURCE, RULE, NOW);

        assertThat(out.batches()).isEmpty();
        assertThat(out.firstOffset()).isEqualTo(40);
        assertThat(out.nextOffset()).isEqualTo(70);
        assertThat(handled).hasSize(30).allSatisfy(record -> {
            assertThat(record.topic()).isEqualTo("in");
            assertThat(record.partition()).isEqualTo(3);
            assertThat(record.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
            assertThat(record.leaderEpoch()).contains(7);
            assertThat(record.serializedKeySize()).isEqualTo(record.key() == null ? -1 : record.key().length);
        });
        assertThat(handled.stream()
                        .map(record -> new SeenRecord(
                                record.offset(),
                                record.timestamp(),
                                wrap(record.key()),
                                wrap(record.value()),
                                Arrays.asList(record.headers().toArray())))
                        .toList())
                .isEqualTo(records);
    }

    private static ByteBuffer wrap(byte[] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldKeepEverythingThatTheHandlerKeeps(Codec codec) {
        List<SeenRecord> records = BatchSpec.dense(random, 40, 300);
        HandlerStage stage = stage(record -> List.of(copy("out", record)));

        HandledBatch out = stage.handle(BatchSpec.of(codec, 40).records(records), SOURCE, RULE, NOW);

        assertThat(out.batches()).hasSize(1);
        assertThat(out.batches().get(0).target()).isEqualTo(new TopicPartition("out", 3));
        assertThat(seen(out.batches()))
                .isEqualTo(records.stream()
                        .map(record -> record.timestamp() == -1 ? record.withTimestamp(NOW) : record)
                        .toList());
        Broker.assertTakesUnchanged(out.batches().get(0).batch());
        assertThat(RecordBatch.of(out.batches().get(0).batch().bytes()).codec()).isEqualTo(codec);
    }

    @Test
    void shouldRouteAndFanOutInOrder() {
        List<SeenRecord> records = BatchSpec.dense(random, 0, 10);
        HandlerStage stage = stage(record -> {
            List<ProducerRecord<byte[], byte[]>> outputs = new ArrayList<>();
            for (int i = 0; i < record.offset() % 3; i++) {
                byte[] value = (record.offset() + "." + i).getBytes(StandardCharsets.UTF_8);
                outputs.add(new ProducerRecord<>("p", i, 5L, null, value));
                outputs.add(new ProducerRecord<>("q", null, 5L, null, value));
            }
            return outputs;
        });

        HandledBatch out = stage.handle(BatchSpec.of(Codec.LZ4, 0).records(records), SOURCE, RULE, NOW);

        assertThat(out.batches())
                .extracting(RoutedBatch::target)
                .containsExactly(new TopicPartition("p", 0), new TopicPartition("q", 3), new TopicPartition("p", 1));
        assertThat(values(out.batches().get(0))).containsExactly("1.0", "2.0", "4.0", "5.0", "7.0", "8.0");
        assertThat(values(out.batches().get(1)))
                .containsExactly("1.0", "2.0", "2.1", "4.0", "5.0", "5.1", "7.0", "8.0", "8.1");
        assertThat(values(out.batches().get(2))).containsExactly("2.1", "5.1", "8.1");
        assertThat(out.batches())
                .allMatch(b -> b.batch().firstOffset() == 0 && b.batch().nextOffset() == 10);
        assertThat(SeenRecord.allIn(out.batches().get(1).batch()))
                .extracting(SeenRecord::offset)
                .containsExactly(1L, 2L, 2L, 4L, 5L, 5L, 7L, 8L, 8L);
    }

    private static List<String> values(RoutedBatch batch) {
        return SeenRecord.allIn(batch.batch()).stream()
                .map(record -> StandardCharsets.UTF_8.decode(record.value()).toString())
                .toList();
    }

    @Test
    void shouldSplitWhatBecomesTooLargeWithoutSkippingAnOffset() {
        List<SeenRecord> records = BatchSpec.dense(random, 100, 50);
        HandlerStage stage = stage(record -> List.of(copy("out", record), copy("out", record), copy("out", record)));

        HandledBatch out = stage.handle(
                BatchSpec.of(Codec.NONE, 100).records(records),
                SOURCE,
                new TranscodeRule(100, Optional.empty(), 2_000),
                NOW);

        assertThat(out.batches()).hasSizeGreaterThan(3);
        assertThat(seen(out.batches())).hasSize(150);
        long position = 100;
        for (RoutedBatch routed : out.batches()) {
            EncodedBatch batch = routed.batch();
            assertThat(batch.firstOffset()).isEqualTo(position);
            // Going on from the end of any batch must not leave out what comes in the next.
            assertThat(batch.source().ofRecord(0)).isGreaterThanOrEqualTo(position);
            position = batch.nextOffset();
        }
        assertThat(position).isEqualTo(150);
    }

    @Test
    void shouldLetTheHandlerChangeHeadersAndTimestamps() {
        HandlerStage stage = stage(record -> {
            Headers headers = record.headers().add("via", new byte[] {1});
            return List.of(new ProducerRecord<>("out", 0, 99L, record.key(), null, headers));
        });

        HandledBatch out = stage.handle(
                BatchSpec.of(Codec.NONE, 0).logAppendTime(5).records(List.of(SeenRecord.of(0, "k", "v"))),
                SOURCE,
                RULE,
                NOW);

        SeenRecord record = seen(out.batches()).get(0);
        assertThat(record.timestamp()).isEqualTo(99);
        assertThat(record.value()).isNull();
        assertThat(record.headers()).extracting(header -> header.key()).containsExactly("via");
    }

    @Test
    void shouldTellTheTimestampTypeOfTheSource() {
        List<TimestampType> types = new ArrayList<>();
        HandlerStage stage = stage(record -> {
            types.add(record.timestampType());
            return List.of();
        });
        List<SeenRecord> records = List.of(SeenRecord.of(0, "k", "v"));

        stage.handle(BatchSpec.of(Codec.NONE, 0).magic(0).records(records), SOURCE, RULE, NOW);
        stage.handle(BatchSpec.of(Codec.GZIP, 0).magic(1).records(records), SOURCE, RULE, NOW);
        stage.handle(BatchSpec.of(Codec.NONE, 0).logAppendTime(5).records(records), SOURCE, RULE, NOW);

        assertThat(types)
                .containsExactly(
                        TimestampType.NO_TIMESTAMP_TYPE, TimestampType.CREATE_TIME, TimestampType.LOG_APPEND_TIME);
    }

    @Test
    void shouldLeaveOutWhatComesBeforeThePosition() {
        List<Long> handled = new ArrayList<>();
        HandlerStage stage = stage(record -> {
            handled.add(record.offset());
            return List.of();
        });

        HandledBatch out = stage.handle(
                BatchSpec.of(Codec.NONE, 10).records(BatchSpec.dense(random, 10, 5)),
                SOURCE,
                new TranscodeRule(13, Optional.empty(), 1_000),
                NOW);

        assertThat(handled).containsExactly(13L, 14L);
        assertThat(out.firstOffset()).isEqualTo(13);
    }

    @Test
    void shouldNameThePlaceWhereTheHandlerFailed() {
        RecordBatch batch = BatchSpec.of(Codec.NONE, 10).records(BatchSpec.dense(random, 10, 5));
        IllegalStateException cause = new IllegalStateException("no such schema");
        HandlerStage throwing = stage(record -> {
            if (record.offset() == 12) {
                throw cause;
            }
            return List.of();
        });

        assertThatThrownBy(() -> throwing.handle(batch, SOURCE, RULE, NOW))
                .isInstanceOf(HandlerFailedException.class)
                .hasMessageContaining("in-3@12")
                .hasMessageContaining("no such schema")
                .hasCause(cause);
        assertThatThrownBy(() -> stage(record -> null).handle(batch, SOURCE, RULE, NOW))
                .isInstanceOf(HandlerFailedException.class)
                .hasMessageContaining("in-3@10")
                .hasMessageContaining("null");
        assertThatThrownBy(() -> stage(record -> Arrays.asList((ProducerRecord<byte[], byte[]>) null))
                        .handle(batch, SOURCE, RULE, NOW))
                .isInstanceOf(HandlerFailedException.class)
                .hasMessageContaining("in-3@10");
    }

    @Test
    void shouldTakeAnErrorOfTheHandlersForItsFailure() {
        RecordBatch batch = BatchSpec.of(Codec.NONE, 10).records(BatchSpec.dense(random, 10, 5));
        for (Error error : List.of(
                new NoSuchMethodError("com.example.Old.of"), new AssertionError("odd"), new StackOverflowError())) {
            HandlerStage throwing = stage(record -> {
                throw error;
            });

            assertThatThrownBy(() -> throwing.handle(batch, SOURCE, RULE, NOW))
                    .isInstanceOf(HandlerFailedException.class)
                    .hasMessageContaining("in-3@10")
                    .hasCause(error);
        }
    }

    @Test
    void shouldNotHideThatTheVirtualMachineIsAtItsEnd() {
        RecordBatch batch = BatchSpec.of(Codec.NONE, 10).records(BatchSpec.dense(random, 10, 5));
        OutOfMemoryError error = new OutOfMemoryError("made up");
        HandlerStage throwing = stage(record -> {
            throw error;
        });

        assertThatThrownBy(() -> throwing.handle(batch, SOURCE, RULE, NOW)).isSameAs(error);
    }
}
