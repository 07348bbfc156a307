package io.tain.testkit;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The proxies before a cluster's client listeners, if it has any. They stay while brokers stop and start. */
final class Proxies implements AutoCloseable {
    private final Map<Integer, FaultProxy> proxies = new ConcurrentHashMap<>();

    Proxies(Layout layout) {
        try {
            for (NodeLayout node : layout.nodes()) {
                if (node.advertisedPort() != node.clientPort()) {
                    proxies.put(node.nodeId(), FaultProxy.start(node.advertisedPort(), node.clientPort()));
                }
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    FaultProxy get(int nodeId) {
        return Optional.ofNullable(proxies.get(nodeId))
                .orElseThrow(() -> new IllegalStateException("There is no proxy before node " + nodeId
                        + ": give a node of this cluster, and build the cluster with proxied()."));
    }

    @Override
    public void close() {
        proxies.values().forEach(FaultProxy::close);
    }
}
