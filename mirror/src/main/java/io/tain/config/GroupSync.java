package io.tain.config;

import java.time.Duration;

/**
 * How a link carries consumer groups' offsets to its target.
 *
 * @param groups which groups
 * @param interval between looks at their offsets ({@code groups.sync.interval})
 * @param rewinds what happens when a group goes back ({@code groups.follow.rewinds})
 */
public record GroupSync(TopicSelection groups, Duration interval, Rewinds rewinds) {
    /** What happens on the target when a group's offset goes back on the source. */
    public enum Rewinds {
        /** It stays where it is. */
        STAY,
        FOLLOW
    }
}
