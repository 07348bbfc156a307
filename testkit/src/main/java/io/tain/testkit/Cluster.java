package io.tain.testkit;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/**
 * A running cluster that a test owns. Safe for use by several threads, except for starting and stopping one and the
 * same node at once.
 */
public interface Cluster extends AutoCloseable {
    /** The cluster id, also known to the brokers' clients. */
    String clusterId();

    /** The client listener of every broker, or the proxies before them. */
    String bootstrapServers();

    /** What a client needs to connect as the user {@code admin}: bootstrap servers and security settings. */
    Map<String, Object> clientProperties();

    /** What a client needs to connect as the given SASL user. */
    Map<String, Object> clientProperties(String user);

    /**
     * What a client needs to reach the brokers past any proxy, by their internal PLAINTEXT listener and with every
     * right: for auditors and other bystanders.
     */
    Map<String, Object> directProperties();

    /** An admin client over {@link #directProperties()}; it lives until the cluster is closed. */
    Admin admin();

    /** Creates a topic with as many replicas as there are brokers, and returns when all brokers lead or follow it. */
    void createTopic(String name, int partitions, Map<String, String> configs);

    /** {@link #createTopic(String, int, Map)} with the brokers' defaults. */
    default void createTopic(String name, int partitions) {
        createTopic(name, partitions, Map.of());
    }

    /** The ids of all nodes, running or not, in the order of their start. */
    List<Integer> nodeIds();

    /** The id of the node that leads the partition now. */
    int leader(TopicPartition partition);

    /** Starts a stopped node on its former ports and data. */
    void start(int nodeId);

    /** Stops a node in an orderly way; its data stay. */
    void stop(int nodeId);

    /** Stops a node and starts it again. */
    default void restart(int nodeId) {
        stop(nodeId);
        start(nodeId);
    }

    /** The proxy before the node's client listener; the cluster must have been built with proxies. */
    FaultProxy proxy(int nodeId);

    /** The directory with the node's logs, one subdirectory for each partition it holds. */
    Path logDirectory(int nodeId);

    /** Stops everything and deletes the data. */
    @Override
    void close();
}
