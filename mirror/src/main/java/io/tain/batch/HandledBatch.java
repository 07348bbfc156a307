package io.tain.batch;

import java.util.List;

/**
 * What a record handler made of one batch. The source offsets are done with when all of these batches are acknowledged,
 * whichever partitions they went to; each partition's batches are in order. There may be none at all.
 *
 * @param firstOffset the first source offset that was handled
 * @param nextOffset where to go on
 */
public record HandledBatch(long firstOffset, long nextOffset, List<RoutedBatch> batches) {
    public HandledBatch {
        batches = List.copyOf(batches);
    }
}
