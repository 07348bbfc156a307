package io.tain.target;

import io.tain.batch.Assignment;
import io.tain.batch.Assignment.Owner;
import io.tain.batch.MirrorBatch;
import io.tain.wire.ProduceOutcome;
import io.tain.wire.ProduceResult;
import io.tain.wire.ProducerIdentity;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * One target partition as a writer sees it: what waits, what is unacknowledged, and the sequence numbers that keep it in
 * order. Owned by the writer's thread; no I/O, no clock.
 *
 * <pre>
 *   OPEN ──failure──▶ SETTLING ──last answer in──▶ WAITING ──back-off over──▶ OPEN
 *                         └──nothing to wait for──────────────────────────────▲
 * </pre>
 *
 * <p>Invariants:
 * <ol>
 *   <li>{@code unacked} is in order of sequence and ends at {@code nextSequence}. Holes in it were acknowledged out of turn.
 *   <li>At most {@code window} batches are in flight, and they are a prefix of {@code unacked} while OPEN. The broker
 *       remembers five (KIP-98), so a repeat of any of them is recognised.
 *   <li>After a failure nothing is sent until every batch in flight is answered; then all unacknowledged ones are sent
 *       again, in order, under the same sequences.
 *   <li>Sequences are given to other batches only when every request that had them was answered, and nothing was written under them:
 *       what is sent under a sequence that is written, or may yet be by a request that got lost, counts as written already. Else a
 *       new epoch begins.
 *   <li>Until a first batch is acknowledged, also after a long pause, it is alone in flight; after failures so is each one that comes
 *       before a hole. A leader that remembers nothing of this producer takes any sequence as its first, so that behind a first batch
 *       that fails, say because the leader of a new topic is not ready yet, a second one would be written out of order.
 * </ol>
 */
final class Lane {
    enum State {
        OPEN,
        SETTLING,
        WAITING
    }

    /** After a longer pause the leader may have forgotten the producer ({@code producer.id.expiration.ms}). */
    private static final long LONG_PAUSE_MS = 60_000;

    /** Below the brokers' default {@code message.max.bytes} of 1 MiB. */
    private static final int MAX_JOINED_BYTES = 1_000_000;

    /** For failures until the lane is idle and can take another producer id. */
    private static final int SPARE_EPOCHS = 1_000;

    private final TopicPartition partition;
    private final int window;
    private final Deque<Outgoing> queue = new ArrayDeque<>();
    private final Deque<Outgoing> unacked = new ArrayDeque<>();
    private ProducerIdentity identity = ProducerIdentity.NONE;
    private int nextSequence;
    private int inFlight;
    private State state = State.OPEN;
    private boolean identityStale;
    private boolean proven;
    private boolean windowWasFull;
    private int joinLimitBytes = MAX_JOINED_BYTES;
    private boolean detached;

    /** The last batch whose request a broker may yet execute, since its answer was lost; null if there is none. */
    private Outgoing lost;

    private long retryAtMs;
    private int failuresInRow;
    private long progressMs;
    private long endOffset;
    private Uuid topicId = Uuid.ZERO_UUID;
    private long missingSinceMs = -1;
    private int otherTopicSince = -1;
    private Optional<String> trouble = Optional.empty();

    Lane(TopicPartition partition, int window, long nowMs) {
        this.partition = partition;
        this.window = window;
        this.progressMs = nowMs;
    }

    TopicPartition partition() {
        return partition;
    }

    State state() {
        return state;
    }

    boolean isIdle() {
        return queue.isEmpty() && unacked.isEmpty();
    }

    /** Whose batches are in it: one assignment, but for what message handlers send here. */
    Set<Assignment> assignments() {
        Set<Assignment> all = new LinkedHashSet<>();
        unacked.forEach(outgoing -> all.add(outgoing.first().range().assignment()));
        queue.forEach(outgoing -> all.add(outgoing.first().range().assignment()));
        return all;
    }

    Deque<Outgoing> queue() {
        return queue;
    }

    Deque<Outgoing> unacked() {
        return unacked;
    }

