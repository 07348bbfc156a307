package io.tain.inspect;

import io.tain.config.ObserverSettings;
import io.tain.inspect.GroupMembers.Owner;
import io.tain.wire.CappedClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What Kafka's admin client tells of one cluster. Every question blocks for a bounded time. Used by one thread.
 */
public final class ClusterView implements AutoCloseable {
    private final Admin admin;
    private final String name;
    private final Duration limit;

    private ClusterView(Admin admin, String name, Duration limit) {
        this.admin = admin;
        this.name = name;
        this.limit = limit;
    }

    /**
     * @param side how messages call the cluster, such as {@code source}
     * @param client the settings of a Kafka client for it
     * @param clientId this one's {@code client.id}
     * @param limit longest wait for an answer
     */
    public static ClusterView open(String side, Map<String, Object> client, String clientId, Duration limit)
            throws ClusterFailure {
        String name = side + " " + client.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG);
        try {
            return new ClusterView(CappedClients.admin(ObserverSettings.admin(client, clientId)), name, limit);
        } catch (KafkaException e) {
            Throwable root = e.getCause() == null ? e : e.getCause();
            throw new ClusterFailure(name + ": " + root.getMessage(), e);
        }
    }

    /** The number of partitions of each topic that there is and whose name fits. */
    public Map<String, Integer> topics(Predicate<String> wanted) throws ClusterFailure, InterruptedException {
        Set<String> names = get(
                admin.listTopics(new ListTopicsOptions().listInternal(true).timeoutMs(limitMs()))
                        .names(),
                "the topics");
        List<String> chosen = names.stream().filter(wanted).toList();
        Map<String, Integer> counts = new TreeMap<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> topic : admin.describeTopics(
                        chosen, new DescribeTopicsOptions().timeoutMs(limitMs()))
                .topicNameValues()
                .entrySet()) {
            try {
                counts.put(topic.getKey(), topic.getValue().get().partitions().size());
            } catch (ExecutionException e) {
                if (!isPassing(e)) { // as a topic that was deleted just now
                    throw failure(e, "topic " + topic.getKey());
                }
            }
        }
        return counts;
    }

    /** The ids of those of these topics that there are; zero for one that is not told. */
    public Map<String, Uuid> topicIds(Collection<String> topics) throws ClusterFailure, InterruptedException {
        Map<String, Uuid> ids = new HashMap<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> topic : admin.describeTopics(
                        topics, new DescribeTopicsOptions().timeoutMs(limitMs()))
                .topicNameValues()
                .entrySet()) {
            try {
                ids.put(topic.getKey(), topic.getValue().get().topicId());
            } catch (ExecutionException e) {
                if (!isPassing(e)) {
                    throw failure(e, "topic " + topic.getKey());
                }
            }
        }
        return ids;
    }

    /** The partitions of these topics, in order. */
    public static List<TopicPartition> partitions(Map<String, Integer> topics) {
        List<TopicPartition> all = new ArrayList<>();
        new TreeMap<>(topics).forEach((topic, count) -> {
            for (int partition = 0; partition < count; partition++) {
                all.add(new TopicPartition(topic, partition));
            }
        });
        return all;
    }

    /** A group's committed positions; none for a group that does not exist. */
    public Map<TopicPartition, Long> commits(String group) throws ClusterFailure, InterruptedException {
        ListConsumerGroupOffsetsOptions options = new ListConsumerGroupOffsetsOptions().timeoutMs(limitMs());
        Map<TopicPartition, OffsetAndMetadata> found =
                get(admin.listConsumerGroupOffsets(group, options).partitionsToOffsetAndMetadata(), "group " + group);
        Map<TopicPartition, Long> commits = new HashMap<>();
        found.forEach((partition, offset) -> {
            if (offset != null) {
                commits.put(partition, offset.offset());
            }
        });
        return commits;
    }

    /** A group's members. */
    public GroupMembers members(String group) throws ClusterFailure, InterruptedException {
        DescribeConsumerGroupsOptions options = new DescribeConsumerGroupsOptions().timeoutMs(limitMs());
        try {
            ConsumerGroupDescription described = admin.describeConsumerGroups(List.of(group), options)
                    .describedGroups()
                    .get(group)
                    .get();
            Map<TopicPartition, Owner> owners = new HashMap<>();
            described
                    .members()
                    .forEach(member -> member.assignment()
                            .topicPartitions()
                            .forEach(partition -> owners.put(
                                    partition, new Owner(member.consumerId(), member.host(), member.clientId()))));
            return new GroupMembers(described.groupState().toString(), owners);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return new GroupMembers("Dead", Map.of());
            }
            throw failure(e, "group " + group);
        }
    }

    /** Offsets of these partitions; one that has no leader just now, or is gone, is left out. */
    public Map<TopicPartition, Long> offsets(
            Collection<TopicPartition> partitions, OffsetSpec which, IsolationLevel isolation)
            throws ClusterFailure, InterruptedException {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        partitions.forEach(partition -> wanted.put(partition, which));
        ListOffsetsResult result = admin.listOffsets(wanted, new ListOffsetsOptions(isolation).timeoutMs(limitMs()));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (TopicPartition partition : wanted.keySet()) {
            try {
                offsets.put(partition, result.partitionResult(partition).get().offset());
            } catch (ExecutionException e) {
                if (!isPassing(e)) {
                    throw failure(e, "the offsets of " + partition);
                }
            }
        }
        return offsets;
    }

    /** The value of a setting of each of these topics; a topic whose settings may not be seen is left out. */
    public Map<String, String> setting(Collection<String> topics, String key)
            throws ClusterFailure, InterruptedException {
        Map<ConfigResource, String> names = new HashMap<>();
        topics.forEach(topic -> names.put(new ConfigResource(ConfigResource.Type.TOPIC, topic), topic));
        DescribeConfigsOptions options = new DescribeConfigsOptions().timeoutMs(limitMs());
        Map<String, String> values = new HashMap<>();
        for (Map.Entry<ConfigResource, KafkaFuture<Config>> answer :
                admin.describeConfigs(names.keySet(), options).values().entrySet()) {
            try {
                ConfigEntry entry = answer.getValue().get().get(key);
                if (entry != null && entry.value() != null) {
                    values.put(names.get(answer.getKey()), entry.value());
                }
            } catch (ExecutionException e) {
                boolean unseen = e.getCause() instanceof AuthorizationException
                        || e.getCause() instanceof UnknownTopicOrPartitionException;
                if (!unseen) { // Describe alone does not let us see it
                    throw failure(e, "the settings of " + names.get(answer.getKey()));
                }
            }
        }
        return values;
    }

    /** The cluster's id. */
    public String id() throws ClusterFailure, InterruptedException {
        DescribeClusterOptions options = new DescribeClusterOptions().timeoutMs(limitMs());
        return get(admin.describeCluster(options).clusterId(), "its id");
    }

    /** Consumer groups that have members, of those wanted and seen. */
    public List<String> activeGroups(Predicate<String> wanted) throws ClusterFailure, InterruptedException {
        ListGroupsOptions options = ListGroupsOptions.forConsumerGroups().timeoutMs(limitMs());
        return get(admin.listGroups(options).valid(), "the groups").stream()
                .filter(group -> wanted.test(group.groupId()))
                .filter(group -> group.groupState()
                        .filter(state -> state != GroupState.EMPTY && state != GroupState.DEAD)
                        .isPresent())
                .map(GroupListing::groupId)
                .sorted()
                .toList();
    }

    /** The addresses of the cluster's brokers, by id. */
    public Map<Integer, String> brokers() throws ClusterFailure, InterruptedException {
        Map<Integer, String> brokers = new TreeMap<>();
        DescribeClusterOptions options = new DescribeClusterOptions().timeoutMs(limitMs());
        for (Node node : get(admin.describeCluster(options).nodes(), "the brokers")) {
            brokers.put(node.id(), node.host() + ":" + node.port());
        }
        return brokers;
    }

    private int limitMs() {
        return (int) limit.toMillis();
    }

    /** Whether the cluster answers, but not about this: a topic that is gone, or a partition without a leader. */
    private static boolean isPassing(ExecutionException e) {
        return e.getCause() instanceof RetriableException;
    }

    private <T> T get(KafkaFuture<T> future, String what) throws ClusterFailure, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw failure(e, what);
        }
    }

    private ClusterFailure failure(ExecutionException e, String what) {
        Throwable cause = e.getCause();
        if (cause instanceof AuthenticationException) {
            return new ClusterFailure(name + " refuses the credentials: " + cause.getMessage(), cause);
        }
        if (cause instanceof AuthorizationException) {
            return new ClusterFailure(
                    name + " does not allow to look at " + what + " ("
                            + cause.getClass().getSimpleName()
                            + "); grant Describe on it to the principal of these credentials",
                    cause);
        }
        if (cause instanceof TimeoutException) {
            return new ClusterFailure(
                    name + " did not answer within " + limit.toSeconds() + " s, asked about " + what
                            + "; check the addresses, security.protocol, and that the brokers run",
                    cause);
        }
        return new ClusterFailure(name + " failed to tell of " + what + ": " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }
}
