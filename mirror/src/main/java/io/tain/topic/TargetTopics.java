package io.tain.topic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.record.TimestampType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes target topics ready: creates the missing, grows the small, and finds out what bears on forwarding. Blocks on the
 * network, so it has a thread of its own.
 */
public final class TargetTopics {
    private static final Logger LOG = LoggerFactory.getLogger(TargetTopics.class);

    private final Admin source;
    private final Admin target;

    public TargetTopics(Admin source, Admin target) {
        this.source = source;
        this.target = target;
    }

    /**
     * A source topic to be ready under a name on the target.
     *
     * @param source the topic to take partitions and settings from
     * @param target its name on the target, the same but for what a message handler makes of it, or for dead letters
     * @param purpose what it is for
     */
    public record Wanted(String source, String target, Purpose purpose) {
        public Wanted(String source, String target) {
            this(source, target, Purpose.MIRROR);
        }
    }

    /** What a target topic is for. */
    public enum Purpose {
        /** Holds what the source topic holds, and is made like it. */
        MIRROR,
        /** Takes what others refuse, and keeps it. */
        DEAD_LETTERS
    }

    /** Looks at the topics on both sides and does what they need; every one gets a state. */
    public Map<Wanted, TopicState> prepare(Collection<Wanted> topics) throws InterruptedException {
        List<String> sourceNames =
                topics.stream().map(Wanted::source).distinct().toList();
        List<String> targetNames =
                topics.stream().map(Wanted::target).distinct().toList();
        Map<String, Described> onSource = describe(source, sourceNames, TargetTopics::isSetOnTopic);
        Map<String, Described> onTarget = describe(target, targetNames, entry -> true);
        Map<Wanted, TopicState> states = new HashMap<>();
        for (Wanted topic : topics) {
            states.put(topic, prepare(topic, onSource.get(topic.source()), onTarget.get(topic.target())));
        }
        return states;
    }

    /** One cluster's answer about one topic: a shape, nothing (no such topic), or a failure. */
    private record Described(Optional<TopicShape> shape, Optional<Throwable> failure) {}

    private TopicState prepare(Wanted topic, Described onSource, Described onTarget) throws InterruptedException {
        if (onSource.shape().isEmpty()) {
            return new TopicState.Refused("the source does not describe " + topic.source() + ": "
                    + onSource.failure().map(TargetTopics::text).orElse("no such topic"));
        }
        if (onTarget.failure().isPresent()) {
            return new TopicState.Refused("the target does not describe " + topic.target() + ": "
                    + text(onTarget.failure().get()) + hint(onTarget.failure().get(), "Describe", topic.target()));
        }
        TopicShape shape = onSource.shape().get();
        if (topic.purpose() == Purpose.DEAD_LETTERS) {
            shape = new TopicShape(
                    shape.partitions(), shape.replicationFactor(), shape.id(), TopicPlan.DEAD_LETTER_SETTINGS);
        }
        try {
            TopicPlan plan = TopicPlan.of(shape, onTarget.shape(), targetBrokers());
            Optional<TopicShape> ready = onTarget.shape();
            Uuid id = ready.map(TopicShape::id).orElse(Uuid.ZERO_UUID);
            if (plan instanceof TopicPlan.Create create) {
                id = create(topic, create);
                ready = Optional.empty();
            } else if (plan instanceof TopicPlan.Grow grow) {
                grow(topic, grow);
            }
            Map<String, String> configs = ready.isPresent()
                    ? ready.get().configs()
                    : configs(target, List.of(topic.target()), entry -> true).getOrDefault(topic.target(), Map.of());
            int partitions = Math.max(
                    shape.partitions(),
                    onTarget.shape().map(TopicShape::partitions).orElse(0));
            return ready(shape.partitions(), partitions, configs, id);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            String need = onTarget.shape().isEmpty() ? "Create" : "Alter";
            return new TopicState.Refused("the target topic " + topic.target() + " "
                    + (onTarget.shape().isEmpty()
                            ? "does not exist and can't be created"
                            : "has fewer partitions than the source (" + shape.partitions() + ") and can't be grown")
                    + ": " + text(cause) + hint(cause, need, topic.target()));
        }
    }

