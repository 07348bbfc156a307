package io.tain.link;

import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.event.Level;

/**
 * Something about the data that an operator should know of. Immutable.
 *
 * @param time when it happened, by this process's clock
 * @param link the link's name
 * @param partition the source partition
 * @param kind what happened
 * @param offsets the source offsets it is about, if any
 * @param text one line for people: what, where, and what to do
 */
public record Event(
        Instant time, String link, TopicPartition partition, Kind kind, Optional<Offsets> offsets, String text) {
    public enum Kind {
        /** A partition has stopped until an operator acts. */
        HALTED(Level.ERROR),
        /** Retention deleted offsets before they were copied, and the partition went on behind them. */
        LOST(Level.ERROR),
        /** The source's log was cut off, and the partition went on at another offset. */
        TRUNCATED(Level.ERROR),
        /** The source topic is another of the same name, and the partition went on in that. */
        RECREATED(Level.ERROR),
        /** The target lost records that it had acknowledged; the partition goes on. */
        TARGET_LOST(Level.ERROR),
        /** The state topic has no checkpoint of a partition that was copied before; records may be copied again. */
        STATE_LOST(Level.WARN),
        /** Records were left out because the target would not take them. */
        SKIPPED(Level.ERROR),
        /** Records were written to a dead-letter topic because their own would not take them. */
        DEAD_LETTER(Level.ERROR),
        /** An operator has paused a partition. */
        PAUSED(Level.INFO),
        /** An operator has let a partition go on. */
        RESUMED(Level.INFO),
        /** An operator has moved a partition to another position: the offsets between are copied again, or passed over. */
        MOVED(Level.WARN),
        /** An operator's order to move a partition could not be followed; it is where it was. */
        MOVE_REFUSED(Level.WARN),
        /** A partition that should move has not for a while. */
        STALLED(Level.WARN),
        /** A stalled partition moves again. */
        MOVING(Level.INFO);

        private final Level level;

        Kind(Level level) {
            this.level = level;
        }

        /** How it is logged. */
        Level level() {
            return level;
        }
    }

    /**
     * @param first the first offset
     * @param next the offset after the last
     */
    public record Offsets(long first, long next) {
        public long count() {
            return next - first;
        }
    }
}