    boolean hasInFlight() {
        return inFlight > 0;
    }

    int failuresInRow() {
        return failuresInRow;
    }

    /** When the lane last got on: an acknowledgement, or its first batch after being idle. */
    long progressMs() {
        return progressMs;
    }

    /** What the last failure was; empty while all goes well. */
    Optional<String> trouble() {
        return trouble;
    }

    /** What has waited longest; null if there is nothing. */
    Outgoing head() {
        return unacked.isEmpty() ? queue.peekFirst() : unacked.peekFirst();
    }

    /** The topic that is written to: told by the assignment, or the first that was seen; zero before. */
    Uuid topicId() {
        Outgoing head = head();
        if (head != null) {
            Assignment assignment = head.first().range().assignment();
            boolean sameName = assignment.partition().topic().equals(partition.topic());
            if (sameName && !assignment.targetTopic().equals(Uuid.ZERO_UUID)) {
                return assignment.targetTopic();
            }
        }
        return topicId;
    }

    /** Whether the topic of that name is the one that is written to, as far as ids are known. */
    boolean isSameTopic(Uuid current) {
        missingSinceMs = -1;
        if (isForDeadLetters()) {
            return true; // operators clear such topics, and nothing but what is in them goes with them
        }
        Uuid expected = topicId();
        if (expected.equals(Uuid.ZERO_UUID)) {
            topicId = current;
            return true;
        }
        boolean same = current.equals(Uuid.ZERO_UUID) || current.equals(expected);
        otherTopicSince = same ? -1 : otherTopicSince;
        return same;
    }

    /**
     * Metadata of this version has another topic under the name. It may be older than the one that is written to, and so may be the
     * next, which perhaps was on its way: tells whether it has been so for two answers more.
     */
    boolean hasSurelyOtherTopic(int metadataVersion) {
        if (otherTopicSince < 0) {
            otherTopicSince = metadataVersion;
        }
        return metadataVersion - otherTopicSince >= 2;
    }

    private boolean isForDeadLetters() {
        Outgoing head = head();
        return head != null && head.first().refusal().isPresent();
    }

    /** Nobody waits for the topic any more: if it is made anew, what comes then waits as long again. */
    void forgetMissing() {
        missingSinceMs = -1;
    }

    /** No broker knows the topic: for how long that has been so. */
    long missingMs(long nowMs) {
        if (missingSinceMs < 0) {
            missingSinceMs = nowMs;
        }
        return nowMs - missingSinceMs;
    }

    void enqueue(MirrorBatch batch, long nowMs) {
        if (isIdle()) {
            proven &= nowMs - progressMs <= LONG_PAUSE_MS;
            progressMs = nowMs;
        }
        if (detached) {
            batch.detach();
        }
        queue.add(new Outgoing(batch, nowMs));
    }

    /** Whether a batch could be sent now. Moves a WAITING lane on when its back-off is over. */
    boolean canSend(long nowMs) {
        if (state == State.WAITING && nowMs >= retryAtMs) {
            state = State.OPEN;
        }
        if (state != State.OPEN) {
            return false;
        }
        if (!proven && inFlight > 0) {
            return false;
        }
        if (inFlight < unacked.size()) {
            return inFlight < window;
        }
        if (queue.isEmpty() || waitsForOthers()) {
            return false;
        }
        windowWasFull |= inFlight >= window;
        return inFlight < window;
    }

    /** What was sent under another name has to be answered first. */
    private boolean waitsForOthers() {
        Optional<Owner> owner = ownerOf(queue.peek());
        return owner.isPresent() && !unacked.isEmpty() && !isUnder(owner.get());
    }

    /** Whether small batches pile up behind a full window, so that larger ones would get on faster. */
    boolean shouldCoalesce() {
        return windowWasFull && inFlight == unacked.size() && queue.size() > window;
    }

    /** How large a batch may be made by joining small ones. */
    int joinLimitBytes() {
        return joinLimitBytes;
    }

    /** The target did not take a joined batch of that size: with the next ones try less. */
    void onJoinedTooLarge(int bytes) {
        joinLimitBytes = Math.min(joinLimitBytes, bytes / 2);
    }

