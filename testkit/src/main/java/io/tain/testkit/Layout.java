package io.tain.testkit;

import static java.util.stream.Collectors.joining;

import io.tain.testkit.ClusterSpec.Access;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;

/** Where the nodes of a cluster are, and the settings that follow from it for brokers and for clients. Immutable. */
record Layout(ClusterSpec spec, String clusterId, List<NodeLayout> nodes, Optional<Certificates> certificates) {
    static final String CONTROLLER = "CONTROLLER";
    private static final String INTERNAL = "INTERNAL";
    private static final String CLIENT = "CLIENT";
    private static final String PLAIN_LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required ";

    static Layout create(ClusterSpec spec, Path directory) {
        List<NodeLayout> nodes = new ArrayList<>();
        for (int i = 0; i < spec.brokers(); i++) {
            nodes.add(NodeLayout.create(spec.path(), directory));
        }
        Optional<Certificates> certificates =
                spec.security().encrypted() ? Optional.of(Certificates.create(directory)) : Optional.empty();
        return new Layout(spec, Uuid.randomUuid().toString(), List.copyOf(nodes), certificates);
    }

    Layout ofAnotherCluster() {
        return new Layout(spec, Uuid.randomUuid().toString(), nodes, certificates);
    }

    NodeLayout node(int nodeId) {
        return nodes.stream()
                .filter(node -> node.nodeId() == nodeId)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No node " + nodeId + " among " + nodeIds() + "."));
    }

    List<Integer> nodeIds() {
        return nodes.stream().map(NodeLayout::nodeId).toList();
    }

    String bootstrapServers() {
        return nodes.stream()
                .map(node -> NodeLayout.HOST + ":" + node.advertisedPort())
                .collect(joining(","));
    }

    Map<String, Object> directProperties() {
        Map<String, Object> properties = new HashMap<>();
        properties.put(
                "bootstrap.servers",
                nodes.stream()
                        .map(node -> NodeLayout.HOST + ":" + node.internalPort())
                        .collect(joining(",")));
        return properties;
    }

