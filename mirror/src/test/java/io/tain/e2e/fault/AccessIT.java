package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.link.LinkStatus;
import io.tain.link.LinkStatus.State;
import io.tain.link.Outcome;
import io.tain.link.StartFailure;
import io.tain.testkit.AuditReport;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.EmbeddedCluster;
import io.tain.testkit.Security;
import io.tain.testkit.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rights and credentials that are taken away from a running mirror, and given back. */
final class AccessIT {
    private static final String USER = "mirror";
    private static final String PASSWORD = "mirror-scram-secret";
    private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required";

    /** A line of the log as JSON. */
    private static final Pattern JSON = Pattern.compile("\\{(\"\\w+\":\"([^\"\\\\]|\\\\.)*\",?)+\\}");

    /** What exactly once needs on the target beside what any mirror does. */
    private static final List<AclBinding> FOR_EXACTLY_ONCE = List.of(
            right(ResourceType.TRANSACTIONAL_ID, "*", AclOperation.WRITE),
            right(ResourceType.TOPIC, "*", AclOperation.READ),
            right(ResourceType.TOPIC, "tain-state", AclOperation.WRITE));

    private static ClusterPair clusters;

    @BeforeAll
    static void startClusters() throws Exception {
        clusters = ClusterPair.start(cluster -> cluster.security(Security.SASL_PLAINTEXT)
                .authorizer()
                .proxied()
                .property("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256")
                .property("listener.name.client.sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256")
                .property("listener.name.client.scram-sha-256.sasl.jaas.config", SCRAM + ";"));
        for (EmbeddedCluster cluster : List.of(clusters.source(), clusters.target())) {
            giveCredentials(cluster);
            cluster.admin()
                    .createAcls(List.of(
                            right(ResourceType.TOPIC, "*", AclOperation.DESCRIBE),
                            right(ResourceType.TOPIC, "*", AclOperation.DESCRIBE_CONFIGS),
                            right(ResourceType.TOPIC, "*", AclOperation.CREATE),
                            right(ResourceType.GROUP, "*", AclOperation.READ)))
                    .all()
                    .get();
        }
        clusters.target().admin().createAcls(FOR_EXACTLY_ONCE).all().get();
    }

    @AfterAll
    static void closeClusters() {
        clusters.close();
    }

    @Test
    void shouldOutlastTargetCredentialsThatExpired() throws Exception {
        outlastExpiry("expired-target", clusters.target(), "target: ");
    }

    @Test
    void shouldOutlastSourceCredentialsThatExpired() throws Exception {
        outlastExpiry("expired-source", clusters.source(), "source: ");
    }

    private static void outlastExpiry(String topic, EmbeddedCluster cluster, String blamed) throws Exception {
        Observer observer = observe(topic);
        allowAll(topic);
        try (Workload load = load(topic);
                RunningMirror mirror = link(topic)) {
            observer.awaitProgress(topic, 200);
            cluster.admin()
                    .alterUserScramCredentials(
                            List.of(new UserScramCredentialDeletion(USER, ScramMechanism.SCRAM_SHA_256)))
                    .all()
                    .get();
            cluster.proxy(cluster.nodeIds().get(0)).reset();
            try {
                Await.until(
                        "its credentials are told as the reason",
                        Observer.PATIENCE,
                        () -> mirror.status().partitions().stream()
                                .anyMatch(status -> status.state() == State.RETRYING
                                        && status.reason().orElse("").startsWith(blamed)
                                        && status.reason().orElse("").contains("uthentication")));
                LinkStatus.Retries retries = mirror.status().retries();
                assertThat(blamed.startsWith("source") ? retries.source() : retries.target())
                        .containsKey("AUTHENTICATION");
            } finally {
                giveCredentials(cluster);
            }
            observer.awaitProgress(topic, 200);
            load.stop();
            observer.awaitLagZero(topic);
        }
        assertExactlyOnce(topic);
    }

    @Test
    void shouldSayWhatToGrantForExactlyOnce() throws Exception {
        String topic = "granted";
        Observer observer = observe(topic);
        allowAll(topic);
        clusters.target().createTopic(topic, 1);
        String command = "grant it: kafka-acls --bootstrap-server \\S+ --add --allow-principal User:NAME --operation ";
        List<String> remedies = List.of(
                command + "Describe --operation Write --resource-pattern-type prefixed --transactional-id tain-\\S+-",
                command + "Read --topic granted",
                command + "Read --operation Write --topic tain-state");
        try (Workload load = load(topic)) {
            for (AclBinding right : FOR_EXACTLY_ONCE) {
                clusters.target()
                        .admin()
                        .deleteAcls(List.of(right.toFilter()))
                        .all()
                        .get();
                try {
                    assertThatThrownBy(() -> link(topic))
                            .isInstanceOf(StartFailure.class)
                            .message()
                            .matches("(?s).*" + remedies.get(FOR_EXACTLY_ONCE.indexOf(right)) + ".*");
                } finally {
                    clusters.target().admin().createAcls(List.of(right)).all().get();
                }
            }
            try (RunningMirror mirror = link(topic)) {
                observer.awaitProgress(topic, 200);
                load.stop();
                observer.awaitLagZero(topic);
                assertThat(mirror.stop().kind()).isEqualTo(Outcome.Kind.STOPPED);
            }
        }
        assertExactlyOnce(topic);
    }

