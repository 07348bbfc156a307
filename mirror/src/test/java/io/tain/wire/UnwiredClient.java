package io.tain.wire;

import java.util.List;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.clients.LeastLoadedNode;
import org.apache.kafka.clients.RequestCompletionHandler;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.requests.AbstractRequest;

/** A network client without a network: what of Kafka's interface neither tests nor the mirror ask for. */
abstract class UnwiredClient implements KafkaClient {
    private int correlation;

    @Override
    public abstract List<ClientResponse> poll(long timeout, long now);

    @Override
    public ClientRequest newClientRequest(
            String nodeId, AbstractRequest.Builder<?> builder, long createdTimeMs, boolean expectResponse) {
        return newClientRequest(nodeId, builder, createdTimeMs, expectResponse, 30_000, null);
    }

    @Override
    public ClientRequest newClientRequest(
            String nodeId,
            AbstractRequest.Builder<?> builder,
            long createdTimeMs,
            boolean expectResponse,
            int requestTimeoutMs,
            RequestCompletionHandler callback) {
        return new ClientRequest(
                nodeId, builder, correlation++, "test", createdTimeMs, expectResponse, requestTimeoutMs, callback);
    }

    @Override
    public boolean ready(Node node, long now) {
        return isReady(node, now);
    }

    @Override
    public LeastLoadedNode leastLoadedNode(long now) {
        return new LeastLoadedNode(new Node(3, "localhost", 3), true);
    }

    @Override
    public long connectionDelay(Node node, long now) {
        return 0;
    }

    @Override
    public long pollDelayMs(Node node, long now) {
        return 0;
    }

    @Override
    public boolean connectionFailed(Node node) {
        return false;
    }

    @Override
    public AuthenticationException authenticationException(Node node) {
        return null;
    }

    @Override
    public void disconnect(String nodeId) {}

    @Override
    public void close(String nodeId) {}

    @Override
    public boolean hasInFlightRequests() {
        return inFlightRequestCount() > 0;
    }

    @Override
    public int inFlightRequestCount(String nodeId) {
        return inFlightRequestCount();
    }

    @Override
    public boolean hasInFlightRequests(String nodeId) {
        return hasInFlightRequests();
    }

    @Override
    public boolean hasReadyNodes(long now) {
        return true;
    }

    @Override
    public void wakeup() {}

    @Override
    public void initiateClose() {}

    @Override
    public boolean active() {
        return true;
    }

    @Override
    public void close() {}
}
