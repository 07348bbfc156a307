package io.tain.offset;

/**
 * What an offset on one side is on the other.
 *
 * @param kind how the offset is known
 * @param offset on the other side; for the unknown kinds what is known next to it, and nothing to begin a consumer at
 */
public record Translation(Kind kind, long offset) {
    /** How an offset is known. */
    public enum Kind {
        /** The offset of the very record. */
        RECORD,
        /** The offset holds no record that is on both sides; this is the next record that is. */
        NEXT,
        /** All that was mirrored lies below: the offset behind the last record. */
        END,
        /** Not mirrored yet; this is the end of what was. A consumer that begins there misses nothing and sees some again. */
        AHEAD,
        /** The map begins later: what was mirrored before it began is on the target at offsets that nobody noted. */
        BEFORE_MAP,
        /** Copied while nobody noted the offsets, as right before a crash. */
        GAP
    }

    /** Whether a consumer may begin there, and misses nothing. */
    public boolean isKnown() {
        return kind != Kind.BEFORE_MAP && kind != Kind.GAP;
    }

    /** Whether a consumer that begins there sees nothing again, either. */
    public boolean isExact() {
        return isKnown() && kind != Kind.AHEAD;
    }
}
