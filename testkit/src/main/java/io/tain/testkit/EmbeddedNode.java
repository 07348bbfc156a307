package io.tain.testkit;

import com.yammer.metrics.core.MetricsRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.FaultHandlerFactory;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.metrics.KafkaYammerMetrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a combined broker and controller in this JVM. It is started once and stopped once; a restart is another
 * EmbeddedNode on the same layout. Broker and controller stop apart, so that a whole cluster can stop its brokers while
 * the controllers still answer.
 */
final class EmbeddedNode {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedNode.class);

    /** Nodes of all clusters of this JVM that have not ended. */
    private static int alive;

    private final SharedServer shared;
    private final BrokerServer broker;
    private final ControllerServer controller;

    EmbeddedNode(Properties properties, Layout layout, FaultHandlerFactory faults) {
        begin();
        KafkaConfig config = KafkaConfig.fromProps(properties, false);
        scala.Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> directories =
                KafkaRaftServer.initializeLogDirs(config, LOG, "[node " + config.nodeId() + "] ");
        Map<Integer, InetSocketAddress> voters = new HashMap<>();
        for (NodeLayout node : layout.nodes()) {
            voters.put(node.nodeId(), new InetSocketAddress(InetAddress.getLoopbackAddress(), node.controllerPort()));
        }
        shared = new SharedServer(
                config,
                directories._1(),
                Time.SYSTEM,
                Server.initializeMetrics(config, Time.SYSTEM, layout.clusterId()),
                CompletableFuture.completedFuture(voters),
                List.of(),
                faults,
                ServerSocketFactory.INSTANCE);
        broker = new BrokerServer(shared);
        controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), directories._2());
    }

    /** Returns when the broker is registered and serves; with several nodes, these must start at the same time. */
    void start() {
        try {
            controller.startup();
            broker.startup();
        } catch (RuntimeException | Error failure) {
            quietly(() -> broker.shutdown(Duration.ZERO)).ifPresent(failure::addSuppressed);
            quietly(controller::shutdown).ifPresent(failure::addSuppressed);
            end();
            throw failure;
        }
    }

    void stopBroker(Duration patience) {
        broker.shutdown(patience);
        broker.awaitShutdown();
    }

    /**
     * Leaves the quorum without waiting for a successor. A cluster that ends as a whole has none in the end, and its last
     * controllers would wait in vain.
     */
    void leaveQuorum() {
        shared.raftManager()
                .client()
                .shutdown(1)
                .exceptionally(noSuccessor -> null)
                .join();
    }

    void stopController() {
        controller.shutdown();
        controller.awaitShutdown();
        end();
    }

    private static synchronized void begin() {
        alive++;
    }

    /**
     * A broker that has ended leaves gauges in the JVM's registry, such as those of its partitions and log directories (as of 4.3.1), and with
     * them all that it had in memory. They have the same names in all clusters: when the last node has ended, all of them go.
     */
    private static synchronized void end() {
        alive--;
        if (alive == 0) {
            MetricsRegistry registry = KafkaYammerMetrics.defaultRegistry();
            List.copyOf(registry.allMetrics().keySet()).forEach(registry::removeMetric);
        }
    }

    private static Optional<RuntimeException> quietly(Runnable action) {
        try {
            action.run();
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(e);
        }
    }
}
