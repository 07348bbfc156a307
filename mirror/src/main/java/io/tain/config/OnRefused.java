package io.tain.config;

/** What happens when the target will not take a record (too large, invalid, and the like). */
public enum OnRefused {
    /** Halt that partition; the others go on. */
    HALT,
    /** Write the record to the dead-letter topic, with where it is from and why it is there. */
    DEAD_LETTER,
    /** Leave the record out, count it and log its place. */
    SKIP,
    /** Stop the whole process (MirrorMaker's {@code abort.on.send.failure=true}). */
    ABORT
}
