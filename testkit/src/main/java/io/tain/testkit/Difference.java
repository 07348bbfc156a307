package io.tain.testkit;

/**
 * The first place where a target partition departs from its source.
 *
 * @param kind what is wrong there
 * @param sourceOffset the source record that should be there; -1 if the source has no more
 * @param targetOffset the target record that is there instead; the target's end if it has no more
 * @param what the fields that differ, or why the record is wrong
 */
public record Difference(Kind kind, long sourceOffset, long targetOffset, String what) {
    /** What can be wrong with a record. */
    public enum Kind {
        MISSING,
        OUT_OF_ORDER,
        NOT_IN_SOURCE,
        OLD_VALUE
    }

    @Override
    public String toString() {
        return kind + " at source offset " + sourceOffset + ", target offset " + targetOffset + " (" + what + ")";
    }
}
