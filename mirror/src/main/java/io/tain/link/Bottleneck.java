package io.tain.link;

import java.util.Locale;

/** What keeps a link from copying faster, in the words of status, metrics and documentation. */
public enum Bottleneck {
    /** Nothing does: what the source has is on the target. */
    SOURCE_EMPTY,
    /** The target takes all that is read, and waits for more. */
    SOURCE_SLOW,
    /** The source's brokers hold us back by a quota. */
    SOURCE_THROTTLED,
    /** Batches pile up before the target. */
    TARGET_SLOW,
    /** The target's brokers hold us back by a quota. */
    TARGET_THROTTLED,
    /** All that {@code memory.budget} allows is under way to a target that is far. */
    BUDGET,
    /** What could be copied is paused by an operator. */
    PAUSED,
    /** What could be copied is halted. */
    HALTED;

    /** Such as {@code target-slow}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