    @Test
    void shouldHoldBackOnlyTheTopicThatMayNoLongerBeWritten() throws Exception {
        holdBack("unwritable", "writable", clusters.target(), AclOperation.WRITE);
    }

    @Test
    void shouldHoldBackOnlyTheTopicThatMayNoLongerBeRead() throws Exception {
        holdBack("unreadable", "readable", clusters.source(), AclOperation.READ);
    }

    @Test
    void shouldMirrorWhatMayBeReadBesideWhatMayNot() throws Exception {
        Observer observer = observe("never");
        TopicPartition never = new TopicPartition("never", 0);
        allowAll("always");
        try (Workload toNever = load("never");
                Workload toAlways = load("always");
                RunningMirror mirror = link("never", "always")) {
            observer.awaitProgress("always", 200);
            Await.until(
                    "the reason is told",
                    Observer.PATIENCE,
                    () -> mirror.status(never).orElseThrow().reason().orElse("").contains("grant Read on topic never"));
            allowAll("never");
            toNever.stop();
            toAlways.stop();
            observer.awaitLagZero("never", "always");
        }
        assertExactlyOnce("never");
        assertExactlyOnce("always");
    }

    @Test
    void shouldWaitWhileItCannotTellWhoWroteARecord() throws Exception {
        // given a state topic on the source, in which a link in the other direction may have its producers
        clusters.source().createTopic("__tain-echo", 1, Map.of("cleanup.policy", "compact"));
        AclBinding read = right(ResourceType.TOPIC, "__tain-echo", AclOperation.READ);
        clusters.target()
                .admin()
                .createAcls(List.of(right(ResourceType.TOPIC, "__tain-echo", AclOperation.WRITE)))
                .all()
                .get();
        clusters.source().admin().createAcls(List.of(read)).all().get();
        allowAll("echo");
        Observer observer = observe("echo");
        TopicPartition partition = new TopicPartition("echo", 0);
        try (Workload load = load("echo");
                RunningMirror mirror =
                        fixture("echo").set("tain.state.topic", "__tain-echo").start()) {
            observer.awaitProgress("echo", 200);
            load.stop();
            observer.awaitLagZero("echo");

            // when it can't be read, and a producer writes that was not seen before
            clusters.source().admin().deleteAcls(List.of(read.toFilter())).all().get();
            long size = observer.size("echo");
            writeTo("__tain-echo", 1);
            writeTo("echo", 10);

            // then it waits and says so, and goes on when it may read again
            Await.until(
                    "the reason is told",
                    Observer.PATIENCE,
                    () -> mirror.status(partition)
                            .orElseThrow()
                            .reason()
                            .orElse("")
                            .contains("__tain-echo"));
            assertThat(observer.size("echo")).isEqualTo(size);
            clusters.source().admin().createAcls(List.of(read)).all().get();
            observer.awaitLagZero("echo");
            assertThat(observer.size("echo")).isEqualTo(size + 10);
        }
    }

