package io.tain.testkit;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The identity, ports and directory of a node. They stay the same when it is restarted.
 *
 * @param nodeId the id, unique in this JVM because the brokers' metric registries are JVM-wide
 * @param clientPort where the client listener is bound
 * @param advertisedPort the port that clients are told: the client port, or a proxy's
 * @param internalPort where the listener for other brokers and for bystanders is bound
 * @param controllerPort where the controller listens
 * @param directory holds the log and the metadata
 */
record NodeLayout(
        int nodeId, int clientPort, int advertisedPort, int internalPort, int controllerPort, Path directory) {
    private static final AtomicInteger NEXT_ID = new AtomicInteger(1);

    static final String HOST = "127.0.0.1";

    static NodeLayout create(ClusterSpec.ClientPath clientPath, Path parent) {
        int nodeId = NEXT_ID.getAndIncrement();
        int clientPort = Ports.next();
        int advertisedPort = clientPath == ClusterSpec.ClientPath.PROXIED ? Ports.next() : clientPort;
        return new NodeLayout(
                nodeId, clientPort, advertisedPort, Ports.next(), Ports.next(), parent.resolve("node-" + nodeId));
    }

    String voter() {
        return nodeId + "@" + HOST + ":" + controllerPort;
    }
}
