package io.tain.target;

import io.tain.batch.BufferLease;
import io.tain.batch.EncodedBatch;
import io.tain.batch.InvalidBatchException;
import io.tain.batch.MirrorBatch;
import io.tain.batch.RecordBatch;
import io.tain.batch.Transcoder;
import io.tain.config.Codec;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a pile of small batches into one larger batch. A partition may have five batches in flight whatever their size, so
 * with small batches and a long way to the target the window, not the network, sets the pace; rewriting them costs some
 * CPU and lifts that limit. Used only when the window was seen full while batches piled up. Once it was, the reader does the same
 * with tiny batches, before they come here.
 */
final class Coalescer {
    /**
     * On a short way a broker's work for each batch is what costs. With codecs that are slow to write, only tiny ones cost
     * it more than rewriting them.
     */
    private static final int TINY_BYTES = 2 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Coalescer.class);
    private static final Set<Codec> SLOW = EnumSet.of(Codec.GZIP, Codec.ZSTD);

    /** Up to here a broker's work for a batch outweighs rewriting it with a quick codec, or the window holds it back on a long way. */
    private static final int SMALL_BYTES = 32 * 1024;

    /** On a long way even whole batches of a producer leave a window of five almost empty, and a quick codec's work is less. */
    private static final int FAR_BYTES = 256 * 1024;

    /** From here on a way is long. */
    private static final long LONG_WAY_MS = 20;

    /** Well below the brokers' default {@code message.max.bytes} of 1 MiB, for the result may compress worse. */
    private static final int PILE_BYTES = 800 * 1024;

    private final Transcoder transcoder;
    private final Consumer<MirrorBatch> onJoined;

    /** @param onJoined told of each batch that becomes part of another */
    Coalescer(Transcoder transcoder, Consumer<MirrorBatch> onJoined) {
        this.transcoder = transcoder;
        this.onJoined = onJoined;
    }

    /**
     * Replaces the small batches at the head of the queue by one, if there are at least two of the same assignment.
     *
     * @param maxBytes most bytes of the result
     * @param roundTripMs how far away the target is
     */
    void coalesceHead(Deque<Outgoing> queue, int maxBytes, long roundTripMs, long nowMs) {
        try {
            join(queue, maxBytes, roundTripMs, nowMs);
        } catch (InvalidBatchException e) {
            LOG.debug("one of the batches is corrupt: sent by itself, the target will say which", e);
        }
    }

    private void join(Deque<Outgoing> queue, int maxBytes, long roundTripMs, long nowMs) {
        int pileBytes = Math.min(PILE_BYTES, maxBytes);
        boolean slow = SLOW.contains(
                RecordBatch.of(queue.element().first().encoded().bytes()).codec());
        int smallBytes = smallBytes(slow, roundTripMs >= LONG_WAY_MS);
        List<MirrorBatch> pile = new ArrayList<>();
        List<EncodedBatch> encoded = new ArrayList<>();
        int bytes = 0;
        for (Outgoing next : queue) {
            boolean fits = !next.isCoalesced()
                    && next.sizeInBytes() <= smallBytes
                    && bytes + next.sizeInBytes() <= pileBytes
                    && (pile.isEmpty() || next.isOf(pile.get(0).range().assignment()));
            if (!fits) {
                break;
            }
            pile.add(next.first());
            encoded.add(next.first().encoded());
            bytes += next.sizeInBytes();
        }
        if (pile.size() < 2) {
            return;
        }
        List<EncodedBatch> joined = transcoder.coalesce(encoded, maxBytes);
        if (joined.size() > 1) {
            return; // they decompress or compress to too much to be worth it
        }
        EncodedBatch one = joined.get(0);
        BufferLease lease = pile.get(0).reserve(one.sizeInBytes());
        for (int i = 0; i < pile.size(); i++) {
            queue.removeFirst();
        }
        pile.forEach(onJoined);
        queue.addFirst(new Outgoing(pile, one, lease, nowMs));
    }

    private static int smallBytes(boolean slow, boolean far) {
        if (slow) {
            return far ? SMALL_BYTES : TINY_BYTES;
        }
        return far ? FAR_BYTES : SMALL_BYTES;
    }
}
