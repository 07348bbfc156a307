package io.tain.source;

import io.tain.batch.Assignment;
import io.tain.batch.HandlerFailedException;
import io.tain.batch.SourceRange;
import java.util.List;

/** Hears what the reader found, on the reader's thread. Must not block. */
public interface ReaderListener {
    /** Ranges of one or more assignments, each assignment's in order and without gaps. */
    void onRanges(List<SourceRange> ranges);

    /** The log no longer has the position, or is another log. The partition is no longer read. */
    void onBreak(Assignment assignment, LogBreak found);

    /** The partition can't be read any further without losing or inventing records. It is no longer read. */
    void onUnreadable(Assignment assignment, long position, String reason);

    /** The operator's handler failed or returned null. The partition is no longer read. */
    void onHandlerFailed(Assignment assignment, HandlerFailedException failure);
}
