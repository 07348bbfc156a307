package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.config.OnRefused;
import io.tain.link.LinkStatus.State;
import io.tain.link.Outcome;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.EmbeddedCluster;
import io.tain.testkit.Security;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A topic that the mirror may not create, grow or write is refused by itself, in words that help; the others flow. */
class TopicRightsIT {
    private static final String USER = "mirror";

    private static ClusterPair pair;

    @BeforeAll
    static void startClusters() {
        EmbeddedCluster source = EmbeddedCluster.builder().start();
        pair = new ClusterPair(
                source,
                EmbeddedCluster.builder()
                        .security(Security.SASL_PLAINTEXT)
                        .authorizer(USER)
                        .start());
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    private static void allow(String topic, PatternType type, AclOperation... operations) throws Exception {
        List<AclBinding> rights = Stream.of(operations)
                .map(operation -> new AclBinding(
                        new ResourcePattern(ResourceType.TOPIC, topic, type),
                        new AccessControlEntry("User:" + USER, "*", operation, AclPermissionType.ALLOW)))
                .toList();
        pair.target().admin().createAcls(rights).all().get();
    }

    private static MirrorFixture link(String topics) {
        return MirrorFixture.between(
                        pair.source(),
                        pair.source().clientProperties(),
                        pair.target().clientProperties(USER))
                .topics(topics)
                .set("delivery", "at-least-once");
    }

    private static void sourceTopic(String topic, int partitions) {
        pair.source().createTopic(topic, partitions);
        try (RecordSender sender = RecordSender.to(pair.source())) {
            for (int partition = 0; partition < partitions; partition++) {
                sender.batch(RecordSender.numbered(new TopicPartition(topic, partition), 0, 5));
            }
        }
    }

    private static void assertReason(RunningMirror mirror, TopicPartition partition, String... words) {
        Await.until("the status of " + partition + " tells of " + List.of(words), Duration.ofSeconds(15), () -> {
            String reason = mirror.status(partition).orElseThrow().reason().orElse("");
            return Stream.of(words).allMatch(reason::contains);
        });
    }

    @Test
    void shouldRefuseOnlyTheTopicsThatMayNotBeCreatedOrGrown() throws Exception {
        // given the right to write to what is there, but not to create or to alter
        allow("rights-", PatternType.PREFIXED, AclOperation.WRITE, AclOperation.DESCRIBE);
        sourceTopic("rights-there", 1);
        sourceTopic("rights-missing", 1);
        sourceTopic("rights-small", 2);
        pair.target().createTopic("rights-there", 1);
        pair.target().createTopic("rights-small", 1);

        // when
        try (RunningMirror mirror = link("rights-.*").start()) {
            mirror.awaitCaughtUp("rights-there");

            // then
            assertThat(pair.audit("rights-there").isExactlyOnce()).isTrue();
            TopicPartition missing = new TopicPartition("rights-missing", 0);
            assertReason(mirror, missing, "can't be created", "grant Create on topic rights-missing");
            assertReason(
                    mirror,
                    new TopicPartition("rights-small", 1),
                    "fewer partitions than the source (2)",
                    "grant Alter on topic rights-small");
            assertThat(mirror.status(missing).orElseThrow().state()).isNotEqualTo(State.RUNNING);
            assertThat(mirror.committed()).containsEntry(missing, 0L);

            // and once the right is granted, it flows without a restart
            allow("rights-missing", PatternType.LITERAL, AclOperation.CREATE);
            mirror.awaitCaughtUp("rights-missing");
            assertThat(pair.audit("rights-missing").isExactlyOnce()).isTrue();
        }
    }

    @Test
    void shouldHoldBackOnlyTheTopicThatMayNotBeWritten() throws Exception {
        // given
        sourceTopic("write-no", 1);
        sourceTopic("write-yes", 1);
        pair.target().createTopic("write-no", 1);
        pair.target().createTopic("write-yes", 1);
        allow("write-no", PatternType.LITERAL, AclOperation.DESCRIBE);
        allow("write-yes", PatternType.LITERAL, AclOperation.WRITE);

        // when
        try (RunningMirror mirror = link("write-.*").start()) {
            mirror.awaitCaughtUp("write-yes");

            // then
            TopicPartition held = new TopicPartition("write-no", 0);
            assertThat(mirror.awaitReason(held, State.RETRYING)).contains("TOPIC_AUTHORIZATION_FAILED");
            assertThat(mirror.committed()).containsEntry(held, 0L);
            assertThat(Seen.values(pair.target(), held)).isEmpty();

            // and once the right is granted, it flows
            allow("write-no", PatternType.LITERAL, AclOperation.WRITE);
            mirror.awaitCaughtUp("write-no");
            assertThat(pair.audit("write-no").isExactlyOnce()).isTrue();
            assertThat(mirror.committed()).containsAllEntriesOf(Map.of(held, 5L));
        }
    }

    @Test
    void shouldStopTheProcessWhereMirrorMakerDid() throws Exception {
        // given a topic that may be seen, but not written
        allow("denied", PatternType.LITERAL, AclOperation.DESCRIBE);
        sourceTopic("denied", 1);
        pair.target().createTopic("denied", 1);

        // when mirrored with abort.on.send.failure=true
        try (RunningMirror mirror = link("denied").onRefused(OnRefused.ABORT).start()) {
            Outcome outcome = mirror.awaitEnd();

            // then
            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.ABORTED);
            assertThat(outcome.cause().orElseThrow()).contains("denied-0@0", "TOPIC_AUTHORIZATION_FAILED");
        }
    }
}
