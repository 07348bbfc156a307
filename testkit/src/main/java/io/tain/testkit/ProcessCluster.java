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
 * A KRaft cluster whose nodes are processes of their own, so that they can be killed and suspended like real ones. The
 * processes use this JVM's class path and end with it.
 */
public final class ProcessCluster implements Cluster {
    private static final int BIND_ATTEMPTS = 3;

    private final ScratchDirectory directory;
    private final Layout layout;
    private final Proxies proxies;
    private final Admin admin;
    private final Map<Integer, ChildBroker> running = new ConcurrentHashMap<>();

    private ProcessCluster(ClusterSpec spec, ScratchDirectory directory) {
        this.directory = directory;
        this.layout = Layout.create(spec, directory.path());
        Storage.format(layout);
        this.proxies = new Proxies(layout);
        this.admin = AdminTasks.connect(layout);
        try {
            layout.nodeIds().forEach(this::launch);
            awaitReady(layout.nodeIds());
        } catch (RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    /** Describes a cluster to start in processes of its own. */
    public static ClusterBuilder<ProcessCluster> builder() {
        return new ClusterBuilder<>(ProcessCluster::start);
    }

    private static ProcessCluster start(ClusterSpec spec) {
        for (int attempt = 1; ; attempt++) {
            try {
                return new ProcessCluster(spec, ScratchDirectory.create());
            } catch (RuntimeException | AssertionError e) {
                if (attempt == BIND_ATTEMPTS || !String.valueOf(e.getMessage()).contains("failed to bind")) {
                    throw e;
                }
            }
        }
    }

    private void launch(int nodeId) {
        NodeLayout node = layout.node(nodeId);
        running.put(nodeId, ChildBroker.launch(node, layout.brokerProperties(node)));
    }

    private void awaitReady(List<Integer> nodeIds) {
        try {
            Await.until("the processes of " + nodeIds + " end or serve", AdminTasks.PATIENCE, () -> {
                boolean alive =
                        nodeIds.stream().allMatch(nodeId -> running.get(nodeId).isAlive());
                return !alive || nodeIds.stream().map(layout::node).allMatch(AdminTasks::answers);
            });
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + logTails(nodeIds), e);
        }
        if (!nodeIds.stream().allMatch(nodeId -> running.get(nodeId).isAlive())) {
            throw new IllegalStateException("A broker process ended while starting." + logTails(nodeIds));
        }
    }

    private String logTails(List<Integer> nodeIds) {
        StringBuilder text = new StringBuilder();
        for (int nodeId : nodeIds) {
            text.append("\nThe log of node ").append(nodeId).append(" ends with:\n");
            text.append(running.get(nodeId).logTail());
        }
        return text.toString();
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

    /** Starts a stopped node and waits until it serves; the other nodes of its quorum must be running. */
    @Override
    public void start(int nodeId) {
        if (running.containsKey(nodeId)) {
            throw new IllegalStateException("Node " + nodeId + " is running.");
        }
        launch(nodeId);
        awaitReady(List.of(nodeId));
    }

    @Override
    public void stop(int nodeId) {
        remove(nodeId).stop();
    }

    /** Ends the node's process with SIGKILL. */
    public void kill(int nodeId) {
        remove(nodeId).kill();
    }

    /** Freezes the node's process with SIGSTOP: its connections stand, and nothing answers. */
    public void suspend(int nodeId) {
        get(nodeId).suspend();
    }

    /** Lets a frozen node go on. */
    public void resume(int nodeId) {
        get(nodeId).resume();
    }

    @Override
    public Path logDirectory(int nodeId) {
        return layout.node(nodeId).directory();
    }

    /** The process id of a running node. */
    public long pid(int nodeId) {
        return get(nodeId).pid();
    }

    private ChildBroker get(int nodeId) {
        return Optional.ofNullable(running.get(nodeId))
                .orElseThrow(() -> new IllegalStateException("Node " + nodeId + " is not running."));
    }

    private ChildBroker remove(int nodeId) {
        ChildBroker node = get(nodeId);
        running.remove(nodeId);
        return node;
    }

    @Override
    public FaultProxy proxy(int nodeId) {
        return proxies.get(nodeId);
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
        proxies.close();
        try {
            running.values().forEach(ChildBroker::kill);
        } finally {
            running.clear();
            directory.close();
        }
    }
}
