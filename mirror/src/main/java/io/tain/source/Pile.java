package io.tain.source;

import io.tain.batch.RecordBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive tiny batches of one partition that are to become one. A mirror's work for a batch, like a broker's, is the same whatever
 * its size: where producers send single records, joining them right where they are read saves all that comes after. Only while
 * batches pile up before the target, as otherwise it would only cost time. Used by one thread.
 */
final class Pile {
    /** Above, rewriting a batch costs more than handling it. */
    private static final int TINY_BYTES = 2 * 1024;

    /** As much as is fetched at once of a partition; without the headers of all but one, the result is a good deal smaller. */
    private static final int MAX_BYTES = 1024 * 1024;

    private List<RecordBatch> batches = new ArrayList<>();
    private int bytes;

    /** Whether the batch is tiny, and there is room for it. */
    boolean takes(RecordBatch batch) {
        return batch.sizeInBytes() <= TINY_BYTES && bytes + batch.sizeInBytes() <= MAX_BYTES;
    }

    void add(RecordBatch batch) {
        batches.add(batch);
        bytes += batch.sizeInBytes();
    }

    /** The offset behind the last batch; the given one if there is none. */
    long endOr(long offset) {
        return batches.isEmpty() ? offset : batches.get(batches.size() - 1).nextOffset();
    }

    /** Empties the pile. */
    List<RecordBatch> take() {
        if (batches.isEmpty()) {
            return List.of();
        }
        List<RecordBatch> all = batches;
        batches = new ArrayList<>(all.size());
        bytes = 0;
        return all;
    }
}
