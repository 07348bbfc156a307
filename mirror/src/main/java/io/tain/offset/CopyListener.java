package io.tain.offset;

import io.tain.batch.SourceOffsets;
import io.tain.offset.OffsetTracker.Position;

/**
 * Hears where the records of one assignment are on the target: of each partition in the order of the source, however
 * acknowledgements came, and only of what the acknowledged prefix covers. Called on the writer's thread for each batch, so it
 * must be cheap and must not block.
 */
public interface CopyListener {
    /** Hears nothing. */
    CopyListener NONE = new CopyListener() {
        @Override
        public void onCopied(SourceOffsets source, long targetOffset) {}

        @Override
        public void onPassed(Position position) {}
    };

    /**
     * A batch is on the target, in the partition of the source's name: its record i at {@code targetOffset + i}. Dead letters
     * and what message handlers send elsewhere are not told.
     *
     * @param source the source offset of each record
     * @param targetOffset of the first record; -1 if the target did not tell
     */
    void onCopied(SourceOffsets source, long targetOffset);

    /**
     * All below the position is done: offsets below it that no {@link #onCopied} has told are holes, markers, or records that
     * were dropped, left out or written elsewhere. Told after the copies it covers.
     */
    void onPassed(Position position);
}