    /** By a producer of its own. */
    private static void writeTo(String topic, int records) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                clusters.source().directProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(topic, 0, new byte[] {1}, new byte[] {2}))
                        .get();
            }
        }
    }

    /** One of two topics loses a right and gets it back. */
    private static void holdBack(String held, String free, EmbeddedCluster cluster, AclOperation operation)
            throws Exception {
        Observer observer = observe(held);
        allowAll(held);
        allowAll(free);
        TopicPartition partition = new TopicPartition(held, 0);
        try (Workload toHeld = load(held);
                Workload toFree = load(free);
                RunningMirror mirror = link(held, free)) {
            observer.awaitProgress(held, 200);
            AclBinding right = right(ResourceType.TOPIC, held, operation);
            cluster.admin().deleteAcls(List.of(right.toFilter())).all().get();

            String reason = mirror.awaitReason(partition, State.RETRYING);
            assertThat(reason).contains("TOPIC_AUTHORIZATION_FAILED");
            // I9: the other topic goes on, and its positions are committed.
            long before = mirror.committed().get(new TopicPartition(free, 0));
            observer.awaitProgress(free, 500);
            Await.until(
                    "commits of the other topic",
                    Observer.PATIENCE,
                    () -> mirror.committed().get(new TopicPartition(free, 0)) > before);
            assertThat(mirror.status(partition).orElseThrow().state()).isEqualTo(State.RETRYING);

            cluster.admin().createAcls(List.of(right)).all().get();
            toHeld.stop();
            toFree.stop();
            observer.awaitLagZero(held, free);
        }
        assertExactlyOnce(held);
        assertExactlyOnce(free);
    }

    /** As systemd runs it: it tells when it is ready and when it stops, goes on by itself after a failure, and says how it ended. */
    @Test
    void shouldStartAgainByItselfWhenItMayUseItsGroupAgain(@TempDir Path folder) throws Exception {
        Observer observer = observe("again");
        allowAll("again");
        Path told = folder.resolve("told");
        Path notify = Files.writeString(folder.resolve("systemd-notify"), "#!/bin/sh\necho \"$1\" >>'" + told + "'\n");
        assertThat(notify.toFile().setExecutable(true)).isTrue();
        Path file = Files.writeString(
                folder.resolve("again.properties"),
                fixture("again")
                        .set("restart.backoff", "500ms")
                        .set("source.session.timeout.ms", 6_000)
                        .set("source.heartbeat.interval.ms", 500)
                        .text());
        AclBinding group = right(ResourceType.GROUP, "*", AclOperation.READ);
        Map<String, String> environment =
                Map.of("NOTIFY_SOCKET", "/run/none", "PATH", folder + ":" + System.getenv("PATH"));
        try (Workload load = load("again");
                TainProcess mirror = TainProcess.tain(environment, "--log-format=json", "run", file.toString())) {
            observer.awaitProgress("again", 200);
            try {
                clusters.source()
                        .admin()
                        .deleteAcls(List.of(group.toFilter()))
                        .all()
                        .get();
                mirror.awaitErr("has failed and starts again in", Observer.PATIENCE);
            } finally {
                clusters.source().admin().createAcls(List.of(group)).all().get();
            }
            load.stop();
            observer.awaitLagZero("again");

            assertThat(mirror.term().awaitExit(Observer.PATIENCE))
                    .as(mirror.err())
                    .isZero();
            assertThat(mirror.errLines()).allMatch(line -> JSON.matcher(line).matches());
            assertThat(mirror.errLines().get(mirror.errLines().size() - 1))
                    .contains("\"message\":\"ended: stopped as asked; exit status 0\"");
            Await.until(
                    "systemd is told of the end",
                    Observer.PATIENCE,
                    () -> Files.readAllLines(told).size() == 2);
            assertThat(Files.readAllLines(told)).containsExactly("READY=1", "STOPPING=1");
        }
        AuditReport audit = clusters.audit("again");
        assertThat(audit.isComplete()).as(audit.toString()).isTrue();
    }

    private static void giveCredentials(EmbeddedCluster cluster) throws InterruptedException, ExecutionException {
        cluster.admin()
                .alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                        USER, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), PASSWORD)))
                .all()
                .get();
    }

    private static void allowAll(String topic) throws InterruptedException, ExecutionException {
        clusters.source()
                .admin()
                .createAcls(List.of(right(ResourceType.TOPIC, topic, AclOperation.READ)))
                .all()
                .get();
        clusters.target()
                .admin()
                .createAcls(List.of(right(ResourceType.TOPIC, topic, AclOperation.WRITE)))
                .all()
                .get();
    }

    private static AclBinding right(ResourceType type, String name, AclOperation operation) {
        return new AclBinding(
                new ResourcePattern(type, name, PatternType.LITERAL),
                new AccessControlEntry("User:" + USER, "*", operation, AclPermissionType.ALLOW));
    }

    /** A mirror whose group has the first topic's name. */
    private static RunningMirror link(String... topics) throws Exception {
        return fixture(topics).start();
    }

    private static MirrorFixture fixture(String... topics) {
        return MirrorFixture.between(clusters.source(), scram(clusters.source()), scram(clusters.target()))
                .topics(String.join(",", topics))
                .group(topics[0]);
    }

    private static Map<String, Object> scram(EmbeddedCluster cluster) {
        Map<String, Object> settings = new HashMap<>(cluster.clientProperties());
        settings.put("sasl.mechanism", "SCRAM-SHA-256");
        settings.put("sasl.jaas.config", SCRAM + " username=\"" + USER + "\" password=\"" + PASSWORD + "\";");
        return settings;
    }

    private static Observer observe(String group) {
        return new Observer(clusters.source(), clusters.target(), group);
    }

    private static Workload load(String topic) {
        clusters.source().createTopic(topic, 1);
        return Workload.to(clusters.source().directProperties(), topic, 1)
                .rate(300)
                .producer("linger.ms", 5)
                .open()
                .start();
    }

    private static void assertExactlyOnce(String topic) {
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }
}
