package io.tain.batch;

import java.util.Locale;

/** What is to be done with a batch, and why. */
public enum Verdict {
    /** All of its records come before the position: nothing is to be done, and nothing is counted as left out. */
    BELOW_POSITION(Action.SKIP),
    /** A transaction marker or another control record of the source cluster. */
    CONTROL(Action.DROP),
    /** Part of an aborted transaction. */
    ABORTED(Action.DROP),
    /** Compaction took all records. */
    EMPTY(Action.DROP),
    /** Written by a mirror in the opposite direction: it comes from the target. */
    ECHO(Action.DROP),
    /** The position is inside the batch; what comes before it must not be copied again. */
    START_INSIDE_BATCH(Action.TRANSCODE),
    /** Magic 0 or 1, which brokers no longer take. */
    OLD_FORMAT(Action.TRANSCODE),
    /** Compaction took some records; brokers refuse such a batch from a client. */
    HOLES(Action.TRANSCODE),
    /** The base timestamp is used for something else; the flag is not for clients to set. */
    DELETE_HORIZON(Action.TRANSCODE),
    /** The records carry timestamps that the source's readers never see; those that they see have to be written. */
    LOG_APPEND_TIME(Action.TRANSCODE),
    /** The target wants another compression. */
    CODEC(Action.TRANSCODE),
    /** A record handler has to see every record. */
    HANDLER(Action.TRANSCODE),
    /** The target topic does not take batches of this size. */
    TOO_LARGE(Action.TRANSCODE),
    /** Tiny, while such pile up before the target: joined with its neighbours. */
    COALESCED(Action.TRANSCODE),
    /** Nothing is in the way. */
    FORWARD(Action.FORWARD);

    /** The four things that can happen to a batch. */
    public enum Action {
        SKIP,
        DROP,
        TRANSCODE,
        FORWARD
    }

    private final Action action;
    private final String reason;

    Verdict(Action action) {
        this.action = action;
        this.reason = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public Action action() {
        return action;
    }

    /** A label for metrics, such as {@code old-format}. */
    public String reason() {
        return reason;
    }
}
