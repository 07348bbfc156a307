package io.tain.batch;

import io.tain.config.Codec;
import org.apache.kafka.common.record.TimestampType;

/**
 * Decides from a batch's header what to do with it. Immutable and usable from any thread; deciding allocates nothing.
 *
 * <p>The header is taken at its word. The target broker checks the checksum of a batch that is forwarded, and
 * {@link Transcoder} that of one that it reads; before a batch is skipped or dropped, the caller has to look at
 * {@link RecordBatch#isChecksumValid()}, or one wrong bit could lose records without a trace.
 */
public final class AdmissionPolicy {
    private static final int ANY_CODEC = -1;

    private final boolean keepsCreateTime;
    private final int maxMessageBytes;
    private final int wantedCodecId;
    private final boolean handled;

    public AdmissionPolicy(TargetTraits target) {
        this.keepsCreateTime = target.timestampType() != TimestampType.LOG_APPEND_TIME;
        this.maxMessageBytes = target.maxMessageBytes();
        this.wantedCodecId = target.compression().map(Codec::id).orElse(ANY_CODEC);
        this.handled = target.handling() == TargetTraits.Handling.RECORD_HANDLER;
    }

    /**
     * Where several reasons apply, the verdict names the first in the order of {@link Verdict}. In particular a handler must
     * see the records of every batch that is to be transcoded, whatever the reason given.
     *
     * @param position the offset of the next record to copy
     * @param aborted of the fetch answer that the batch is from; told of every batch, in order
     */
    public Verdict decide(RecordBatch batch, long position, AbortedTransactions aborted) {
        boolean isAborted = aborted.observe(batch);
        if (batch.nextOffset() <= position) {
            return Verdict.BELOW_POSITION;
        }
        if (batch.isControl()) {
            return Verdict.CONTROL;
        }
        if (isAborted) {
            return Verdict.ABORTED;
        }
        if (batch.count() == 0) {
            return Verdict.EMPTY;
        }
        return reasonToTranscode(batch, position);
    }

    private Verdict reasonToTranscode(RecordBatch batch, long position) {
        if (batch.baseOffset() < position) {
            return Verdict.START_INSIDE_BATCH;
        }
        if (batch.isOldFormat()) {
            return Verdict.OLD_FORMAT;
        }
        // In long arithmetic: a nonsensical pair such as 2^31-1 and -2^31 must not look dense.
        if (batch.lastOffsetDelta() + 1L != batch.count()) {
            return Verdict.HOLES;
        }
        if (batch.hasDeleteHorizon()) {
            return Verdict.DELETE_HORIZON;
        }
        if (batch.isLogAppendTime() && keepsCreateTime) {
            return Verdict.LOG_APPEND_TIME;
        }
        if (wantedCodecId != ANY_CODEC && wantedCodecId != batch.codecId()) {
            return Verdict.CODEC;
        }
        if (handled) {
            return Verdict.HANDLER;
        }
        return batch.sizeInBytes() > maxMessageBytes ? Verdict.TOO_LARGE : Verdict.FORWARD;
    }
}
