package io.tain.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;

/**
 * A KRaft cluster of combined broker and controller nodes inside this JVM. Several may live beside each other. A fault
 * in a broker doesn't end the JVM; {@link #faults()} tells of it.
 */
public final class EmbeddedCluster implements Cluster {
    private static final int BIND_ATTEMPTS = 5;
    private static final Duration ORDERLY = Duration.ofSeconds(10);
    private static final Duration ABRUPT = Duration.ofMillis(1);

    private final ScratchDirectory directory;
    private volatile Layout layout;
    private final Faults faults = new Faults();
    private final Map<Integer, EmbeddedNode> running = new ConcurrentHashMap<>();
    private final Proxies proxies;
    private final Admin admin;

    private EmbeddedCluster(ClusterSpec spec, ScratchDirectory directory) {
        this.directory = directory;
        this.layout = Layout.create(spec, directory.path());
        Storage.format(layout);
        this.proxies = new Proxies(layout);
        try {
            Concurrently.forEach(layout.nodeIds(), this::launch);
            this.admin = AdminTasks.connect(layout);
            AdminTasks.awaitNodes(admin, layout.nodeIds());
        } catch (RuntimeException | AssertionError e) {
            stopAll();
            throw e;
        }
    }

    /** Describes a cluster to start in this JVM. */
    public static ClusterBuilder<EmbeddedCluster> builder() {
        return new ClusterBuilder<>(EmbeddedCluster::start);
    }

    private static EmbeddedCluster start(ClusterSpec spec) {
        Faults.keepJvmAlive();
        for (int attempt = 1; ; attempt++) {
            ScratchDirectory directory = ScratchDirectory.create();
            try {
                return new EmbeddedCluster(spec, directory);
            } catch (RuntimeException | AssertionError e) {
                directory.close();
                if (attempt == BIND_ATTEMPTS || !isBindFailure(e)) {
                    throw e;
                }
            }
        }
    }

    private static boolean isBindFailure(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.net.BindException
                    || String.valueOf(cause.getMessage()).contains("failed to bind")) {
                return true;
            }
        }
        return false;
    }

    private void launch(int nodeId) {
        NodeLayout node = layout.node(nodeId);
        EmbeddedNode server = new EmbeddedNode(layout.brokerProperties(node), layout, faults);
        server.start();
        running.put(nodeId, server);
    }

    @Override
    public String clusterId() {
        return layout.clusterId();
    }

    @Override
    public String bootstrapServers() {
        return layout.bootstrapServers();
    }

    @Override
    public Map<String, Object> clientProperties() {
        return layout.clientProperties(ClusterSpec.ADMIN);
    }

    @Override
    public Map<String, Object> clientProperties(String user) {
        return layout.clientProperties(user);
    }

    @Override
    public Map<String, Object> directProperties() {
        return layout.directProperties();
    }

    @Override
    public Admin admin() {
        return admin;
    }

    @Override
    public void createTopic(String name, int partitions, Map<String, String> configs) {
        short replicas = (short) layout.nodes().size();
        AdminTasks.createTopic(admin, new NewTopic(name, partitions, replicas).configs(configs), running.size());
    }

    @Override
    public List<Integer> nodeIds() {
        return layout.nodeIds();
    }

    @Override
    public int leader(TopicPartition partition) {
        return AdminTasks.leader(admin, partition);
    }

    @Override
    public void start(int nodeId) {
        if (running.containsKey(nodeId)) {
            throw new IllegalStateException("Node " + nodeId + " is running.");
        }
        launch(nodeId);
    }

    @Override
    public void stop(int nodeId) {
        stop(nodeId, ORDERLY);
    }

    /** Stops a node without handing its partitions over first; what its process would have flushed is still there. */
    public void stopAbruptly(int nodeId) {
        stop(nodeId, ABRUPT);
    }

    private void stop(int nodeId, Duration patience) {
        EmbeddedNode node = Optional.ofNullable(running.remove(nodeId))
                .orElseThrow(() -> new IllegalStateException("Node " + nodeId + " is not running."));
        node.stopBroker(patience);
        node.stopController();
    }

    /**
     * Puts an empty cluster in this one's place, with another id and the same addresses. For clusters of one node without
     * proxies.
     */
    public void replace() {
        layout.nodeIds().forEach(this::stopAbruptly);
        layout.nodes().forEach(node -> ScratchDirectory.deleteAll(node.directory()));
        layout = layout.ofAnotherCluster();
        Storage.format(layout);
        Concurrently.forEach(layout.nodeIds(), this::launch);
        AdminTasks.awaitNodes(admin, layout.nodeIds());
    }

    @Override
    public FaultProxy proxy(int nodeId) {
        return proxies.get(nodeId);
    }

    /** The faults that brokers reported, with the name of the part that failed. */
    public List<String> faults() {
        return faults.seen();
    }

    @Override
    public Path logDirectory(int nodeId) {
        return layout.node(nodeId).directory();
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
        try {
            stopAll();
        } finally {
            directory.close();
        }
    }

    private void stopAll() {
        proxies.close();
        List<EmbeddedNode> nodes = List.copyOf(running.values());
        running.clear();
        Concurrently.forEach(nodes, node -> node.stopBroker(ABRUPT));
        nodes.forEach(EmbeddedNode::leaveQuorum);
        Concurrently.forEach(nodes, EmbeddedNode::stopController);
    }
}
