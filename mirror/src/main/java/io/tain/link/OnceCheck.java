package io.tain.link;

import io.tain.config.LinkConfig;
import io.tain.link.StartFailure.Side;
import io.tain.state.StateLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.FenceProducersOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;

/**
 * What the target must allow before an exactly-once link is started: without one of these rights it would have to promise less, and
 * says what to grant instead.
 */
final class OnceCheck {
    private static final String STATE_RIGHTS = "--operation Read --operation Write";

    private final LinkConfig config;
    private final Duration limit;

    OnceCheck(LinkConfig config, Duration limit) {
        this.config = config;
        this.limit = limit;
    }

    /**
     * @param idPrefix of the link's transactional ids
     * @param topics that are mirrored now
     * @param state the state topic on the target; made if it is missing
     */
    void check(Admin target, String idPrefix, List<String> topics, StateLog state)
            throws StartFailure, InterruptedException {
        // Asked together, and answered while the state topic is looked at.
        KafkaFuture<Void> ids = target.fenceProducers(
                        List.of(idPrefix + "start"), new FenceProducersOptions().timeoutMs((int) limit.toMillis()))
                .all();
        Map<String, KafkaFuture<TopicDescription>> described = describe(target, topics);
        Optional<StartFailure> stateFailure = checkState(target, state);
        try {
            ids.get();
        } catch (ExecutionException e) {
            throw failure(
                    "to use transactional ids that begin with " + idPrefix,
                    "--operation Describe --operation Write --resource-pattern-type prefixed --transactional-id "
                            + idPrefix,
                    e.getCause());
        }
        requireRight(AclOperation.READ, described, "--operation Read");
        if (stateFailure.isPresent()) {
            throw stateFailure.get();
        }
        Map<String, KafkaFuture<TopicDescription>> ofState = describe(target, List.of(state.name()));
        requireRight(AclOperation.READ, ofState, STATE_RIGHTS);
        requireRight(AclOperation.WRITE, ofState, STATE_RIGHTS);
    }

    private Map<String, KafkaFuture<TopicDescription>> describe(Admin target, List<String> topics) {
        return target.describeTopics(
                        topics,
                        new DescribeTopicsOptions()
                                .includeAuthorizedOperations(true)
                                .timeoutMs((int) limit.toMillis()))
                .topicNameValues();
    }

    private void requireRight(
            AclOperation operation, Map<String, KafkaFuture<TopicDescription>> described, String grant)
            throws StartFailure, InterruptedException {
        List<String> denied = new ArrayList<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> topic : described.entrySet()) {
            try {
                Set<AclOperation> allowed = topic.getValue().get().authorizedOperations();
                if (allowed != null && !allowed.contains(operation)) {
                    denied.add(topic.getKey());
                }
            } catch (ExecutionException e) {
                // It may be missing still. What else is wrong with it, the state of its partitions tells.
            }
        }
        if (!denied.isEmpty()) {
            throw failure(
                    "to " + operation.name().toLowerCase(Locale.ROOT) + " " + denied,
                    grant + " --topic " + String.join(" --topic ", denied),
                    new AuthorizationException("TOPIC_AUTHORIZATION_FAILED"));
        }
    }

    private Optional<StartFailure> checkState(Admin target, StateLog state) throws InterruptedException {
        return state.prepare(target)
                .map(problem -> new StartFailure(
                        Side.TARGET,
                        "link " + config.name() + " delivers exactly once and needs its state: " + problem));
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