    /** Takes the next batch to send: the first unacknowledged one that is not in flight, else the head of the queue. */
    Outgoing take(ProducerIdentity current) {
        Outgoing next;
        if (inFlight < unacked.size()) {
            next = firstNotInFlight();
        } else {
            Optional<Owner> owner = ownerOf(queue.peek());
            if (owner.isPresent() && !isUnder(owner.get())) {
                identity = new ProducerIdentity(
                        owner.get().producerId(), owner.get().epoch());
                nextSequence = 0;
                proven = false;
                lost = null;
                endOffset = 0; // whoever takes over has looked at what the target has
            } else if (owner.isEmpty()
                    && unacked.isEmpty()
                    && !identity.equals(current)
                    && identity.id() != current.id()) {
                identity = current;
                nextSequence = 0;
                proven = false;
                lost = null;
            }
            next = queue.remove();
            next.sequence = nextSequence;
            nextSequence = advance(nextSequence, next.count());
            unacked.add(next);
            if (queue.isEmpty()) {
                windowWasFull = false;
            }
        }
        next.inFlight = true;
        next.mayBeWritten = next.failure.isPresent() && next.failure.get().outcome() == ProduceOutcome.RETRY;
        next.failure = Optional.empty();
        inFlight++;
        return next;
    }

    private static Optional<Owner> ownerOf(Outgoing outgoing) {
        return outgoing.first().range().assignment().owner();
    }

    private boolean isUnder(Owner owner) {
        return identity.id() == owner.producerId() && identity.epoch() == owner.epoch();
    }

    ProducerIdentity identity() {
        return identity;
    }

    /** Whether its owner may not write any more. */
    boolean isOver(long nowMs) {
        return ownerOf(head()).filter(owner -> owner.isOver(nowMs)).isPresent();
    }

    private Outgoing firstNotInFlight() {
        for (Outgoing outgoing : unacked) {
            if (!outgoing.inFlight) {
                return outgoing;
            }
        }
        throw new IllegalStateException("nothing to send again in " + partition);
    }

    /** The answer for a batch in flight was an acknowledgement. */
    void onAcknowledged(Outgoing outgoing, long nowMs) {
        answered(outgoing);
        unacked.remove(outgoing);
        if (outgoing == lost) {
            lost = null; // and so is all before it
        }
        // While SETTLING it was sent before the failure, and says nothing of what is to be sent again. Each of that
        // before a hole goes alone: behind others it would leave the last five, were its answer lost again.
        proven = proven || (state != State.SETTLING && !hasHole());
        failuresInRow = 0;
        detached = false;
        trouble = Optional.empty();
        progressMs = nowMs;
    }

    /**
     * Notes where a batch was written, before it counts as acknowledged. Logs only grow, so a place before the end of the last
     * batch means that the target has lost records since: tells how many, else 0. A batch that is answered out of turn says
     * nothing: one before it that failed may have been written all the same.
     */
    long lostBefore(Outgoing outgoing, long baseOffset) {
        if (baseOffset < 0 || unacked.peekFirst() != outgoing) {
            return 0; // not told, or out of turn
        }
        long lost = Math.max(0, endOffset - baseOffset);
        endOffset = baseOffset + outgoing.count();
        return lost;
    }

    /** The answer for a batch in flight was a failure, or none will come. */
    void onFailed(Outgoing outgoing, ProduceResult failure) {
        answered(outgoing);
        outgoing.failure = Optional.of(failure);
        proven = false;
        if (failure.outcome() == ProduceOutcome.RETRY) {
            lost = unacked.peekLast();
        }
        if (outgoing.dropped) {
            unacked.remove(outgoing);
            identityStale = true;
        } else if (trouble.isEmpty() || unacked.peekFirst() == outgoing) {
            trouble = Optional.of(failure.error());
        }
        state = State.SETTLING;
    }

    private void answered(Outgoing outgoing) {
        if (!outgoing.inFlight) {
            throw new IllegalStateException("answered twice: " + outgoing.first());
        }
        outgoing.inFlight = false;
        inFlight--;
    }

