package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.config.Codec;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdmissionPolicyTest {
    private static final TargetTraits USUAL =
            new TargetTraits(TimestampType.CREATE_TIME, 1 << 20, Optional.empty(), TargetTraits.Handling.NONE);

    private final Random random = new Random(8);

    private static Verdict judge(TargetTraits target, RecordBatch batch, long position) {
        return new AdmissionPolicy(target).decide(batch, position, AbortedTransactions.none());
    }

    private static Verdict judge(RecordBatch batch) {
        return judge(USUAL, batch, 100);
    }

    private List<SeenRecord> records() {
        return BatchSpec.dense(random, 100, 10);
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldForwardAnOrdinaryBatchOfAnyCodec(Codec codec) {
        assertThat(judge(BatchSpec.of(codec, 100).records(records()))).isEqualTo(Verdict.FORWARD);
        assertThat(judge(BatchSpec.of(codec, 100)
                        .producer(4, 5, 6)
                        .transactional()
                        .records(records())))
                .isEqualTo(Verdict.FORWARD);
    }

    @Test
    void shouldSkipBatchesBelowThePosition() {
        RecordBatch batch = BatchSpec.of(Codec.NONE, 100).records(records());

        assertThat(judge(USUAL, batch, 110)).isEqualTo(Verdict.BELOW_POSITION);
        assertThat(judge(USUAL, batch, 109)).isEqualTo(Verdict.START_INSIDE_BATCH);
        assertThat(judge(USUAL, batch, 101)).isEqualTo(Verdict.START_INSIDE_BATCH);
        assertThat(judge(USUAL, batch, 50)).isEqualTo(Verdict.FORWARD);
    }

    @Test
    void shouldDropWhatConsumersDoNotSee() {
        AdmissionPolicy policy = new AdmissionPolicy(USUAL);
        AbortedTransactions aborted = new AbortedTransactions(List.of(new AbortedTransaction(4, 100)));
        RecordBatch data =
                BatchSpec.of(Codec.NONE, 100).producer(4, 5, 6).transactional().records(records());
        RecordBatch marker = BatchSpec.marker(110, 4, new EndTransactionMarker(ControlRecordType.ABORT, 0));

        assertThat(policy.decide(data, 105, aborted)).isEqualTo(Verdict.ABORTED);
        assertThat(policy.decide(marker, 105, aborted)).isEqualTo(Verdict.CONTROL);
        assertThat(policy.decide(data, 105, aborted)).isEqualTo(Verdict.START_INSIDE_BATCH);
        assertThat(judge(BatchSpec.empty(100, 105))).isEqualTo(Verdict.EMPTY);
    }

    @Test
    void shouldShowAbortMarkersBelowThePositionToTheTransactions() {
        AdmissionPolicy policy = new AdmissionPolicy(USUAL);
        AbortedTransactions aborted = new AbortedTransactions(List.of(new AbortedTransaction(4, 90)));
        RecordBatch marker = BatchSpec.marker(95, 4, new EndTransactionMarker(ControlRecordType.ABORT, 0));

        assertThat(policy.decide(marker, 100, aborted)).isEqualTo(Verdict.BELOW_POSITION);
        assertThat(policy.decide(
                        BatchSpec.of(Codec.NONE, 100)
                                .producer(4, 0, 0)
                                .transactional()
                                .records(records()),
                        100,
                        aborted))
                .isEqualTo(Verdict.FORWARD);
    }

    @Test
    void shouldTranscodeWhatBrokersRefuse() {
        assertThat(judge(BatchSpec.of(Codec.NONE, 100).magic(0).records(BatchSpec.dense(random, 100, 1))))
                .isEqualTo(Verdict.OLD_FORMAT);
        assertThat(judge(USUAL, BatchSpec.of(Codec.GZIP, 100).magic(1).records(records()), 104))
                .isEqualTo(Verdict.OLD_FORMAT);
        assertThat(judge(BatchSpec.of(Codec.NONE, 100).lastOffset(110).records(records())))
                .isEqualTo(Verdict.HOLES);
        assertThat(judge(BatchSpec.of(Codec.NONE, 100).deleteHorizon(5).records(records())))
                .isEqualTo(Verdict.DELETE_HORIZON);
    }

    @Test
    void shouldNotBeFooledByACountThatOverflows() {
        RecordBatch batch = BatchSpec.of(Codec.NONE, 100).records(records());
        batch.buffer().putInt(BatchLayout.LAST_OFFSET_DELTA, Integer.MAX_VALUE);
        batch.buffer().putInt(BatchLayout.COUNT, Integer.MIN_VALUE);

        assertThat(judge(batch)).isEqualTo(Verdict.HOLES);
    }

    @Test
    void shouldForwardLogAppendTimeOnlyWhereTheTargetSetsItsOwn() {
        RecordBatch batch = BatchSpec.of(Codec.NONE, 100).logAppendTime(5).records(records());
        TargetTraits target =
                new TargetTraits(TimestampType.LOG_APPEND_TIME, 1 << 20, Optional.empty(), TargetTraits.Handling.NONE);

        assertThat(judge(batch)).isEqualTo(Verdict.LOG_APPEND_TIME);
        assertThat(judge(target, batch, 100)).isEqualTo(Verdict.FORWARD);
    }

    @Test
    void shouldTranscodeWhatTheTargetWantsOtherwise() {
        RecordBatch batch = BatchSpec.of(Codec.LZ4, 100).records(records());
        int size = batch.sizeInBytes();

        assertThat(judge(with(size, Optional.of(Codec.LZ4), TargetTraits.Handling.NONE), batch, 100))
                .isEqualTo(Verdict.FORWARD);
        assertThat(judge(with(size, Optional.of(Codec.NONE), TargetTraits.Handling.NONE), batch, 100))
                .isEqualTo(Verdict.CODEC);
        assertThat(judge(with(size, Optional.empty(), TargetTraits.Handling.RECORD_HANDLER), batch, 100))
                .isEqualTo(Verdict.HANDLER);
        assertThat(judge(with(size - 1, Optional.empty(), TargetTraits.Handling.NONE), batch, 100))
                .isEqualTo(Verdict.TOO_LARGE);
    }

    @Test
    void shouldSendNothingAsItIsToATopicThatTakesNothing() {
        RecordBatch batch = BatchSpec.of(Codec.NONE, 100).records(records());

        assertThat(judge(with(0, Optional.empty(), TargetTraits.Handling.NONE), batch, 100))
                .isEqualTo(Verdict.TOO_LARGE);
    }

    private static TargetTraits with(int maxBytes, Optional<Codec> codec, TargetTraits.Handling handling) {
        return new TargetTraits(TimestampType.CREATE_TIME, maxBytes, codec, handling);
    }

    @Test
    void shouldForwardACodecOfTheFuture() {
        RecordBatch batch = BatchSpec.of(Codec.LZ4, 100).records(records());
        batch.buffer().putShort(BatchLayout.ATTRIBUTES, (short) 5);

        assertThat(judge(batch)).isEqualTo(Verdict.FORWARD);
    }

    @Test
    void shouldNameTheReasonForMetrics() {
        assertThat(Verdict.START_INSIDE_BATCH.reason()).isEqualTo("start-inside-batch");
        assertThat(Verdict.FORWARD.action()).isEqualTo(Verdict.Action.FORWARD);
        assertThat(Verdict.HOLES.action()).isEqualTo(Verdict.Action.TRANSCODE);
        assertThat(Verdict.ABORTED.action()).isEqualTo(Verdict.Action.DROP);
        assertThat(Verdict.BELOW_POSITION.action()).isEqualTo(Verdict.Action.SKIP);
    }
}
