package io.tain.link;

import java.util.Optional;

/**
 * How a mirror, or one of its links, ended.
 *
 * @param kind which of the ends it was
 * @param cause one line that says why, with topic-partition@offset where there is one; empty for a clean stop
 */
public record Outcome(Kind kind, Optional<String> cause) {
    public enum Kind {
        /** Asked to stop, drained and committed. */
        STOPPED,
        /** Asked to stop while partitions were halted for the safety of their data. */
        HALTED,
        /** A record could not be written and {@code abort.on.send.failure} was true, or the handler failed. */
        ABORTED,
        /** A thread died, or the group member could not go on. */
        FAILED,
        /** The link has been failed over, and nobody lets it run again. */
        FAILED_OVER,
        /** Another process has joined the group under this one's {@code group.instance.id}. */
        REPLACED
    }
}