    /** Whether a failure is to be dealt with and nothing is in flight any more. */
    boolean isSettled() {
        return state == State.SETTLING && inFlight == 0;
    }

    /** Sends again at once. */
    void reopen() {
        state = State.OPEN;
        maybeRenewIdentity();
    }

    /** Sends again after a pause. Batches that wait leave the buffers they share with others. */
    void backOff(long untilMs) {
        failuresInRow++;
        state = State.WAITING;
        retryAtMs = untilMs;
        maybeRenewIdentity();
        if (!detached) {
            detached = true;
            unacked.forEach(Outgoing::detach);
            queue.forEach(Outgoing::detach);
        }
    }

    /** When a waiting lane goes on. */
    long retryAtMs() {
        return retryAtMs;
    }

    /** The broker does not know this producer's sequences (any more): the next try begins a new epoch at 0. */
    void loseIdentity() {
        identityStale = true;
    }

    private void maybeRenewIdentity() {
        if (!identityStale || inFlight > 0) {
            return;
        }
        identityStale = false;
        lost = null;
        if (identity.id() >= 0 && (head() == null || ownerOf(head()).isEmpty())) {
            // KIP-360: an idempotent producer may raise its own epoch.
            identity = new ProducerIdentity(identity.id(), (short) (identity.epoch() + 1));
            resequence(0);
        }
    }

    /** Whether a new producer id is needed; it is used as soon as the lane is idle. */
    boolean isShortOfEpochs() {
        return identity.epoch() > Short.MAX_VALUE - SPARE_EPOCHS;
    }

    /**
     * Whether sequences of batches here can't be given to others: a broker may yet execute a request that had them, or one has written
     * what was sent behind the first of these, which then either has been written, too, or would be taken for it.
     */
    boolean hasSpentSequences() {
        return lost != null || hasHole();
    }

    private boolean hasHole() {
        int next = unacked.isEmpty() ? nextSequence : unacked.peekFirst().sequence;
        for (Outgoing outgoing : unacked) {
            if (outgoing.sequence != next) {
                return true;
            }
            next = advance(next, outgoing.count());
        }
        return next != nextSequence;
    }

    /**
     * Replaces the head of the unacknowledged batches by pieces, or by nothing, and renumbers what follows; with spent sequences only
     * after {@link #loseIdentity}.
     */
    void replaceHead(List<Outgoing> pieces) {
        Outgoing head = unacked.removeFirst();
        List<Outgoing> reversed = new ArrayList<>(pieces);
        Collections.reverse(reversed);
        reversed.forEach(unacked::addFirst);
        resequence(head.sequence);
    }

    /** Gives all unacknowledged batches new sequences. Only while none of them can have been written. */
    private void resequence(int from) {
        int sequence = from;
        for (Outgoing outgoing : unacked) {
            outgoing.sequence = sequence;
            sequence = advance(sequence, outgoing.count());
        }
        nextSequence = sequence;
        proven = false;
    }

    /** Forgets what is not in flight of an assignment, and drops the rest once it is answered. */
    void discard(Assignment assignment) {
        discardFrom(queue, assignment);
        int before = unacked.size();
        discardFrom(unacked, assignment);
        if (unacked.size() < before) {
            identityStale = true;
            state = inFlight > 0 ? State.SETTLING : state;
            maybeRenewIdentity();
        }
        for (Outgoing outgoing : unacked) {
            outgoing.dropped |= outgoing.isOf(assignment);
        }
    }

    private static void discardFrom(Deque<Outgoing> deque, Assignment assignment) {
        Iterator<Outgoing> all = deque.iterator();
        while (all.hasNext()) {
            Outgoing outgoing = all.next();
            if (outgoing.isOf(assignment) && !outgoing.inFlight) {
                all.remove();
                outgoing.release();
            }
        }
    }

    /** Sequences count from 0 to 2^31-1 and begin again at 0. */
    static int advance(int sequence, int count) {
        return (int) (((long) sequence + count) & Integer.MAX_VALUE);
    }
}
