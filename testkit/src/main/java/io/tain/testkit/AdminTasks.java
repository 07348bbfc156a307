package io.tain.testkit;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/** What both kinds of cluster ask of the brokers. */
final class AdminTasks {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int ATTEMPT_MILLIS = 2_000;

    private AdminTasks() {}

    static Admin connect(Layout layout) {
        Map<String, Object> properties = new HashMap<>(layout.directProperties());
        properties.put("client.id", "testkit");
        properties.put("reconnect.backoff.ms", 20);
        properties.put("reconnect.backoff.max.ms", 200);
        properties.put("retry.backoff.ms", 50);
        properties.put(
                "request.timeout.ms", 5_000); // a frozen broker should not be waited for when another could answer
        return Admin.create(properties);
    }

    static void awaitNodes(Admin admin, List<Integer> nodeIds) {
        Await.until("the brokers " + nodeIds + " serve", PATIENCE, () -> serving(admin, nodeIds));
    }

    /** Asks the node itself, which answers only when it is ready; the others may still speak of its former run. */
    static boolean answers(NodeLayout node) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", NodeLayout.HOST + ":" + node.internalPort());
        properties.put("client.id", "testkit-probe");
        try (Admin probe = Admin.create(properties)) {
            return serving(probe, List.of(node.nodeId()));
        }
    }

    static boolean serving(Admin admin, List<Integer> nodeIds) {
        DescribeClusterOptions options = new DescribeClusterOptions().timeoutMs(ATTEMPT_MILLIS);
        // A client that is connected to a broker which doesn't answer yet sleeps through the time-out.
        return await(admin.describeCluster(options).nodes(), ATTEMPT_MILLIS).stream()
                .map(Node::id)
                .toList()
                .containsAll(nodeIds);
    }

    static void createTopic(Admin admin, NewTopic topic, int replicas) {
        await(admin.createTopics(List.of(topic)).all());
        Await.until("topic " + topic.name() + " has leaders and all replicas in sync", PATIENCE, () -> {
            TopicDescription description = describe(admin, topic.name());
            return description.partitions().size() == topic.numPartitions()
                    && description.partitions().stream()
                            .allMatch(partition -> partition.leader() != null
                                    && partition.isr().size() == replicas);
        });
        // The controller knows before the leaders do, and a producer's first batches must not meet one that is not
        // ready.
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (int partition = 0; partition < topic.numPartitions(); partition++) {
            ends.put(new TopicPartition(topic.name(), partition), OffsetSpec.latest());
        }
        Await.until("the leaders of topic " + topic.name() + " serve", PATIENCE, () -> {
            await(admin.listOffsets(ends).all());
            return true;
        });
    }

    static int leader(Admin admin, TopicPartition partition) {
        for (TopicPartitionInfo info : describe(admin, partition.topic()).partitions()) {
            if (info.partition() == partition.partition() && info.leader() != null) {
                return info.leader().id();
            }
        }
        throw new IllegalStateException(partition + " has no leader now.");
    }

    private static TopicDescription describe(Admin admin, String topic) {
        return await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
    }

    static <T> T await(KafkaFuture<T> future) {
        return await(future, PATIENCE.toMillis());
    }

    private static <T> T await(KafkaFuture<T> future, long millis) {
        try {
            return future.get(millis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for a broker's answer.", e);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("No answer from the brokers after " + millis + " ms.", e);
        }
    }
}
