package io.tain.target;

import io.tain.batch.Assignment;
import io.tain.batch.MirrorBatch;

/** Hears what became of batches, on the writer's thread. Must not block. */
public interface WriterListener {
    /** What to do about a record that the target will not take. */
    enum Verdict {
        /** Go on without it: it is left out, or written elsewhere. */
        SKIP,
        /** Send nothing more for its assignment. */
        HALT
    }

    /** Why the writer sends a batch in another form than it was handed in. */
    enum Rewrite {
        /** Joined with others, because small batches piled up behind a full window. */
        COALESCED,
        /** Cut, because the target did not take it whole. */
        SPLIT
    }

    /**
     * Batches of a partition are to be sent again.
     *
     * @param why one of few words
     */
    void onRetry(String why);

    /**
     * So many records are sent again though they may have been written: the answer to their last request was lost, or did not tell.
     * An idempotent target drops them if they were.
     */
    default void onSentAgain(int records) {}

    /** A batch was acknowledged so long after the request that it was in was sent. */
    default void onAnswered(long latencyMs) {}

    /** A batch that was to be forwarded as it is has to be rewritten; told once for each. */
    void onRewritten(MirrorBatch batch, Rewrite why);

    /**
     * The target has the batch.
     *
     * @param targetOffset of its first record on the target, -1 if not told
     */
    void onAcknowledged(MirrorBatch batch, long targetOffset);

    /** The target will never take this batch of one record. If the verdict is SKIP it is released. */
    Verdict onRefused(MirrorBatch batch, String reason);

    /** Whether to go on trying what the target does not allow, or to give it up. */
    enum Patience {
        TRY_AGAIN,
        /** Send nothing more for its assignment. */
        HALT
    }

    /** The target does not allow the write. */
    Patience onUnauthorized(MirrorBatch batch, String reason);

    /** The target found the checksum wrong, twice; the batch is no longer the writer's and has been released. */
    void onCorrupt(MirrorBatch batch);

    /**
     * Nothing more can be written under the assignment's own name: somebody else has taken it over, or the target has forgotten the
     * name, or answers were lost so that sequences can't be given anew. Nothing more is sent for it.
     *
     * @param what goes on after the assignment's name
     */
    void onFenced(Assignment assignment, String what);

    /**
     * The target topic is gone, or another of the same name: with it went what was written before. Nothing more is sent for
     * the assignment.
     */
    void onTargetReplaced(Assignment assignment, String what);

    /**
     * The target no longer has records that it had acknowledged: so many that were at {@code targetOffset} and behind it, where
     * this batch is now. Its log was cut off, as by an unclean leader election.
     */
    void onTargetLost(MirrorBatch batch, long targetOffset, long count);

    /** The target has no such topic yet; told again now and then while batches wait for it. */
    void onMissingTopic(MirrorBatch batch);
}
