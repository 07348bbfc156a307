package io.tain.target;

import io.tain.batch.Assignment;
import io.tain.batch.BufferLease;
import io.tain.batch.EncodedBatch;
import io.tain.batch.MirrorBatch;
import io.tain.wire.ProduceResult;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A batch in a lane: as it was handed in, or several small ones coalesced into one. Owned by the writer's thread; its fields
 * are written by {@link Lane} alone.
 */
final class Outgoing {
    private final List<MirrorBatch> parts;
    private final Optional<EncodedBatch> coalesced;
    private final Optional<BufferLease> coalescedLease;
    final long sinceMs;

    /** Sequence of the first record, once given. */
    int sequence = -1;

    /** Sent, and neither answered nor disconnected. */
    boolean inFlight;

    /** Its assignment ended while it was in flight. */
    boolean dropped;

    /** The answer to the request before this one was lost, or did not tell whether it was written. */
    boolean mayBeWritten;

    /** How often the target called it corrupt. */
    int corruptAnswers;

    /** The last failure; empty before the first try and after being put back. */
    Optional<ProduceResult> failure = Optional.empty();

    Outgoing(MirrorBatch batch, long nowMs) {
        this.parts = List.of(batch);
        this.coalesced = Optional.empty();
        this.coalescedLease = Optional.empty();
        this.sinceMs = nowMs;
    }

    /** Several consecutive batches of one assignment, rewritten as one that was charged to the budget by {@code lease}. */
    Outgoing(List<MirrorBatch> parts, EncodedBatch coalesced, BufferLease lease, long nowMs) {
        this.parts = List.copyOf(parts);
        this.coalesced = Optional.of(coalesced);
        this.coalescedLease = Optional.of(lease);
        this.sinceMs = nowMs;
    }

    List<MirrorBatch> parts() {
        return parts;
    }

    MirrorBatch first() {
        return parts.get(0);
    }

    boolean isCoalesced() {
        return coalesced.isPresent();
    }

    boolean isOf(Assignment assignment) {
        return first().range().assignment() == assignment;
    }

    ByteBuffer bytes() {
        return coalesced.isPresent() ? coalesced.get().bytes() : first().bytes();
    }

    int count() {
        return coalesced.isPresent() ? coalesced.get().count() : first().count();
    }

    int sizeInBytes() {
        return bytes().remaining();
    }

    void detach() {
        if (coalesced.isEmpty()) {
            first().detach();
        } else {
            parts.forEach(MirrorBatch::detach);
        }
    }

    /** Gives up the coalesced form; the parts live on. */
    void releaseCoalesced() {
        coalescedLease.ifPresent(BufferLease::release);
    }

    void release() {
        releaseCoalesced();
        parts.forEach(MirrorBatch::release);
    }
}
