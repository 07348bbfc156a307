package io.tain.config;

/**
 * What happens to a partition whose source no longer has the position that was reached. All of them halt it unless told
 * otherwise, and none acts without an event that gives the offsets.
 *
 * @param lost retention has deleted records that were not copied yet ({@code on.lost})
 * @param truncated the log was cut off below the position, by an unclean leader election ({@code on.truncated})
 * @param recreated the topic was deleted and created again ({@code on.recreated})
 */
public record BreakPolicies(Lost lost, Truncated truncated, Recreated recreated) {
    public static final BreakPolicies HALT = new BreakPolicies(Lost.HALT, Truncated.HALT, Recreated.HALT);

    public enum Lost {
        HALT,
        /** Go on at the log's beginning. */
        JUMP
    }

    public enum Truncated {
        HALT,
        /** Go back to where the log was cut off, and copy what is there now. */
        REWIND,
        /** Go on at the position, or at the log's end if that is lower. */
        CONTINUE
    }

    public enum Recreated {
        HALT,
        /** Copy the new topic from its beginning. */
        RESTART
    }
}
