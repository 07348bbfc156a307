package io.tain.link;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * Has a partition go on at another position, once all that was read of it is acknowledged. It is followed once, by whoever owns the
 * partition in this process, and told of by an event: {@link Event.Kind#MOVED} or {@link Event.Kind#MOVE_REFUSED}.
 *
 * @param partition the one that is meant
 * @param action whether any partition may be moved, or only one that is halted, and only forward
 * @param to where it is to go on
 */
public record MoveOrder(TopicPartition partition, Action action, Where to) implements Order {
    /** What is to be done. */
    public enum Action {
        /** Go on anywhere in the source's log. */
        SEEK,
        /** Pass over what has halted it. */
        SKIP
    }

    /**
     * A place in the source's log.
     *
     * @param kind which
     * @param value an offset, a number of offsets, or milliseconds since the epoch; 0 for the rest
     */
    public record Where(Kind kind, long value) {
        /** How a place is named. */
        public enum Kind {
            OFFSET,
            /** So many offsets behind the lowest that is not acknowledged. */
            FORWARD,
            /** The first record that is not older. */
            TIMESTAMP,
            EARLIEST,
            LATEST,
            /** The lowest offset that is not acknowledged: where it stands. */
            CURRENT
        }

        /** Reads {@code earliest}, {@code latest}, {@code current}, an offset, or a time such as 2026-01-31T12:00:00Z (UTC if it says nothing). */
        public static Optional<Where> parse(String text) {
            return switch (text) {
                case "earliest" -> Optional.of(new Where(Kind.EARLIEST, 0));
                case "latest" -> Optional.of(new Where(Kind.LATEST, 0));
                case "current" -> Optional.of(new Where(Kind.CURRENT, 0));
                default ->
                    text.matches("\\d{1,18}") ? Optional.of(new Where(Kind.OFFSET, Long.parseLong(text))) : time(text);
            };
        }

        private static Optional<Where> time(String text) {
            boolean zoned = text.matches(".*(Z|[+-]\\d\\d:\\d\\d)");
            try {
                Instant time = zoned
                        ? OffsetDateTime.parse(text).toInstant()
                        : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
                return Optional.of(new Where(Kind.TIMESTAMP, time.toEpochMilli()));
            } catch (DateTimeException | ArithmeticException e) {
                return Optional.empty();
            }
        }

        @Override
        public String toString() {
            return switch (kind) {
                case OFFSET -> "offset " + value;
                case FORWARD -> value + " offsets further on";
                case TIMESTAMP -> "the first record from " + Instant.ofEpochMilli(value) + " on";
                case EARLIEST -> "the log's beginning";
                case LATEST -> "the log's end";
                case CURRENT -> "where it stands";
            };
        }
    }
}
