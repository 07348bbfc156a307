package io.tain.e2e.chaos;

import io.tain.e2e.chaos.Fault.Side;
import io.tain.e2e.chaos.Schedule.Step;
import io.tain.testkit.Direction;
import io.tain.testkit.FaultProxy;
import io.tain.testkit.ProcessCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/** Does to a cluster of three brokers behind proxies what a schedule says. Owned by one thread. */
final class ClusterFaults {
    private static final Duration LATENCY = Duration.ofMillis(100);
    private static final long SLOW_BYTES_PER_SECOND = 50_000;
    private static final double QUOTA_BYTES_PER_SECOND = 20_000;
    private static final ClientQuotaEntity ALL_CLIENTS =
            new ClientQuotaEntity(Collections.singletonMap(ClientQuotaEntity.CLIENT_ID, null));

    private final ProcessCluster cluster;
    private final Side side;

    ClusterFaults(ProcessCluster cluster, Side side) {
        this.cluster = cluster;
        this.side = side;
    }

    /** Begins a fault. */
    void begin(Step step) {
        switch (step.fault()) {
            case KILL_BROKER -> cluster.kill(node(step));
            case STOP_BROKER -> cluster.stop(node(step));
            case FREEZE_BROKER -> cluster.suspend(node(step));
            case BLACK_HOLE -> proxies(step).forEach(proxy -> proxy.blackHole());
            case LOSE_ANSWERS -> proxies(step).forEach(proxy -> proxy.blackHole(Direction.TO_CLIENT));
            case HOLD -> proxies(step).forEach(proxy -> proxy.hold());
            case CUT_OFF ->
                proxies(step).forEach(proxy -> {
                    proxy.refuse();
                    proxy.reset();
                });
            case SLOW ->
                proxies(step).forEach(proxy -> {
                    proxy.latency(LATENCY);
                    proxy.bandwidth(SLOW_BYTES_PER_SECOND);
                });
            case THROTTLE -> quota(Optional.of(QUOTA_BYTES_PER_SECOND));
            default -> again(step);
        }
    }

    /** Called every second while a fault lasts. */
    void again(Step step) {
        switch (step.fault()) {
            case MOVE_LEADERS -> maybeMoveLeaders();
            case RESET -> proxies(step).forEach(FaultProxy::reset);
            default -> {}
        }
    }

    /** Takes a fault back. */
    void end(Step step) {
        switch (step.fault()) {
            case KILL_BROKER, STOP_BROKER -> cluster.start(node(step));
            case FREEZE_BROKER -> cluster.resume(node(step));
            case THROTTLE -> quota(Optional.empty());
            default -> proxies(step).forEach(FaultProxy::heal);
        }
    }

    private int node(Step step) {
        return cluster.nodeIds().get(step.victim());
    }

    private List<FaultProxy> proxies(Step step) {
        return cluster.nodeIds().stream()
                .filter(node -> step.victim() == Schedule.VICTIMS || node == node(step))
                .map(cluster::proxy)
                .toList();
    }

    private void quota(Optional<Double> bytesPerSecond) {
        String key = side == Side.SOURCE ? "consumer_byte_rate" : "producer_byte_rate";
        get(cluster.admin()
                .alterClientQuotas(List.of(new ClientQuotaAlteration(
                        ALL_CLIENTS, List.of(new ClientQuotaAlteration.Op(key, bytesPerSecond.orElse(null))))))
                .all());
    }

    /** Gives every partition to its next replica; a cluster that is not ready for that is left as it is. */
    private void maybeMoveLeaders() {
        try {
            moveLeaders(cluster);
        } catch (IllegalStateException notNow) {
            return;
        }
    }

    /** Gives every partition of all topics, internal ones too, to its next replica. */
    static void moveLeaders(ProcessCluster cluster) {
        Map<TopicPartition, Optional<NewPartitionReassignment>> orders = new HashMap<>();
        List<String> topics = List.copyOf(get(cluster.admin().listTopics().names()));
        Map<String, TopicDescription> described =
                get(cluster.admin().describeTopics(topics).allTopicNames());
        for (TopicDescription topic : described.values()) {
            for (TopicPartitionInfo partition : topic.partitions()) {
                List<Integer> replicas = new ArrayList<>(
                        partition.replicas().stream().map(Node::id).toList());
                Collections.rotate(replicas, 1);
                orders.put(
                        new TopicPartition(topic.name(), partition.partition()),
                        Optional.of(new NewPartitionReassignment(replicas)));
            }
        }
        get(cluster.admin().alterPartitionReassignments(orders).all());
        get(cluster.admin()
                .electLeaders(ElectionType.PREFERRED, orders.keySet())
                .partitions());
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
