package io.tain.verify;

import io.tain.batch.InvalidBatchException;
import io.tain.batch.RecordBatch;
import java.util.Optional;

/**
 * Compares part of a partition on both sides, in order: whole batches by their bytes where they line up, records elsewhere. Stops at
 * the first thing that is not alike. Used by one thread.
 */
final class PartitionComparison implements AutoCloseable {
    private final PartitionFeed sourceFeed;
    private final PartitionFeed targetFeed;
    private final FeedCursor source;
    private final FeedCursor target;
    private final Rules rules;
    private long compared;
    private Optional<String> damage = Optional.empty();

    /**
     * @param timestamps whether timestamps count: not where the target topic gives its own
     * @param toTheEnd whether the target must hold nothing behind the last record of the source's part
     */
    record Rules(boolean timestamps, boolean toTheEnd) {}

    enum State {
        /** More has to be fetched. */
        WAITS,
        /** The next records of both sides are not alike, or one side has none. */
        DIFFERS,
        /** All that was to be compared is alike. */
        DONE,
        /** It can't go on: see {@link #problem}. */
        FAILED
    }

    PartitionComparison(PartitionFeed sourceFeed, PartitionFeed targetFeed, Rules rules) {
        this.sourceFeed = sourceFeed;
        this.targetFeed = targetFeed;
        this.source = new FeedCursor(sourceFeed);
        this.target = new FeedCursor(targetFeed);
        this.rules = rules;
    }

    /** Records found alike. */
    long compared() {
        return compared;
    }

    /** The source's offset to go on from. */
    long sourceOffset() {
        return source.offset();
    }

    long targetOffset() {
        return target.offset();
    }

    Optional<String> problem() {
        return damage.or(() -> sourceFeed.problem().map(why -> "source: " + why))
                .or(() -> targetFeed.problem().map(why -> "target: " + why));
    }

    /** Compares what is here. */
    State advance() {
        try {
            while (true) {
                boolean sourceReady = source.isReady();
                boolean targetReady = target.isReady();
                if (!sourceReady || !targetReady) {
                    return without(sourceReady, targetReady);
                }
                if (source.isAtBatch() && target.isAtBatch() && alike(source.batch(), target.batch())) {
                    compared += source.batch().count();
                    source.passBatch();
                    target.passBatch();
                    continue;
                }
                source.open();
                target.open();
                if (!compareRows()) {
                    return State.DIFFERS;
                }
            }
        } catch (InvalidBatchException e) {
            damage = Optional.of("a batch can't be read: " + e.getMessage());
            return State.FAILED;
        }
    }

    private State without(boolean sourceReady, boolean targetReady) {
        if (problem().isPresent()) {
            return State.FAILED;
        }
        if (sourceReady) {
            return target.isAtEnd() ? State.DIFFERS : State.WAITS;
        }
        if (!source.isAtEnd()) {
            return State.WAITS;
        }
        if (!rules.toTheEnd()) {
            return State.DONE;
        }
        if (targetReady) {
            return State.DIFFERS;
        }
        return target.isAtEnd() ? State.DONE : State.WAITS;
    }

    private boolean alike(RecordBatch one, RecordBatch other) {
        return one.hasPayloadOf(other) && (!rules.timestamps() || sameTimestamps(one, other));
    }

    private static boolean sameTimestamps(RecordBatch one, RecordBatch other) {
        if (one.isLogAppendTime() != other.isLogAppendTime()) {
            return false; // perhaps the same all the same: the records will tell
        }
        return one.isLogAppendTime()
                ? one.maxTimestamp() == other.maxTimestamp()
                : one.baseTimestamp() == other.baseTimestamp();
    }

    /** Whether the records of both open batches are alike as far as both have some. */
    private boolean compareRows() {
        while (source.hasRow() && target.hasRow()) {
            int row = source.row();
            int otherRow = target.row();
            boolean sameTime = !rules.timestamps()
                    || source.records().timestamp(row) == target.records().timestamp(otherRow);
            if (!sameTime || !source.records().hasContentOf(row, target.records(), otherRow)) {
                return false;
            }
            source.passRow();
            target.passRow();
            compared++;
        }
        return true;
    }

    @Override
    public void close() {
        source.close();
        target.close();
    }
}
