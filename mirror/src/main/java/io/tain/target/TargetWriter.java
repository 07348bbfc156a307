package io.tain.target;

import io.tain.batch.Assignment;
import io.tain.batch.BatchPatch;
import io.tain.batch.EncodedBatch;
import io.tain.batch.InvalidBatchException;
import io.tain.batch.MirrorBatch;
import io.tain.batch.Transcoder;
import io.tain.wire.Leader;
import io.tain.wire.ProduceClient;
import io.tain.wire.ProduceOutcome;
import io.tain.wire.ProduceResult;
import io.tain.wire.ProducerIdentity;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * Writes batches to the target: fills each request with one batch of every ready partition of a broker, keeps several
 * requests in flight, and brings every batch to an end: acknowledged, or refused.
 *
 * <p>Owned by one thread, which calls {@link #poll} over and over. The clock is the caller's.
 */
public final class TargetWriter implements AutoCloseable {
    /** After this long without progress a waiting lane is worth a word in the status. */
    private static final long QUIET_MS = 3_000;

    /** A topic that may not be written to, or is missing, is tried again this often. */
    private static final long SLOW_RETRY_MS = 5_000;

    /** A topic that was there before, and that no broker has known for so long, is gone. */
    private static final long GONE_MS = 30_000;

    /** For so long the reader joins tiny batches; then it has to be seen again that they pile up. */
    private static final long CROWDED_MS = 1_000;

    private final ProduceClient client;
    private final WriterTerms terms;
    private final WriterListener listener;
    private final Coalescer coalescer;
    private final Transcoder transcoder;
    private final Map<TopicPartition, Lane> lanes = new HashMap<>();
    private final Set<Lane> active = new LinkedHashSet<>();
    private Optional<ProducerIdentity> identity;
    private Optional<String> identityProblem = Optional.empty();
    private long nowMs;

    /** @param transcoder used on the calling thread only, and closed with the writer */
    public TargetWriter(ProduceClient client, WriterTerms terms, WriterListener listener, Transcoder transcoder) {
        this.client = client;
        this.terms = terms;
        this.listener = listener;
        this.transcoder = transcoder;
        this.coalescer = new Coalescer(transcoder, batch -> tellRewritten(batch, WriterListener.Rewrite.COALESCED));
        this.identity = terms.idempotent() ? Optional.empty() : Optional.of(ProducerIdentity.NONE);
    }

    /** Takes over a batch. Batches of one target partition are written in the order of these calls. */
    public void submit(MirrorBatch batch) {
        Lane lane = lanes.get(batch.target());
        if (lane == null) {
            lane = new Lane(batch.target(), terms.window(), nowMs);
            lanes.put(batch.target(), lane);
            client.watch(batch.target().topic());
        }
        lane.enqueue(batch, nowMs);
        active.add(lane);
    }

    /** Forgets an assignment: what is not sent yet never will be, and what is in flight is of no account. */
    public void discard(Assignment assignment) {
        for (Lane lane : List.copyOf(active)) {
            lane.discard(assignment);
            settle(lane);
        }
    }

    /** Sends what can be sent, then waits at most {@code timeoutMs} for the network. */
    public void poll(long timeoutMs, long now) {
        nowMs = now;
        terms.deliveryTimeout().ifPresent(limit -> List.copyOf(active).forEach(lane -> maybeExpire(lane, limit)));
        if (identity.isEmpty()) {
            client.maybeAskIdentity(
                    nowMs,
                    given -> {
                        identity = Optional.of(given);
                        identityProblem = Optional.empty();
                    },
                    problem -> identityProblem = Optional.of(problem));
        } else {
            while (sendReady()) {
                // One round gives each ready broker one request; go on until windows or sockets are full.
            }
        }
        client.poll(Math.min(timeoutMs, untilNextRetry()), nowMs);
    }

    /** Whether nothing waits and nothing is unacknowledged. */
    public boolean isIdle() {
        return active.isEmpty();
    }

    /** How far away the target is: {@link ProduceClient#shortestRoundTripMs}. */
    public long shortestRoundTripMs() {
        return client.shortestRoundTripMs();
    }

    /** {@link ProduceClient#throttledMs}; from any thread. */
    public long throttledMs() {
        return client.throttledMs();
    }

    /** Source partitions of which something can't be written just now, and why. */
    public Map<TopicPartition, String> blocked() {
        Map<TopicPartition, String> reasons = new HashMap<>();
        for (Lane lane : active) {
            if (nowMs - lane.progressMs() > QUIET_MS) {
                String reason = reason(lane);
                lane.assignments()
                        .forEach(assignment -> reasons.put(
                                assignment.partition(),
                                assignment.partition().equals(lane.partition())
                                        ? reason
                                        : lane.partition() + ": " + reason));
            }
        }
        return reasons;
    }

    /** Makes a poll in progress return; from any thread. */
    public void wakeup() {
        client.wakeup();
    }

    @Override
    public void close() {
        client.close();
        transcoder.close();
    }

    private String reason(Lane lane) {
        if (identity.isEmpty()) {
            return identityProblem.orElse("the target has given no producer id yet");
        }
        // That brokers refuse us says more than that connections ended.
        Optional<String> trouble = client.clusterProblem().or(lane::trouble);
        if (trouble.isPresent()) {
            return trouble.get();
        }
        Optional<Leader> leader = client.leader(lane.partition());
        if (leader.isEmpty()) {
            return client.problem(lane.partition().topic())
                    .orElse("no leader known: its brokers can't be reached, or have not elected one");
        }
        return "waiting for target broker " + leader.get().nodeId();
    }

    private long untilNextRetry() {
        long until = Long.MAX_VALUE;
        for (Lane lane : active) {
            if (lane.state() == Lane.State.WAITING) {
                until = Math.min(until, Math.max(0, lane.retryAtMs() - nowMs));
            }
        }
        return until;
    }

    /** One round over the active lanes; tells whether anything was sent. */
    private boolean sendReady() {
        Map<Integer, List<Lane>> byNode = new LinkedHashMap<>();
        for (Lane lane : List.copyOf(active)) {
            if (!lane.canSend(nowMs)) {
                continue;
            }
            if (lane.isOver(nowMs)) {
                abandon(lane, lane.head(), "has to be taken over anew: it has been this process's own for too long");
                continue;
            }
            Optional<Leader> leader = client.leader(lane.partition());
            if (leader.isPresent() && !lane.isSameTopic(leader.get().topicId())) {
                onOtherTopic(lane, leader.get().topicId());
            } else if (leader.isPresent()) {
                byNode.computeIfAbsent(leader.get().nodeId(), node -> new ArrayList<>())
                        .add(lane);
            } else {
                noLeader(lane);
            }
        }
        boolean sent = false;
        for (Map.Entry<Integer, List<Lane>> entry : byNode.entrySet()) {
            if (client.isReady(entry.getKey(), nowMs)) {
                send(entry.getKey(), entry.getValue());
                sent = true;
            }
        }
        return sent;
    }

    private void noLeader(Lane lane) {
        Optional<String> problem = client.problem(lane.partition().topic());
        if (problem.isEmpty()) {
            return; // metadata that is merely on its way ends a poll when it comes
        }
        if (problem.get().startsWith("UNKNOWN_TOPIC")) {
            onMissing(lane);
        }
        lane.backOff(nowMs + terms.backoff().firstMs());
    }

    /** A topic that was never there may be made; one that is gone took with it what was copied, which must not go unnoticed. */
    private void onMissing(Lane lane) {
        if (lane.topicId().equals(Uuid.ZERO_UUID)) {
            listener.onMissingTopic(lane.head().first());
        } else if (lane.missingMs(nowMs) > GONE_MS) {
            giveUp(lane, "the target topic " + lane.partition().topic() + " was deleted");
        }
    }

    private void onOtherTopic(Lane lane, Uuid current) {
        if (lane.hasSurelyOtherTopic(client.metadataVersion())) {
            giveUp(
                    lane,
                    "the target topic " + lane.partition().topic() + " is another of the same name, its id was "
                            + lane.topicId() + " and is now " + current);
        } else {
            client.refreshMetadata();
            lane.backOff(nowMs + terms.backoff().firstMs());
        }
    }

    private void giveUp(Lane lane, String what) {
        lane.reopen();
        lane.forgetMissing();
        for (Assignment assignment : lane.assignments()) {
            listener.onTargetReplaced(assignment, what + ": what was copied into it before is gone");
            discard(assignment);
        }
    }

    private void send(int nodeId, List<Lane> ready) {
        Map<TopicPartition, ByteBuffer> batches = new LinkedHashMap<>();
        Map<TopicPartition, Outgoing> outgoing = new HashMap<>();
        int bytes = 0;
        for (Lane lane : ready) {
            if (lane.shouldCoalesce()) {
                lane.queue().element().first().range().assignment().crowd(nowMs + CROWDED_MS);
                int maxBytes = Math.min(lane.joinLimitBytes(), terms.maxRequestBytes());
                coalescer.coalesceHead(lane.queue(), maxBytes, client.shortestRoundTripMs(), nowMs);
            }
            Outgoing next = lane.take(identity.orElseThrow());
            if (next.mayBeWritten) {
                listener.onSentAgain(next.count());
            }
            ProducerIdentity writer = lane.identity();
            BatchPatch.patch(next.bytes(), writer.id(), writer.epoch(), writer.id() < 0 ? -1 : next.sequence);
            next.first().range().assignment().writtenBy(writer.id(), writer.epoch());
            next.parts().forEach(MirrorBatch::onSent);
            batches.put(lane.partition(), next.bytes());
            outgoing.put(lane.partition(), next);
            bytes += next.sizeInBytes();
            // Whoever was served goes to the end, so that a full request leaves the others first next time.
            active.remove(lane);
            active.add(lane);
            if (bytes >= terms.maxRequestBytes()) {
                break;
            }
        }
        client.produce(
                nodeId,
                batches,
                (partition, result) -> onResult(lanes.get(partition), outgoing.get(partition), result));
    }

    private void onResult(Lane lane, Outgoing outgoing, ProduceResult result) {
        if (result.outcome() == ProduceOutcome.ACKNOWLEDGED) {
            long lost = lane.lostBefore(outgoing, result.baseOffset());
            lane.onAcknowledged(outgoing, nowMs);
            if (result.latencyMs() >= 0) {
                listener.onAnswered(result.latencyMs());
            }
            Assignment owned = outgoing.first().range().assignment();
            if (lost > 0 && owned.owner().isPresent()) {
                listener.onFenced(
                        owned,
                        "has to find its place anew: the target has lost " + lost + " offsets from "
                                + result.baseOffset() + " on, which it had acknowledged");
                discard(owned);
            } else {
                if (lost > 0) {
                    listener.onTargetLost(outgoing.first(), result.baseOffset(), lost);
                }
                if (!outgoing.dropped) {
                    tellAcknowledged(outgoing, result.baseOffset());
                }
            }
            outgoing.release();
        } else {
            lane.onFailed(outgoing, result);
            if (outgoing.dropped) {
                outgoing.release();
            }
        }
        settle(lane);
    }

    private void tellAcknowledged(Outgoing outgoing, long baseOffset) {
        long offset = baseOffset;
        for (MirrorBatch part : outgoing.parts()) {
            listener.onAcknowledged(part, offset);
            offset = offset < 0 ? offset : offset + part.count();
        }
    }

    /** Once nothing of a failed lane is in flight: decides by the first unacknowledged batch what to do. */
    private void settle(Lane lane) {
        if (lane.isSettled()) {
            Outgoing head = lane.unacked().peekFirst();
            if (head == null || head.failure.isEmpty()) {
                lane.reopen();
            } else {
                settle(lane, head, head.failure.get());
            }
        }
        if (lane.isIdle()) {
            active.remove(lane);
        }
        if (lane.isShortOfEpochs()
                && lane.identity().id()
                        == identity.orElse(ProducerIdentity.NONE).id()) {
            identity = Optional.empty(); // another is asked for
        }
    }

    private void settle(Lane lane, Outgoing head, ProduceResult failure) {
        listener.onRetry(failure.outcome().name());
        switch (failure.outcome()) {
            case TOO_LARGE, REFUSED -> cutOrRefuse(lane, head, failure);
            case OUT_OF_ORDER, PRODUCER_UNKNOWN -> {
                if (head.first().range().assignment().owner().isPresent()) {
                    abandon(lane, head, "is not this process's own on the target any more: " + failure.error());
                    return;
                }
                // Nothing earlier is unresolved, so what the broker misses is gone from its log: begin a new epoch.
                lane.loseIdentity();
                backOff(lane);
            }
            case CORRUPT -> {
                head.corruptAnswers++;
                if (head.corruptAnswers > 1) {
                    giveUpCorrupt(lane, head);
                } else {
                    lane.reopen();
                }
            }
            case UNAUTHORIZED -> {
                if (listener.onUnauthorized(head.first(), failure.error()) == WriterListener.Patience.HALT) {
                    lane.reopen();
                    discard(head.first().range().assignment());
                } else {
                    lane.backOff(nowMs + SLOW_RETRY_MS);
                    client.refreshMetadata();
                }
            }
            case UNKNOWN_TOPIC -> {
                onMissing(lane);
                backOff(lane);
            }
            default -> backOff(lane);
        }
    }

    private void replaceHead(Lane lane, List<Outgoing> pieces) {
        if (lane.hasSpentSequences()) {
            lane.loseIdentity();
        }
        lane.replaceHead(pieces);
    }

    /** An owner's name is all that keeps others out, so there is no other to go on under. */
    private void abandon(Lane lane, Outgoing head, String why) {
        Assignment assignment = head.first().range().assignment();
        lane.reopen();
        listener.onFenced(assignment, why);
        discard(assignment);
    }

    private void backOff(Lane lane) {
        lane.backOff(nowMs + terms.backoff().afterFailures(lane.failuresInRow()));
    }

    /**
     * Comes down to the record that is to blame: a coalesced batch falls back into its parts, one of several records is
     * halved, and one of a single record is refused.
     */
    private void cutOrRefuse(Lane lane, Outgoing head, ProduceResult failure) {
        if (lane.hasSpentSequences()
                && head.count() > 1
                && head.first().range().assignment().owner().isPresent()) {
            abandon(
                    lane,
                    head,
                    "has to find its place anew: a batch is refused while others may be written: " + failure.error());
        } else if (head.isCoalesced()) {
            List<Outgoing> parts = new ArrayList<>();
            head.parts().forEach(part -> parts.add(new Outgoing(part, head.sinceMs)));
            if (failure.outcome() == ProduceOutcome.TOO_LARGE) {
                lane.onJoinedTooLarge(head.sizeInBytes());
            }
            replaceHead(lane, parts);
            head.releaseCoalesced();
            lane.reopen();
        } else if (head.count() > 1) {
            MirrorBatch whole = head.first();
            List<EncodedBatch> halves;
            try {
                halves = transcoder.halve(whole.encoded());
            } catch (InvalidBatchException e) {
                giveUpCorrupt(lane, head);
                return;
            }
            List<Outgoing> pieces = new ArrayList<>();
            halves.forEach(half -> pieces.add(new Outgoing(whole.piece(half), head.sinceMs)));
            whole.range().onSplit(halves.size());
            tellRewritten(whole, WriterListener.Rewrite.SPLIT);
            replaceHead(lane, pieces);
            head.release();
            lane.reopen();
        } else {
            refuse(lane, head, failure.error());
        }
    }

    private void tellRewritten(MirrorBatch batch, WriterListener.Rewrite why) {
        if (batch.markRewritten()) {
            listener.onRewritten(batch, why);
        }
    }

    private void giveUpCorrupt(Lane lane, Outgoing head) {
        replaceHead(lane, List.of());
        head.release();
        lane.reopen();
        listener.onCorrupt(head.first());
    }

    private void refuse(Lane lane, Outgoing head, String error) {
        MirrorBatch batch = head.first();
        if (listener.onRefused(batch, error) == WriterListener.Verdict.SKIP) {
            replaceHead(lane, List.of());
            head.release();
            lane.reopen();
        } else {
            lane.reopen();
            discard(batch.range().assignment());
        }
    }

    /** With an explicit delivery time-out, a batch that waited longer counts as refused, as it does for a producer. */
    private void maybeExpire(Lane lane, Duration limit) {
        Outgoing head = lane.head();
        if (head == null || lane.hasInFlight() || nowMs - head.sinceMs <= limit.toMillis()) {
            return;
        }
        String reason = "not delivered within delivery.timeout.ms=" + limit.toMillis();
        for (MirrorBatch part : head.parts()) {
            if (listener.onRefused(part, reason) == WriterListener.Verdict.HALT) {
                lane.reopen();
                discard(part.range().assignment());
                return;
            }
        }
        if (lane.unacked().isEmpty()) {
            lane.queue().removeFirst();
        } else {
            replaceHead(lane, List.of());
            lane.loseIdentity(); // whether it was written is unknown, so its sequences can't be given to others
        }
        head.release();
        lane.reopen();
        if (lane.isIdle()) {
            active.remove(lane);
        }
    }
}
