package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.link.LinkStatus.State;
import io.tain.link.StartFailure;
import io.tain.testkit.AuditReport;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.EmbeddedCluster;
import io.tain.testkit.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Brokers of clusters of three that stop, vanish and hand over, while 500 records a second are written. */
final class BrokerFaultIT {
    private static final int PARTITIONS = 3;
    private static final double PER_SECOND = 500;

    private static ClusterPair clusters;

    @BeforeAll
    static void startClusters() {
        clusters = ClusterPair.start(cluster -> cluster.brokers(3));
    }

    @AfterAll
    static void closeClusters() {
        clusters.close();
    }

    @Test
    void shouldKeepOrderWhenTargetBrokersRestartAndVanish() throws StartFailure {
        String topic = "target-brokers";
        try (Workload load = load(topic);
                RunningMirror mirror = fixture(topic).start()) {
            bounce(clusters.target(), topic);
            settle(topic, load, mirror);
        }
    }

    @Test
    void shouldKeepOrderWhenSourceBrokersRestartAndVanish() throws StartFailure {
        String topic = "source-brokers";
        try (Workload load = load(topic);
                RunningMirror mirror = fixture(topic).start()) {
            bounce(clusters.source(), topic);
            settle(topic, load, mirror);
        }
    }

    /** An orderly restart of one leader, and another that goes without a word. */
    private static void bounce(EmbeddedCluster cluster, String topic) {
        Observer observer = observe(topic);
        observer.awaitProgress(topic, 300);
        cluster.restart(cluster.leader(new TopicPartition(topic, 0)));
        observer.awaitProgress(topic, 300);
        int victim = cluster.leader(new TopicPartition(topic, 1));
        cluster.stopAbruptly(victim);
        observer.awaitProgress(topic, 500);
        cluster.start(victim);
        observer.awaitProgress(topic, 300);
    }

    @Test
    void shouldFollowLeadersThatMove() throws StartFailure, InterruptedException, ExecutionException {
        String topic = "moves";
        Observer observer = observe(topic);
        try (Workload load = load(topic);
                RunningMirror mirror = fixture(topic).start()) {
            observer.awaitProgress(topic, 300);
            for (EmbeddedCluster cluster : List.of(clusters.target(), clusters.source())) {
                for (int round = 0; round < 2; round++) {
                    moveLeaders(cluster, topic);
                    observer.awaitProgress(topic, 200);
                }
            }
            settle(topic, load, mirror);
        }
    }

    /** Gives every partition of the topic to the next broker. */
    private static void moveLeaders(EmbeddedCluster cluster, String topic)
            throws InterruptedException, ExecutionException {
        Map<TopicPartition, Optional<NewPartitionReassignment>> orders = new HashMap<>();
        Map<TopicPartition, Integer> wanted = new HashMap<>();
        for (int i = 0; i < PARTITIONS; i++) {
            TopicPartition partition = new TopicPartition(topic, i);
            List<Integer> replicas = new ArrayList<>(cluster.nodeIds());
            while (replicas.get(2) != cluster.leader(partition)) {
                replicas.add(replicas.remove(0));
            }
            orders.put(partition, Optional.of(new NewPartitionReassignment(replicas)));
            wanted.put(partition, replicas.get(0));
        }
        cluster.admin().alterPartitionReassignments(orders).all().get();
        cluster.admin()
                .electLeaders(ElectionType.PREFERRED, wanted.keySet())
                .partitions()
                .get();
        Await.until(
                "the leaders have moved",
                Observer.PATIENCE,
                () -> wanted.entrySet().stream().allMatch(entry -> cluster.leader(entry.getKey()) == entry.getValue()));
    }

    @Test
    void shouldWaitForEnoughReplicas() throws StartFailure {
        String topic = "replicas";
        Observer observer = observe(topic);
        clusters.target().createTopic(topic, PARTITIONS, Map.of("min.insync.replicas", "3"));
        try (Workload load = load(topic);
                RunningMirror mirror = fixture(topic).start()) {
            observer.awaitProgress(topic, 300);
            int stopped = clusters.target().nodeIds().get(2);
            clusters.target().stop(stopped);
            Await.until(
                    "too few replicas are told",
                    Observer.PATIENCE,
                    () -> mirror.status().partitions().stream()
                            .anyMatch(partition -> partition.state() == State.RETRYING
                                    && partition.reason().orElse("").startsWith("target: NOT_ENOUGH_REPLICAS")));
            clusters.target().start(stopped);
            observer.awaitProgress(topic, 300);
            settle(topic, load, mirror);
        }
    }

    private static void settle(String topic, Workload load, RunningMirror mirror) {
        assertThat(load.stop().failed()).isZero();
        observe(topic).awaitLagZero(topic);
        Await.until(
                "all run",
                Observer.PATIENCE,
                () -> mirror.status().partitions().stream().allMatch(partition -> partition.state() == State.RUNNING));
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }

    private static MirrorFixture fixture(String topic) {
        return MirrorFixture.between(clusters).topics(topic).group(topic);
    }

    private static Observer observe(String group) {
        return new Observer(clusters.source(), clusters.target(), group);
    }

    private static Workload load(String topic) {
        clusters.source().createTopic(topic, PARTITIONS);
        return Workload.to(clusters.source().directProperties(), topic, PARTITIONS)
                .rate(PER_SECOND)
                .producer("linger.ms", 5)
                .open()
                .start();
    }
}
