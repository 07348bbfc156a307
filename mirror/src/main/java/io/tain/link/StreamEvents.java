package io.tain.link;

import io.tain.batch.Assignment;
import io.tain.source.LogBreak;

/** What a stream's reader and writers tell its control thread. Any thread may call; each call is a message. */
interface StreamEvents {
    /** The source's log no longer has the position, or is another log; reading has ended. */
    void onBreak(Assignment assignment, LogBreak found);

    /** The partition must stop for the safety of its data. */
    void onHalt(Assignment assignment, String reason);

    /** Another process writes the partition now, or the target has forgotten that this one does. */
    void onFenced(Assignment assignment, String what);

    /** The partition's target topic is gone, or another of the same name. */
    void onTargetReplaced(Assignment assignment, String what);

    /** What was read did not reach the target intact, though the source's checksum was not at fault when it was read. */
    void onCorrupt(Assignment assignment, long offset);

    /** The whole process must stop. */
    void onFatal(Outcome outcome);
}
