package io.tain.link;

import io.tain.config.LinkConfig;
import io.tain.link.StartFailure.Side;
import io.tain.state.StateTopic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.FenceProducersOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;

/**
 * What the target must allow before an exactly-once link is started: without one of these rights it would have to promise less, and
 * says what to grant instead.
 */
final class OnceCheck {
    private final LinkConfig config;
    private final Duration limit;

    OnceCheck(LinkConfig config, Duration limit) {
        this.config = config;
        this.limit = limit;
    }

    /**
     * @param idPrefix of the link's transactional ids
     * @param topics that are mirrored now
     */
    void check(Admin target, String clientId, String idPrefix, List<String> topics)
            throws StartFailure, InterruptedException {
        int limitMs = (int) limit.toMillis();
        try {
            target.fenceProducers(List.of(idPrefix + "start"), new FenceProducersOptions().timeoutMs(limitMs))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw failure(
                    "the transactional ids that begin with " + idPrefix,
                    "--operation Describe --operation Write --resource-pattern-type prefixed --transactional-id "
                            + idPrefix,
                    e.getCause());
        }
        checkTopics(target, topics, limitMs);
        checkState(clientId);
    }

    private void checkTopics(Admin target, List<String> topics, int limitMs) throws StartFailure, InterruptedException {
        Map<String, KafkaFuture<TopicDescription>> described = target.describeTopics(
                        topics,
                        new DescribeTopicsOptions()
                                .includeAuthorizedOperations(true)
                                .timeoutMs(limitMs))
                .topicNameValues();
        List<String> unreadable = new ArrayList<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> topic : described.entrySet()) {
            try {
                Set<AclOperation> allowed = topic.getValue().get().authorizedOperations();
                if (allowed != null && !allowed.contains(AclOperation.READ)) {
                    unreadable.add(topic.getKey());
                }
            } catch (ExecutionException e) {
                // It may be missing still. What else is wrong with it, the state of its partitions tells.
            }
        }
        if (!unreadable.isEmpty()) {
            throw failure(
                    "to read " + unreadable,
                    "--operation Read --topic " + String.join(" --topic ", unreadable),
                    new AuthorizationException("TOPIC_AUTHORIZATION_FAILED"));
        }
    }

    private void checkState(String clientId) throws StartFailure, InterruptedException {
        String name = config.state().topic().orElseThrow();
        try (StateTopic topic = new StateTopic(name, config.target().client(), clientId, limit)) {
            Optional<String> problem = topic.prepare();
            if (problem.isPresent()) {
                throw new StartFailure(
                        Side.TARGET,
                        "link " + config.name() + " delivers exactly once and needs its state: " + problem.get());
            }
            topic.read(key -> false, () -> {});
        } catch (KafkaException e) {
            throw failure("the state topic " + name, "--operation Read --operation Write --topic " + name, e);
        }
    }

    private StartFailure failure(String what, String grant, Throwable cause) {
        String start = "link " + config.name() + " delivers exactly once, for which the target ";
        if (!(cause instanceof AuthorizationException)) {
            return new StartFailure(
                    Side.TARGET, start + "did not answer as needed about " + what + ": " + cause.getMessage(), cause);
        }
        return new StartFailure(
                Side.TARGET,
                start + "does not allow " + what + " ("
                        + cause.getClass().getSimpleName() + "); grant it: kafka-acls --bootstrap-server "
                        + config.target().client().get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG)
                        + " --add --allow-principal User:NAME " + grant,
                cause);
    }
}
