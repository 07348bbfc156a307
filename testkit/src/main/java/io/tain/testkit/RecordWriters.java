package io.tain.testkit;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Who wrote the records of a partition: the producer ids in the headers of its batches. Immutable. */
final class RecordWriters {
    /** For a log whose writers are not told apart. */
    static final RecordWriters ONE = new RecordWriters(new TreeMap<>());

    private static final long UNKNOWN = -1;

    private final NavigableMap<Long, Long> byBaseOffset;

    private RecordWriters(NavigableMap<Long, Long> byBaseOffset) {
        this.byBaseOffset = byBaseOffset;
    }

    /** The writers of these batches, which are those of one partition from its beginning on. */
    static RecordWriters of(List<RawBatch> batches) {
        NavigableMap<Long, Long> byBaseOffset = new TreeMap<>();
        batches.forEach(batch -> byBaseOffset.put(batch.baseOffset(), batch.producerId()));
        return new RecordWriters(byBaseOffset);
    }

    /** The producer id of the record's writer, or -1. */
    long of(long offset) {
        Map.Entry<Long, Long> batch = byBaseOffset.floorEntry(offset);
        return batch == null ? UNKNOWN : batch.getValue();
    }
}
