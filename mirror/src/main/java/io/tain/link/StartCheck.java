package io.tain.link;

import io.tain.config.Delivery;
import io.tain.config.LinkConfig;
import io.tain.config.StartPosition;
import io.tain.link.StartFailure.Side;
import io.tain.state.KeptState;
import io.tain.state.StateLog;
import io.tain.state.StateTopic;
import io.tain.wire.CappedClients;
import io.tain.wire.FenceClient;
import io.tain.wire.TlsProbe;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What must hold before a link's first thread is started. Blocks for a bounded time. */
final class StartCheck {
    private static final Logger LOG = LoggerFactory.getLogger(StartCheck.class);

    /** For a broker to take a connection, and to say its first word. */
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);

    private final LinkConfig config;
    private final Duration limit;

    StartCheck(LinkConfig config, Duration limit) {
        this.config = config;
        this.limit = limit;
    }

    /** Makes an admin client; it is the settings' fault if it can't be made, or would not speak as the brokers do. */
    Admin connect(Side side, Map<String, Object> settings) throws StartFailure {
        try {
            Optional<InetSocketAddress> encrypted = TlsProbe.look(settings, PROBE_LIMIT);
            if (encrypted.isPresent()) {
                throw new StartFailure(
                        side,
                        "link " + config.name() + ": " + word(side) + ": "
                                + encrypted.get().getHostString() + ":"
                                + encrypted.get().getPort() + " speaks TLS, and security.protocol is "
                                + settings.getOrDefault(
                                        AdminClientConfig.SECURITY_PROTOCOL_CONFIG,
                                        AdminClientConfig.DEFAULT_SECURITY_PROTOCOL)
                                + "; set it to SSL, or to SASL_SSL if clients have to log in");
            }
            return CappedClients.admin(settings);
        } catch (KafkaException e) {
            Throwable root = e.getCause() == null ? e : e.getCause();
            throw new StartFailure(side, "link " + config.name() + ": " + word(side) + ": " + root.getMessage(), e);
        }
    }

    /**
     * What is asked of both clusters at once, so that a start takes one round trip and not the sum of several.
     *
     * @param sourceId the source's cluster id
     * @param targetId the target's cluster id
     * @param commits of the link's group
     * @param topics all of the source's that the link may see
     */
    record Asked(
            KafkaFuture<String> sourceId,
            KafkaFuture<String> targetId,
            KafkaFuture<Map<TopicPartition, OffsetAndMetadata>> commits,
            KafkaFuture<Set<String>> topics) {}

    Asked ask(Admin source, Admin target) {
        DescribeClusterOptions describe = new DescribeClusterOptions().timeoutMs((int) limit.toMillis());
        return new Asked(
                source.describeCluster(describe).clusterId(),
                target.describeCluster(describe).clusterId(),
                askCommits(source),
                askTopics(source));
    }

    /** The cluster's id, once it has answered. */
    String clusterId(Side side, KafkaFuture<String> asked) throws StartFailure, InterruptedException {
        return get(side, asked, "the cluster");
    }

    /** A link that starts again has to join the clusters that it joined before: the group and the topics are theirs. */
    void checkSame(Side side, String before, String now) throws StartFailure {
        if (!now.equals(before)) {
            throw new StartFailure(
                    side,
                    "link " + config.name() + ": " + cluster(config, side) + " is another cluster (id " + now
                            + ") than when this process started (id " + before
                            + "); nothing is copied before it is the same again; if this is as it should be, start the"
                            + " process anew");
        }
    }

    /** Neither end of a link may be the same cluster under the same topic names: its records would go round for ever. */
    void checkDistinct(String sourceId, String targetId) throws StartFailure {
        if (sourceId.equals(targetId)) {
            throw new StartFailure(
                    Side.CONFIGURATION,
                    "link " + config.name() + ": source " + servers(Side.SOURCE) + " and target "
                            + servers(Side.TARGET) + " are the same cluster (id " + sourceId
                            + "); mirroring topics onto themselves under the same names would never end");
        }
    }

    /**
     * Settles where a group without any commit begins. Done before the group is joined, so that a partition without a commit
     * means one thing only from then on: it appeared later, and is read from its beginning. A link that has copied before has lost
     * its commits, and goes on from its checkpoints.
     *
     * @param copied tells whether the link has copied before; asked if that matters
     */
    void settleGroup(Admin source, Asked asked, Looking copied) throws StartFailure, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> commits = commits(asked.commits());
        if (!commits.isEmpty() || config.source().start() == StartPosition.EARLIEST) {
            return;
        }
        if (config.source().start() == StartPosition.NONE) {
            throw new StartFailure(
                    Side.CONFIGURATION,
                    "link " + config.name() + ": group " + config.groupId()
                            + " has no committed offsets and auto.offset.reset=none; commit the offsets to start from"
                            + " (kafka-consumer-groups --reset-offsets), or set auto.offset.reset=earliest or latest");
        }
        if (copied.look()) {
            LOG.warn(
                    "{}: group {} has no commits any more, but this link has copied before; it goes on from its checkpoints,"
                            + " and partitions without one from their beginnings",
                    config.name(),
                    config.groupId());
        } else {
            startAtTheEnd(source, topics(asked.topics()));
        }
    }

    /** A question that takes a look at a cluster. */
    interface Looking {
        boolean look() throws StartFailure, InterruptedException;
    }

    /** Whether the group has no positions, and is to copy all that is there. */
    boolean isAtTheBeginning(Asked asked) throws StartFailure, InterruptedException {
        return config.source().start() == StartPosition.EARLIEST
                && commits(asked.commits()).isEmpty();
    }

    /** Whether its state is that of a link that has copied before. */
    boolean hasCopied(Optional<KeptState> kept, Admin target) throws StartFailure, InterruptedException {
        if (kept.isEmpty()) {
            return false;
        }
        try {
            if (kept.get().topic().prepare(target).isEmpty()) { // else it copies without a state
                kept.get().read(() -> {});
            }
            return !kept.get().checkpoints().isEmpty();
        } catch (KafkaException e) {
            throw new StartFailure(
                    Side.TARGET, "link " + config.name() + ": the state topic can't be read: " + e.getMessage(), e);
        }
    }

    /** Returns the state topic if it can be used; refuses a link that was failed over. */
    Optional<StateLog> state(KeptState kept, Admin target, List<String> matching)
            throws StartFailure, InterruptedException {
        StateLog topic = kept.topic();
        if (config.state().delivery() == Delivery.EXACTLY_ONCE) {
            new OnceCheck(config, limit).check(target, FenceClient.idPrefix(config.name()), matching, topic);
        } else if (topic.prepare(target).isPresent()) {
            return Optional.empty(); // who keeps it will say so
        }
        try {
            kept.read(() -> {});
        } catch (KafkaException e) {
            LOG.warn(
                    "{}: can't find out from {} on the target whether the link has been failed over: {}",
                    config.name(),
                    topic.name(),
                    e.toString());
        }
        Optional<String> refusal = kept.refusal();
        if (refusal.isPresent()) {
            throw new StartFailure(Side.FAILED_OVER, refusal.get());
        }
        return Optional.of(topic);
    }

    private KafkaFuture<Map<TopicPartition, OffsetAndMetadata>> askCommits(Admin source) {
        int timeoutMs = (int) limit.toMillis();
        return source.listConsumerGroupOffsets(
                        config.groupId(), new ListConsumerGroupOffsetsOptions().timeoutMs(timeoutMs))
                .partitionsToOffsetAndMetadata();
    }

    private Map<TopicPartition, OffsetAndMetadata> commits(KafkaFuture<Map<TopicPartition, OffsetAndMetadata>> asked)
            throws StartFailure, InterruptedException {
        return get(Side.SOURCE, asked, "group " + config.groupId());
    }

    private KafkaFuture<Set<String>> askTopics(Admin source) {
        int timeoutMs = (int) limit.toMillis();
        return source.listTopics(new ListTopicsOptions().listInternal(true).timeoutMs(timeoutMs))
                .names();
    }

    /** All of the source's topics that the link may see. */
    Set<String> visible(KafkaFuture<Set<String>> asked) throws StartFailure, InterruptedException {
        return get(Side.SOURCE, asked, "the list of topics");
    }

    /** The source topics that the link mirrors now. */
    List<String> topics(KafkaFuture<Set<String>> asked) throws StartFailure, InterruptedException {
        List<String> topics = new ArrayList<>(get(Side.SOURCE, asked, "the list of topics"));
        topics.removeIf(topic -> !config.topics().matches(topic));
        return topics;
    }

    /** How many replicas the state topic is to have: as many as the topic among these has that has most. */
    int stateReplicas(Admin source, List<String> topics) throws InterruptedException {
        int most = 0;
        for (KafkaFuture<TopicDescription> topic : source.describeTopics(
                        topics, new DescribeTopicsOptions().timeoutMs((int) limit.toMillis()))
                .topicNameValues()
                .values()) {
            try {
                most = Math.max(most, topic.get().partitions().get(0).replicas().size());
            } catch (ExecutionException e) {
                LOG.debug("a topic does not tell its replicas", e);
            }
        }
        return most == 0 ? StateTopic.REPLICAS : most;
    }

    private void startAtTheEnd(Admin source, List<String> topics) throws StartFailure, InterruptedException {
        Map<String, TopicDescription> described =
                get(Side.SOURCE, source.describeTopics(topics).allTopicNames(), "topics");
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        described.forEach((topic, description) -> description
                .partitions()
                .forEach(p -> wanted.put(new TopicPartition(topic, p.partition()), OffsetSpec.latest())));
        if (wanted.isEmpty()) {
            return;
        }
        ListOffsetsOptions isolation = new ListOffsetsOptions(
                config.source().readCommitted() ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED);
        Map<TopicPartition, OffsetAndMetadata> ends = new HashMap<>();
        for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end : get(
                        Side.SOURCE, source.listOffsets(wanted, isolation).all(), "end offsets")
                .entrySet()) {
            ends.put(end.getKey(), new OffsetAndMetadata(end.getValue().offset()));
        }
        commitEnds(source, ends);
    }

    /** Only a group without members takes these, so that of several instances that start at once, one settles it. */
    private void commitEnds(Admin source, Map<TopicPartition, OffsetAndMetadata> ends)
            throws StartFailure, InterruptedException {
        KafkaFuture<Void> done =
                source.alterConsumerGroupOffsets(config.groupId(), ends).all();
        try {
            done.get();
            LOG.info(
                    "{}: first start of group {}: begins at the end of {} partitions",
                    config.name(),
                    config.groupId(),
                    ends.size());
        } catch (ExecutionException e) {
            boolean hasMembers =
                    e.getCause() instanceof UnknownMemberIdException || e.getCause() instanceof GroupNotEmptyException;
            if (!hasMembers) {
                get(Side.SOURCE, done, "the first offsets of group " + config.groupId());
            }
            if (commits(askCommits(source)).isEmpty()) {
                throw new StartFailure(
                        Side.CONFIGURATION,
                        "link " + config.name() + ": group " + config.groupId()
                                + " has members but no committed offsets,"
                                + " so where auto.offset.reset=latest begins can't be settled; stop its members, or commit"
                                + " the offsets to start from (kafka-consumer-groups --reset-offsets)");
            }
        }
    }

    private <T> T get(Side side, KafkaFuture<T> future, String what) throws StartFailure, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            String start = "link " + config.name() + ": " + cluster(config, side);
            if (cause instanceof AuthenticationException) {
                throw new StartFailure(side, start + " refuses the credentials: " + cause.getMessage(), cause);
            }
            if (cause instanceof AuthorizationException) {
                throw new StartFailure(
                        side,
                        start + " does not allow access to " + what + " ("
                                + cause.getClass().getSimpleName()
                                + "); grant it to the principal of these credentials",
                        cause);
            }
            if (cause instanceof TimeoutException) {
                throw new StartFailure(
                        side,
                        start + " did not answer within " + limit.toSeconds() + " s, asked about " + what
                                + "; check the addresses, security.protocol, and that the brokers run",
                        cause);
            }
            throw new StartFailure(side, start + " failed to tell of " + what + ": " + cause.getMessage(), cause);
        }
    }

    /** The cluster in words: which side, and its addresses. */
    static String cluster(LinkConfig config, Side side) {
        return word(side) + " " + servers(config, side);
    }

    private String servers(Side side) {
        return servers(config, side);
    }

    private static String servers(LinkConfig config, Side side) {
        Map<String, Object> client =
                side == Side.SOURCE ? config.source().client() : config.target().client();
        return String.valueOf(client.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG));
    }

    private static String word(Side side) {
        return side == Side.SOURCE ? "source" : "target";
    }
}
