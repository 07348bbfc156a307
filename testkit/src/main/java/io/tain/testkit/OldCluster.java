package io.tain.testkit;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;

/**
 * One broker of an earlier release of Kafka and the ZooKeeper that it needs, in a process of their own with the release's jars. The
 * process ends with this JVM.
 */
public final class OldCluster implements Cluster {
    private final ScratchDirectory directory;
    private final Layout layout;
    private final String classPath;
    private final Admin admin;
    private Optional<ChildBroker> running;

    private OldCluster(ScratchDirectory directory, String classPath) {
        this.directory = directory;
        this.classPath = classPath;
        this.layout = Layout.create(
                new ClusterSpec(
                        1,
                        Security.PLAINTEXT,
                        List.of(),
                        ClusterSpec.Access.OPEN,
                        ClusterSpec.ClientPath.DIRECT,
                        Map.of()),
                directory.path());
        this.running = Optional.of(launch());
        this.admin = AdminTasks.connect(layout);
        try {
            awaitReady();
        } catch (RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    /**
     * Starts it, and returns when it serves.
     *
     * @param release a directory whose pom.xml names the release's jars, which are fetched into it the first time
     */
    public static OldCluster start(Path release) throws IOException, InterruptedException {
        Path jars = release.resolve("target");
        MavenJars.copy(release.resolve("pom.xml"), jars);
        return new OldCluster(
                ScratchDirectory.create(), jars + File.separator + "*" + File.pathSeparator + ownClasses());
    }

    private static Path ownClasses() {
        try {
            return Path.of(OldChildMain.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private NodeLayout node() {
        return layout.nodes().get(0);
    }

    private ChildBroker launch() {
        return ChildBroker.launch(node(), layout.zooKeeperProperties(node()), classPath, OldChildMain.class.getName());
    }

    private void awaitReady() {
        ChildBroker broker = running.orElseThrow();
        try {
            Await.until(
                    "the process ends or serves",
                    AdminTasks.PATIENCE,
                    () -> !broker.isAlive() || AdminTasks.answers(node()));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + broker.logTail(), e);
        }
        if (!broker.isAlive()) {
            throw new IllegalStateException("The broker ended while starting:\n" + broker.logTail());
        }
    }

    @Override
    public String clusterId() {
        return AdminTasks.await(admin.describeCluster().clusterId());
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
        AdminTasks.createTopic(admin, new NewTopic(name, partitions, (short) 1).configs(configs), 1);
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
        if (running.isPresent()) {
            throw new IllegalStateException("Node " + nodeId + " is running.");
        }
        running = Optional.of(launch());
        awaitReady();
    }

    @Override
    public void stop(int nodeId) {
        running.orElseThrow(() -> new IllegalStateException("Node " + nodeId + " is not running."))
                .stop();
        running = Optional.empty();
    }

    /** There is none before these brokers. */
    @Override
    public FaultProxy proxy(int nodeId) {
        throw new IllegalStateException("Node " + nodeId + " has no proxy.");
    }

    @Override
    public Path logDirectory(int nodeId) {
        return layout.node(nodeId).directory();
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
        try {
            running.ifPresent(ChildBroker::kill);
        } finally {
            running = Optional.empty();
            directory.close();
        }
    }
}
