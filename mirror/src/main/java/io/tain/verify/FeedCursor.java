package io.tain.verify;

import io.tain.batch.OpenBatch;
import io.tain.batch.RecordBatch;

/** Goes through a feed batch by batch and, where asked to, record by record. Used by one thread. */
final class FeedCursor implements AutoCloseable {
    private static final int LARGEST_BATCH = 64 << 20;

    private final PartitionFeed feed;
    private final OpenBatch records = new OpenBatch(LARGEST_BATCH);
    private int row;
    private int rows;

    FeedCursor(PartitionFeed feed) {
        this.feed = feed;
    }

    /** Whether a record is here to be looked at. Opens batches that are wanted in part only, since they may turn out to hold none. */
    boolean isReady() {
        while (row == rows && feed.peek() != null && !feed.isWhole(feed.peek())) {
            openNext();
        }
        return row < rows || feed.peek() != null;
    }

    /** Whether the next record is the first of a batch that is not open, and wanted whole. */
    boolean isAtBatch() {
        return row == rows;
    }

    RecordBatch batch() {
        return feed.peek();
    }

    void passBatch() {
        feed.next();
    }

    /** Opens the next batch, unless one is open. */
    void open() {
        if (row == rows) {
            openNext();
        }
    }

    private void openNext() {
        records.open(feed.next(), feed.from());
        row = 0;
        rows = records.count();
        while (rows > 0 && records.offset(rows - 1) >= feed.to()) {
            rows--;
        }
    }

    boolean hasRow() {
        return row < rows;
    }

    int row() {
        return row;
    }

    OpenBatch records() {
        return records;
    }

    void passRow() {
        row++;
    }

    /** The offset of the next record, or of where it will be read. */
    long offset() {
        if (row < rows) {
            return records.offset(row);
        }
        RecordBatch next = feed.peek();
        return next == null ? feed.position() : Math.max(feed.from(), next.baseOffset());
    }

    boolean isAtEnd() {
        return row == rows && feed.isAtEnd();
    }

    @Override
    public void close() {
        records.close();
    }
}
