package io.tain.config;

/** What happens when the target will not take a record (too large, invalid, and the like). */
public enum OnRefused {
    /** Halt that partition; the others go on. */
    HALT,
    /** Leave the record out, count it and log its place. */
    SKIP,
    /** Stop the whole process (MirrorMaker's {@code abort.on.send.failure=true}). */
    ABORT
}
