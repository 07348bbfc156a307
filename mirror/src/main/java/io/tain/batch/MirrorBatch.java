package io.tain.batch;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * A batch on its way to a target partition, with the memory it holds.
 *
 * <p>Made by the reader, then owned by the writer; each is released exactly once.
 */
public final class MirrorBatch {
    private final SourceRange range;
    private final TopicPartition target;
    private final Optional<String> refusal;
    private EncodedBatch encoded;
    private BufferLease lease;
    private int charged;
    private boolean rewritten;
    private boolean sent;
    private boolean released;

    /** Adds itself to its range. The lease becomes this batch's to release. */
    public MirrorBatch(SourceRange range, TopicPartition target, EncodedBatch encoded, BufferLease lease) {
        this.range = range;
        this.target = target;
        this.refusal = Optional.empty();
        this.encoded = encoded;
        this.lease = lease;
        this.charged = encoded.bytes().remaining();
        range.assignment().addPending(charged);
        range.assignment().addQueued(encoded.count());
        range.add(this);
    }

    private MirrorBatch(MirrorBatch whole, EncodedBatch piece, TopicPartition target, Optional<String> refusal) {
        this.range = whole.range;
        this.target = target;
        this.refusal = refusal;
        this.encoded = piece;
        this.charged = piece.bytes().remaining();
        this.lease = BufferLease.reserve(whole.lease.budget(), charged);
        this.sent = true;
        this.rewritten = true;
        range.assignment().addPending(charged);
    }

    /** Writer: one piece of a batch that was split; the whole is to be released by the caller. */
    public MirrorBatch piece(EncodedBatch part) {
        return new MirrorBatch(this, part, target, refusal);
    }

    /**
     * Writer: takes this batch's place in its range, to be written elsewhere; this one is to be released by the caller.
     *
     * @param letter what {@link DeadLetters} made of it
     * @param reason why the target refused it
     */
    public MirrorBatch deadLetter(EncodedBatch letter, TopicPartition to, String reason) {
        return new MirrorBatch(this, letter, to, Optional.of(reason));
    }

    /** Why the records were refused, if this is a dead letter. */
    public Optional<String> refusal() {
        return refusal;
    }

    public SourceRange range() {
        return range;
    }

    public TopicPartition target() {
        return target;
    }

    public EncodedBatch encoded() {
        return encoded;
    }

    public ByteBuffer bytes() {
        return encoded.bytes();
    }

    public int count() {
        return encoded.count();
    }

    public int sizeInBytes() {
        return charged;
    }

    /**
     * Writer: moves the bytes out of the buffer shared with the other batches of its fetch answer, so that a batch that
     * has to wait long does not keep them all in memory.
     */
    public void detach() {
        ByteBuffer copy = ByteBuffer.allocate(encoded.bytes().remaining());
        copy.put(encoded.bytes().duplicate()).flip();
        BufferLease own = BufferLease.reserve(lease.budget(), copy.remaining());
        lease.release();
        lease = own;
        encoded = new EncodedBatch(copy, encoded.count(), encoded.source());
    }

    /** Writer: charges a buffer of its own to the same budget. */
    public BufferLease reserve(int bytes) {
        return BufferLease.reserve(lease.budget(), bytes);
    }

    /** Notes that the batch is not forwarded as it was; tells whether that is news. */
    public boolean markRewritten() {
        boolean news = !rewritten;
        rewritten = true;
        return news;
    }

    /** Writer: the batch no longer waits in a queue. */
    public void onSent() {
        if (!sent) {
            sent = true;
            range.assignment().addQueued(-encoded.count());
        }
    }

    /** Writer: gives the memory back. Only after the broker's answer or a disconnect, never while bytes may be sent. */
    public void release() {
        if (released) {
            throw new IllegalStateException("released twice: " + this);
        }
        released = true;
        onSent();
        range.assignment().addPending(-charged);
        lease.release();
    }

    @Override
    public String toString() {
        return range.assignment() + "@" + encoded.firstOffset() + ".." + (encoded.nextOffset() - 1);
    }
}
