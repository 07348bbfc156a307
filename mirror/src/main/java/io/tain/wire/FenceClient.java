package io.tain.wire;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.EndTxnResponse;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;

/**
 * Takes partitions of the target over from whoever wrote them: an empty transaction, aborted, leaves a marker in the partition, and
 * behind a marker the broker refuses the writes of all earlier epochs of the producer id (KIP-98).
 *
 * <p>Owned by one thread. Many partitions at once go side by side, over several connections, as a broker answers one connection's
 * requests one after the other; each of them step by step:
 *
 * <pre>
 *   FIND coordinator ─▶ INIT producer id, epoch e ─▶ ADD partition ─▶ END by abort ─▶ INIT once more, epoch e+1
 * </pre>
 *
 * <p>The second INIT is answered only when the marker is written, and so tells that it is. The partition is then written
 * with epoch e+1, outside of any transaction. Whatever goes wrong on the way, all of it is done again.
 *
 * <p>Where the first INIT tells that there is nobody to shut out, it is the only step. When the epochs of an id come to their end, END is
 * left out, and all is done again under another id.
 */
public final class FenceClient implements AutoCloseable {
    private static final int MAX_IN_FLIGHT = 50;
    private static final int TRANSACTION_TIMEOUT_MS = 60_000;

    /**
     * The last epoch that is given to an owner: whoever comes next must be able to have a marker written of a higher one. Behind the
     * next one coordinators give another producer id, which shuts nobody out who writes under the old.
     */
    private static final short LAST_EPOCH = Short.MAX_VALUE - 2;

    private static final long BACKOFF_MS = 50;
    private static final long LONG_BACKOFF_MS = 500;

    private final ClusterConnection connection;
    private final List<Fence> fences = new ArrayList<>();
    private int turn;

    FenceClient(ClusterConnection connection) {
        this.connection = connection;
    }

    /** A client with these producer settings; connects at the first poll. */
    public static FenceClient connect(Map<String, Object> settings, String clientId, ConnectionWatch clusterListener) {
        return new FenceClient(ClusterConnection.forProducer(settings, clientId, MAX_IN_FLIGHT, clusterListener));
    }

    /** What the transactional ids of a link begin with, before the partition. */
    public static String idPrefix(String link) {
        return "tain-" + link + "-";
    }

    /**
     * Who writes the partition from now on.
     *
     * @param identity for its batches
     * @param markerEpoch of the marker in the partition, behind which nobody else's writes are; empty if there was nobody else
     */
    public record Ownership(ProducerIdentity identity, Optional<Short> markerEpoch) {}

    /** Why a partition could not be taken over. */
    public static final class FenceException extends Exception {
        private static final long serialVersionUID = 1L;

        FenceException(String message) {
            super(message);
        }
    }

    private enum Step {
        FIND,
        INIT,
        ADD,
        END,
        INIT_AGAIN
    }

    private static final class Fence {
        private final String transactionalId;
        private final TopicPartition partition;
        private final Predicate<ProducerIdentity> isAlone;
        private final int connection;
        private final CompletableFuture<Ownership> done = new CompletableFuture<>();
        private Step step = Step.FIND;
        private int coordinator = -1;
        private ProducerIdentity identity = ProducerIdentity.NONE;
        private boolean inFlight;
        private long notBeforeMs;
        private volatile String trouble = "";

        Fence(String transactionalId, TopicPartition partition, Predicate<ProducerIdentity> isAlone, int connection) {
            this.transactionalId = transactionalId;
            this.partition = partition;
            this.isAlone = isAlone;
            this.connection = connection;
        }

        void next(Step following) {
            step = following;
        }

        void again(Step from, long whenMs, String why) {
            step = from;
            notBeforeMs = whenMs;
            trouble = why;
        }
    }

    /**
     * Begins to take a partition over; goes on while it is polled. The future fails with a {@link FenceException}.
     *
     * @param isAlone whether nobody has to be shut out of the partition if this is the identity that is given first
     */
    public CompletableFuture<Ownership> fence(
            String transactionalId, TopicPartition partition, Predicate<ProducerIdentity> isAlone) {
        turn = (turn + 1) % ClusterConnection.CONNECTIONS;
        Fence fence = new Fence(transactionalId, partition, isAlone, turn);
        fences.add(fence);
        return fence.done;
    }

    /** What the take-overs under way wait for, if that is trouble. */
    public Optional<String> trouble() {
        return connection
                .clusterProblem()
                .or(() -> fences.stream()
                        .map(fence -> fence.trouble)
                        .filter(text -> !text.isEmpty())
                        .findFirst());
    }

    /** Sends what can be sent, then waits at most {@code timeoutMs} for the network. */
    public void poll(long timeoutMs, long nowMs) {
        fences.removeIf(fence -> fence.done.isDone() && !fence.inFlight);
        Set<Integer> full = new HashSet<>();
        for (Fence fence : fences) {
            if (!fence.inFlight && !fence.done.isDone() && nowMs >= fence.notBeforeMs) {
                maybeSend(fence, full, nowMs);
            }
        }
        connection.poll(timeoutMs, nowMs);
    }

    /** Makes a poll in progress return; from any thread. */
    public void wakeup() {
        connection.wakeup();
    }

    @Override
    public void close() {
        connection.close();
    }

    private void maybeSend(Fence fence, Set<Integer> full, long nowMs) {
        int node = ClusterConnection.connection(fence.coordinator, fence.connection);
        if (fence.step == Step.FIND) {
            Optional<Node> any = connection.anyReadyNode(nowMs);
            if (any.isEmpty()) {
                return;
            }
            node = ClusterConnection.connection(any.get().id(), fence.connection);
        } else if (connection.node(node).isEmpty()) {
            fence.again(Step.FIND, nowMs + LONG_BACKOFF_MS, "broker " + fence.coordinator + " is unknown");
            connection.metadata().requestUpdate(false);
            return;
        }
        if (full.contains(node) || !connection.isReady(node, nowMs)) {
            full.add(node);
            return;
        }
        fence.inFlight = true;
        connection.send(node, request(fence), true, answer -> onAnswer(fence, answer));
    }