    Map<String, Object> clientProperties(String user) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", bootstrapServers());
        if (spec.security() != Security.PLAINTEXT) {
            properties.put("security.protocol", spec.security().name());
        }
        certificates.ifPresent(files -> {
            properties.put("ssl.truststore.location", files.trustStore().toString());
            properties.put("ssl.truststore.password", Certificates.PASSWORD);
            properties.put("ssl.truststore.type", "PKCS12");
        });
        if (spec.security().authenticated()) {
            properties.put("sasl.mechanism", "PLAIN");
            properties.put(
                    "sasl.jaas.config",
                    PLAIN_LOGIN + "username=\"" + user + "\" password=\"" + ClusterSpec.password(user) + "\";");
        }
        return properties;
    }

    /** The server.properties of a node. */
    Properties brokerProperties(NodeLayout node) {
        Map<String, String> properties = new LinkedHashMap<>();
        identity(properties, node);
        listeners(properties, node);
        smallAndQuick(properties);
        if (spec.access() == Access.CHECKED) {
            properties.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
            properties.put("super.users", "User:ANONYMOUS;User:" + ClusterSpec.ADMIN);
        }
        properties.putAll(spec.properties());
        Properties result = new Properties();
        result.putAll(properties);
        return result;
    }

    /** The server.properties of a node of a release before KRaft; ZooKeeper is where else the controller would be. */
    Properties zooKeeperProperties(NodeLayout node) {
        Properties properties = brokerProperties(node);
        properties
                .keySet()
                .removeIf(key -> key.toString().startsWith("controller.")
                        || key.toString().startsWith("broker.")
                        || key.toString().startsWith("listener.name."));
        properties.remove("process.roles");
        properties.remove("node.id");
        properties.setProperty("broker.id", Integer.toString(node.nodeId()));
        properties.setProperty(OldChildMain.ZOOKEEPER, NodeLayout.HOST + ":" + node.controllerPort());
        String client = CLIENT + "://" + NodeLayout.HOST + ":" + node.clientPort();
        String internal = INTERNAL + "://" + NodeLayout.HOST + ":" + node.internalPort();
        properties.setProperty("listeners", client + "," + internal);
        return properties;
    }

    private void identity(Map<String, String> properties, NodeLayout node) {
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", Integer.toString(node.nodeId()));
        properties.put("log.dirs", node.directory().toString());
        properties.put(
                "controller.quorum.voters",
                nodes.stream().map(NodeLayout::voter).collect(joining(",")));
    }

    private void listeners(Map<String, String> properties, NodeLayout node) {
        String client = CLIENT + "://" + NodeLayout.HOST + ":";
        String internal = INTERNAL + "://" + NodeLayout.HOST + ":" + node.internalPort();
        String controller = CONTROLLER + "://" + NodeLayout.HOST + ":" + node.controllerPort();
        properties.put("listeners", client + node.clientPort() + "," + internal + "," + controller);
        properties.put("advertised.listeners", client + node.advertisedPort() + "," + internal);
        properties.put("inter.broker.listener.name", INTERNAL);
        properties.put("controller.listener.names", CONTROLLER);
        properties.put(
                "listener.security.protocol.map",
                CLIENT + ":" + spec.security() + "," + INTERNAL + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
        properties.put("num.network.threads", "2");
        properties.put("listener.name.internal.num.network.threads", "1");
        properties.put("listener.name.controller.num.network.threads", "1");
        String prefix = "listener.name.client.";
        certificates.ifPresent(files -> {
            properties.put(prefix + "ssl.keystore.location", files.keyStore().toString());
            properties.put(prefix + "ssl.keystore.password", Certificates.PASSWORD);
            properties.put(prefix + "ssl.key.password", Certificates.PASSWORD);
            properties.put(prefix + "ssl.keystore.type", "PKCS12");
        });
        if (spec.security().authenticated()) {
            String users = Stream.concat(Stream.of(ClusterSpec.ADMIN), spec.users().stream())
                    .distinct()
                    .map(user -> "user_" + user + "=\"" + ClusterSpec.password(user) + "\"")
                    .collect(joining(" "));
            properties.put("sasl.enabled.mechanisms", "PLAIN");
            properties.put(prefix + "sasl.enabled.mechanisms", "PLAIN");
            properties.put(prefix + "plain.sasl.jaas.config", PLAIN_LOGIN + users + ";");
        }
    }

    private void smallAndQuick(Map<String, String> properties) {
        String replicas = Integer.toString(nodes.size());
        for (String topic : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            properties.put(topic + ".num.partitions", "1");
            properties.put(topic + ".replication.factor", replicas);
        }
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("share.coordinator.state.topic.min.isr", "1");
        properties.put("default.replication.factor", replicas);
        properties.put("auto.create.topics.enable", "false");
        properties.put("group.initial.rebalance.delay.ms", "0");
        properties.put("group.min.session.timeout.ms", "1000");
        properties.put("num.io.threads", "2");
        properties.put("num.replica.fetchers", "1");
        properties.put("background.threads", "2");
        properties.put("num.recovery.threads.per.data.dir", "1");
        properties.put("log.cleaner.dedupe.buffer.size", Integer.toString(2 << 20));
        properties.put("log.cleaner.io.buffer.size", Integer.toString(1 << 20));
        properties.put("log.cleaner.backoff.ms", "500");
        properties.put("log.index.size.max.bytes", Integer.toString(1 << 20));
        properties.put("producer.id.expiration.check.interval.ms", "10000");
        properties.put("broker.session.timeout.ms", "3000");
        properties.put("broker.heartbeat.interval.ms", "300");
        properties.put("controller.quorum.election.timeout.ms", "500");
        properties.put("controller.quorum.election.backoff.max.ms", "200");
        properties.put("controller.quorum.fetch.timeout.ms", "2000");
        properties.put("socket.send.buffer.bytes", "-1");
        properties.put("socket.receive.buffer.bytes", "-1");
    }
}
