package io.tain.state;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * That a link must not run: it is being failed over, or has been. Immutable.
 *
 * @param phase how far that is
 * @param sinceMs when it began, in milliseconds since the epoch
 * @param timeMs when this phase began, in milliseconds since the epoch
 */
public record FailoverEntry(Phase phase, long sinceMs, long timeMs) {
    /** How far a fail-over is. */
    public enum Phase {
        /** Processes of the link may still write. */
        STOPPING,
        /** Nobody writes for the link any more, and nobody will. */
        DONE,
        /** The link is given the place at which it goes on: it comes back, in a moment. */
        RETURNING
    }

    /** Whether nobody writes for the link. */
    public boolean isStopped() {
        return phase != Phase.STOPPING;
    }

    /** The same fail-over, in another phase. */
    public FailoverEntry in(Phase next, long nowMs) {
        return new FailoverEntry(next, sinceMs, nowMs);
    }

    /** Words as in {@link Checkpoint#encode}. */
    public byte[] encode() {
        return ("phase=" + phase + " since=" + sinceMs + " time=" + timeMs).getBytes(StandardCharsets.UTF_8);
    }

    /** Empty if the bytes are no entry; words that this release does not know are passed over. */
    public static Optional<FailoverEntry> parse(byte[] bytes) {
        Words words = Words.parse(bytes);
        try {
            return Optional.of(new FailoverEntry(
                    Phase.valueOf(words.get("phase")),
                    Long.parseLong(words.get("since")),
                    Long.parseLong(words.get("time"))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
