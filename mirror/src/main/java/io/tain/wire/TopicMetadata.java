package io.tain.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.Metadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.internals.ClusterResourceListeners;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.utils.LogContext;

/**
 * The metadata of the topics one connection is interested in. Never asks a broker to create a topic.
 *
 * <p>Owned by the thread that polls the connection.
 */
final class TopicMetadata extends Metadata {
    private final Set<String> topics = new HashSet<>();
    private final Map<String, Errors> topicErrors = new HashMap<>();
    private final ConnectionWatch watch;
    private Optional<KafkaException> problem = Optional.empty();

    /** @param watch is told the cluster's id with every answer; what it throws, the poll throws */
    TopicMetadata(Timing timing, LogContext logContext, ConnectionWatch watch) {
        super(timing.refreshBackoffMs(), timing.refreshBackoffMaxMs(), timing.maxAgeMs(), logContext, listeners(watch));
        this.watch = watch;
    }

    private static ClusterResourceListeners listeners(ConnectionWatch watch) {
        ClusterResourceListeners listeners = new ClusterResourceListeners();
        listeners.maybeAdd(watch);
        return listeners;
    }

    /** Intervals of metadata requests, from the client's own settings. */
    record Timing(long refreshBackoffMs, long refreshBackoffMaxMs, long maxAgeMs) {}

    /** Adds a topic; its metadata is asked for at the next poll. */
    synchronized void watch(String topic) {
        if (topics.add(topic)) {
            requestUpdateForNewTopics();
        }
    }

    synchronized void unwatch(String topic) {
        topics.remove(topic);
        topicErrors.remove(topic);
    }

    synchronized Optional<Errors> topicError(String topic) {
        return Optional.ofNullable(topicErrors.get(topic));
    }

    /** The last failure that keeps the whole cluster out of reach (authentication, versions); empty once it is over. */
    synchronized Optional<KafkaException> problem() {
        return problem;
    }

    @Override
    public synchronized MetadataRequest.Builder newMetadataRequestBuilder() {
        // An empty list asks for the brokers only; null would ask for every topic of the cluster.
        return MetadataRequest.Builder.forTopicNames(new ArrayList<>(topics), false);
    }

    @Override
    protected synchronized boolean retainTopic(String topic, boolean isInternal, long nowMs) {
        return topics.contains(topic);
    }

    @Override
    public synchronized void update(
            int requestVersion, MetadataResponse response, boolean isPartialUpdate, long nowMs) {
        super.update(requestVersion, response, isPartialUpdate, nowMs);
        problem = Optional.empty();
        topicErrors.clear();
        topicErrors.putAll(response.errors());
    }

    @Override
    public synchronized void fatalError(KafkaException exception) {
        // Kept for status instead of thrown: a cluster that refuses us now may take us back.
        problem = Optional.of(exception);
        if (exception instanceof AuthenticationException refused) {
            watch.onRefused(refused);
        }
    }
}