    /** Returns the new topic's id; zero if it is not told. */
    private Uuid create(Wanted topic, TopicPlan.Create plan) throws InterruptedException, ExecutionException {
        NewTopic wanted =
                new NewTopic(topic.target(), plan.partitions(), plan.replicationFactor()).configs(plan.configs());
        try {
            CreateTopicsResult created = target.createTopics(List.of(wanted));
            created.all().get();
            LOG.info(
                    "created target topic {} with {} partitions, replication factor {}, settings {}",
                    topic.target(),
                    plan.partitions(),
                    plan.replicationFactor(),
                    plan.configs());
            return id(created, topic.target());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) { // another instance was faster
                throw e;
            }
            return Uuid.ZERO_UUID;
        }
    }

    private static Uuid id(CreateTopicsResult created, String topic) throws InterruptedException {
        try {
            return created.topicId(topic).get();
        } catch (ExecutionException e) {
            return Uuid.ZERO_UUID; // who may create it may perhaps not describe it
        }
    }

    private void grow(Wanted topic, TopicPlan.Grow plan) throws InterruptedException, ExecutionException {
        try {
            target.createPartitions(Map.of(topic.target(), NewPartitions.increaseTo(plan.to())))
                    .all()
                    .get();
            LOG.info("grew target topic {} from {} to {} partitions", topic.target(), plan.from(), plan.to());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof InvalidPartitionsException)) { // another instance was faster
                throw e;
            }
        }
    }

    private static TopicState ready(
            int sourcePartitions, int targetPartitions, Map<String, String> configs, Uuid targetId) {
        boolean logAppend = "LogAppendTime".equals(configs.get(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG));
        String limit = configs.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
        return new TopicState.Ready(
                sourcePartitions,
                targetPartitions,
                logAppend ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
                // Without the right to see the setting, the broker's refusal tells when a batch is too large.
                limit == null ? Integer.MAX_VALUE : Integer.parseInt(limit),
                targetId);
    }

    private int targetBrokers() throws InterruptedException, ExecutionException {
        return target.describeCluster().nodes().get().size();
    }

    private static Map<String, Described> describe(Admin admin, List<String> topics, Predicate<ConfigEntry> shown)
            throws InterruptedException {
        Map<String, Map<String, String>> configs;
        try {
            configs = configs(admin, topics, shown);
        } catch (ExecutionException e) {
            configs = Map.of();
        }
        Map<String, Described> described = new HashMap<>();
        Map<String, KafkaFuture<TopicDescription>> futures =
                admin.describeTopics(topics).topicNameValues();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> entry : futures.entrySet()) {
            described.put(entry.getKey(), described(entry.getValue(), configs.getOrDefault(entry.getKey(), Map.of())));
        }
        return described;
    }

    private static Described described(KafkaFuture<TopicDescription> future, Map<String, String> configs)
            throws InterruptedException {
        try {
            TopicDescription description = future.get();
            int replicas = description.partitions().get(0).replicas().size();
            return new Described(
                    Optional.of(
                            new TopicShape(description.partitions().size(), replicas, description.topicId(), configs)),
                    Optional.empty());
        } catch (ExecutionException e) {
            boolean missing = e.getCause() instanceof UnknownTopicOrPartitionException;
            return new Described(Optional.empty(), missing ? Optional.empty() : Optional.of(e.getCause()));
        }
    }

    /** Settings of those topics that may be seen; the others have none. */
    private static Map<String, Map<String, String>> configs(
            Admin admin, List<String> topics, Predicate<ConfigEntry> shown)
            throws InterruptedException, ExecutionException {
        List<ConfigResource> resources = new ArrayList<>();
        topics.forEach(topic -> resources.add(new ConfigResource(ConfigResource.Type.TOPIC, topic)));
        Map<String, Map<String, String>> all = new HashMap<>();
        for (Map.Entry<ConfigResource, KafkaFuture<Config>> entry :
                admin.describeConfigs(resources).values().entrySet()) {
            try {
                Map<String, String> values = new HashMap<>();
                entry.getValue().get().entries().stream()
                        .filter(shown)
                        .filter(e -> e.value() != null)
                        .forEach(e -> values.put(e.name(), e.value()));
                all.put(entry.getKey().name(), values);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    LOG.debug("no settings of topic {}", entry.getKey().name(), e.getCause());
                }
            }
        }
        return all;
    }

    private static boolean isSetOnTopic(ConfigEntry entry) {
        return entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG;
    }

    private static String text(Throwable failure) {
        return failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }

    private static String hint(Throwable failure, String operation, String topic) {
        return failure instanceof AuthorizationException
                ? "; grant " + operation + " on topic " + topic + " to the target's principal"
                : "";
    }
}