    private static AbstractRequest.Builder<?> request(Fence fence) {
        return switch (fence.step) {
            case FIND ->
                new FindCoordinatorRequest.Builder(new FindCoordinatorRequestData()
                        .setKeyType(CoordinatorType.TRANSACTION.id())
                        .setCoordinatorKeys(List.of(fence.transactionalId)));
            case INIT, INIT_AGAIN ->
                new InitProducerIdRequest.Builder(new InitProducerIdRequestData()
                        .setTransactionalId(fence.transactionalId)
                        .setTransactionTimeoutMs(TRANSACTION_TIMEOUT_MS));
            case ADD ->
                AddPartitionsToTxnRequest.Builder.forClient(
                        fence.transactionalId, fence.identity.id(), fence.identity.epoch(), List.of(fence.partition));
            case END ->
                new EndTxnRequest.Builder(
                        new EndTxnRequestData()
                                .setTransactionalId(fence.transactionalId)
                                .setProducerId(fence.identity.id())
                                .setProducerEpoch(fence.identity.epoch())
                                .setCommitted(false),
                        false);
        };
    }

    private void onAnswer(Fence fence, ClientResponse answer) {
        fence.inFlight = false;
        long nowMs = answer.receivedTimeMs();
        if (!answer.hasResponse()) {
            String why = answer.authenticationException() != null
                    ? answer.authenticationException().getMessage()
                    : "no answer from broker " + answer.destination();
            fence.again(Step.FIND, nowMs + LONG_BACKOFF_MS, why);
            return;
        }
        Errors error = take(fence, answer.responseBody());
        if (error != Errors.NONE) {
            onError(fence, error, nowMs);
        }
    }

    /** Goes a step on, unless the answer is an error. */
    private static Errors take(Fence fence, AbstractResponse body) {
        switch (fence.step) {
            case FIND -> {
                Coordinator found = ((FindCoordinatorResponse) body)
                        .coordinatorByKey(fence.transactionalId)
                        .orElseThrow();
                fence.coordinator = found.nodeId();
                fence.next(found.errorCode() == 0 ? Step.INIT : Step.FIND);
                return Errors.forCode(found.errorCode());
            }
            case INIT, INIT_AGAIN -> {
                InitProducerIdResponseData data = ((InitProducerIdResponse) body).data();
                if (data.errorCode() == 0) {
                    takeIdentity(fence, new ProducerIdentity(data.producerId(), data.producerEpoch()));
                }
                return Errors.forCode(data.errorCode());
            }
            case ADD -> {
                Errors error = ((AddPartitionsToTxnResponse) body)
                        .errors().values().stream()
                                .map(parts -> parts.getOrDefault(fence.partition, Errors.UNKNOWN_SERVER_ERROR))
                                .findFirst()
                                .orElse(Errors.UNKNOWN_SERVER_ERROR);
                if (error == Errors.NONE) {
                    fence.next(isSpent(fence.identity) ? Step.INIT_AGAIN : Step.END);
                }
                return error;
            }
            case END -> {
                Errors error = Errors.forCode(((EndTxnResponse) body).data().errorCode());
                fence.next(error == Errors.NONE ? Step.INIT_AGAIN : Step.END);
                return error;
            }
            default -> throw new IllegalStateException(fence.step.name());
        }
    }

    /**
     * Whether nobody is to be made owner by taking the partition over under this identity. Then the transaction is left open, and by asking
     * again the coordinator is made to abort it by a marker of an epoch of its own; what it gives then is another id, under which the
     * partition is taken over.
     */
    private static boolean isSpent(ProducerIdentity identity) {
        return identity.epoch() >= LAST_EPOCH;
    }

    private static void takeIdentity(Fence fence, ProducerIdentity given) {
        if (fence.step == Step.INIT && !isSpent(given) && fence.isAlone.test(given)) {
            fence.done.complete(new Ownership(given, Optional.empty()));
        } else if (fence.step == Step.INIT) {
            fence.identity = given;
            fence.next(Step.ADD);
        } else if (given.id() == fence.identity.id() && given.epoch() == fence.identity.epoch() + 1) {
            fence.done.complete(new Ownership(given, Optional.of(fence.identity.epoch())));
        } else {
            // Somebody else came between, or the epochs of the id are used up: the marker is not the last one any more.
            fence.again(Step.FIND, 0, isSpent(fence.identity) ? "" : "taken over by another process meanwhile");
        }
    }

    private static void onError(Fence fence, Errors error, long nowMs) {
        switch (error) {
            case CONCURRENT_TRANSACTIONS -> fence.again(fence.step, nowMs + BACKOFF_MS, "");
            case TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                    TOPIC_AUTHORIZATION_FAILED,
                    CLUSTER_AUTHORIZATION_FAILED,
                    UNSUPPORTED_VERSION,
                    INVALID_TRANSACTION_TIMEOUT ->
                fence.done.completeExceptionally(
                        new FenceException(error.name() + " for transactional id " + fence.transactionalId));
            case INVALID_PRODUCER_EPOCH, PRODUCER_FENCED ->
                fence.done.completeExceptionally(
                        new FenceException("another process has taken it over at the same time (" + error + ")"));
            default -> fence.again(Step.FIND, nowMs + LONG_BACKOFF_MS, error.name());
        }
    }
}
