package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.link.LinkStatus.State;
import io.tain.link.StartFailure;
import io.tain.testkit.AuditReport;
import io.tain.testkit.Auditor;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Direction;
import io.tain.testkit.EmbeddedCluster;
import io.tain.testkit.FaultProxy;
import io.tain.testkit.RawLog;
import io.tain.testkit.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks that are slow, lose one direction or change bytes, brokers that throttle, and a link beside a dead one. */
final class NetworkIT {
    private static final int PARTITIONS = 2;

    /** How many records a rate is taken of, and how often, since other things go on on this machine, too. */
    private static final int MEASURED = 40_000;

    private static final int MEASUREMENTS = 3;

    private static final ClientQuotaEntity ALL_CLIENTS =
            new ClientQuotaEntity(Collections.singletonMap(ClientQuotaEntity.CLIENT_ID, null));

    private static ClusterPair clusters;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startClusters() {
        // Quotas look back over two seconds, not ten.
        clusters = ClusterPair.start(cluster -> cluster.proxied().property("quota.window.num", 3));
    }

    @AfterAll
    static void closeClusters() {
        clusters.close();
    }

    @BeforeEach
    void heal() {
        proxy(clusters.source()).heal();
        proxy(clusters.target()).heal();
    }

    @Test
    void shouldRepeatNothingWhenOnlyTheAnswersAreLost() throws StartFailure {
        shouldRepeatNothingWhenOneWayIsLost("answers", Direction.TO_CLIENT);
    }

    @Test
    void shouldRepeatNothingWhenOnlyTheRequestsAreLost() throws StartFailure {
        shouldRepeatNothingWhenOneWayIsLost("requests", Direction.TO_BROKER);
    }

    private static void shouldRepeatNothingWhenOneWayIsLost(String topic, Direction lost) throws StartFailure {
        Observer observer = observe(topic);
        MirrorFixture fixture =
                fixture(topic).set("target.request.timeout.ms", 2_000).set("source.request.timeout.ms", 2_000);
        try (Workload load = load(topic).rate(500).open().start();
                RunningMirror mirror = fixture.start()) {
            observer.awaitProgress(topic, 300);
            for (FaultProxy proxy : List.of(proxy(clusters.target()), proxy(clusters.source()))) {
                proxy.blackHole(lost);
                awaitWaiting(mirror);
                proxy.heal();
                observer.awaitProgress(topic, 300);
            }
            load.stop();
            observer.awaitLagZero(topic);
        }
        assertExactlyOnce(topic);
    }

    @Test
    void shouldNotCollapseOverALongAndSlowWay() throws StartFailure {
        String topic = "far";
        int batches = 2_000;
        Observer observer = observe(topic);
        try (Workload load = load(topic).producer("batch.size", 1).open()) {
            load.write(batches);
        }
        proxy(clusters.target()).latency(Duration.ofMillis(150));
        try (RunningMirror mirror = fixture(topic).start()) {
            // With five small batches in flight for each partition it would take a minute and more.
            observer.awaitLagZero(topic);
            assertThat(mirror.status().totals().records()).isEqualTo(batches);
        }
        assertExactlyOnce(topic);
        assertThat(RawLog.batches(clusters.target(), new TopicPartition(topic, 0)))
                .hasSizeLessThan(batches / PARTITIONS / 4);
    }

    @Test
    void shouldHoldLittleAndStayInTheGroupBeforeASlowTarget() throws StartFailure {
        String topic = "slow";
        int values = 10_000;
        Observer observer = observe(topic);
        TopicPartition partition = new TopicPartition(topic, 0);
        MirrorFixture fixture = fixture(topic).set("memory.budget", "4MiB").set("target.request.timeout.ms", 5_000);
        try (Workload load = load(topic).valueBytes(values).open();
                RunningMirror mirror = fixture.start()) {
            load.write(100);
            observer.awaitLagZero(topic);
            List<String> before = memberIds(observer);
            proxy(clusters.target()).bandwidth(10_000);
            load.write(2_000);
            // Of each partition an eighth of a third of the budget, or half of that if more would not fit.
            Await.until("much is read and waits", Observer.PATIENCE, () -> held(mirror) * values > 250_000);
            awaitWaiting(mirror);
            assertThat(held(mirror) * values).isLessThan(2 * (4L << 20));
            Await.until(
                    "the lag is true though nothing more is read",
                    Observer.PATIENCE,
                    () -> mirror.status(partition).orElseThrow().lag().orElse(0) > 900);
            proxy(clusters.target()).heal();
            observer.awaitLagZero(topic);
            assertThat(memberIds(observer)).as("it never left the group").isEqualTo(before);
        }
        assertExactlyOnce(topic);
    }

    /** Records that were read and are not acknowledged. */
    private static long held(RunningMirror mirror) {
        return mirror.status().partitions().stream()
                .mapToLong(partition -> partition.position() - partition.committable())
                .sum();
    }

    @Test
    void shouldSendNothingTwiceWhileTheTargetThrottles() throws Exception {
        shouldGetOnUnderAQuota("quota-target", clusters.target(), "producer_byte_rate", Direction.TO_BROKER);
    }

    @Test
    void shouldReadNothingTwiceWhileTheSourceThrottles() throws Exception {
        shouldGetOnUnderAQuota("quota-source", clusters.source(), "consumer_byte_rate", Direction.TO_CLIENT);
    }

    private static void shouldGetOnUnderAQuota(String topic, EmbeddedCluster cluster, String quota, Direction direction)
            throws StartFailure, InterruptedException, ExecutionException {
        Observer observer = observe(topic);
        long records = 1_500;
        int values = 1_000;
        try (Workload load =
                load(topic).valueBytes(values).producer("batch.size", 50_000).open()) {
            load.write(records);
        }
        alter(cluster, quota, Optional.of(200_000.0));
        long before = proxy(cluster).bytes(direction);
        long start = System.nanoTime();
        try (RunningMirror mirror = fixture(topic).start()) {
            observer.awaitLagZero(topic);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("it was throttled")
                    .isGreaterThan(Duration.ofSeconds(2));
            assertThat(mirror.status().partitions()).allMatch(partition -> partition.state() == State.RUNNING);
            assertThat(proxy(cluster).bytes(direction) - before)
                    .as("bytes")
                    .isBetween(records * values, records * values * 3 / 2);
        } finally {
            alter(cluster, quota, Optional.empty());
        }
        assertExactlyOnce(topic);
    }

    private static void alter(EmbeddedCluster cluster, String quota, Optional<Double> bytesPerSecond)
            throws InterruptedException, ExecutionException {
        cluster.admin()
                .alterClientQuotas(List.of(new ClientQuotaAlteration(
                        ALL_CLIENTS, List.of(new ClientQuotaAlteration.Op(quota, bytesPerSecond.orElse(null))))))
                .all()
                .get();
    }

    @Test
    void shouldReadAgainWhatWasDamagedOnItsWay() throws StartFailure {
        String topic = "damaged-once";
        writeLargeBatches(topic);
        proxy(clusters.source()).damage(Direction.TO_CLIENT, 1);
        try (RunningMirror mirror = fixture(topic).start()) {
            observe(topic).awaitLagZero(topic);
            assertThat(mirror.status().partitions()).allMatch(partition -> partition.state() == State.RUNNING);
        }
        assertExactlyOnce(topic);
    }

    @Test
    void shouldHaltWhereEveryReadIsDamagedAndForwardNothingOfIt() throws StartFailure {
        String topic = "damaged-always";
        TopicPartition partition = new TopicPartition(topic, 0);
        writeLargeBatches(topic);
        proxy(clusters.source()).damage(Direction.TO_CLIENT, Integer.MAX_VALUE);
        try (RunningMirror mirror = fixture(topic).start()) {
            String reason = mirror.awaitHalted(partition);
            assertThat(reason).contains("corrupt", topic + "-0@");
            proxy(clusters.source()).heal();
        }
        try (RunningMirror mirror = fixture(topic).start()) {
            observe(topic).awaitLagZero(topic);
            assertThat(mirror.status().partitions()).allMatch(status -> status.state() == State.RUNNING);
        }
        assertExactlyOnce(topic);
    }

    private static void writeLargeBatches(String topic) {
        try (Workload load = load(topic)
                .valueBytes(1_000)
                .producer("batch.size", 400_000)
                .producer("linger.ms", 100)
                .open()) {
            load.write(3_000);
        }
    }

    @Test
    void shouldMirrorOneLinkWhileTheTargetOfAnotherIsDead() throws Exception {
        String dead = "dead-target";
        String alive = "alive-target";
        clusters.target().createTopic(alive, PARTITIONS);
        try (Workload toDead = load(dead).rate(500).open().start();
                Workload toAlive = Workload.to(clusters.target().directProperties(), alive, PARTITIONS)
                        .open()) {
            Path one = SettingsFile.link(clusters.source(), clusters.target(), dead, dead)
                    .write(directory, "dead.properties");
            EmbeddedCluster there = clusters.target();
            EmbeddedCluster back = clusters.source();
            Path other = SettingsFile.link(there, back, alive, alive)
                    .set("source.bootstrap.servers", there.directProperties().get("bootstrap.servers"))
                    .write(directory, "alive.properties");
            Observer ofAlive = new Observer(there, back, alive);
            double alone;
            double beside;
            try (TainProcess mirror = TainProcess.run(one, other)) {
                observe(dead).awaitProgress(dead, 500);
                alone = perSecond(toAlive, ofAlive, alive);
                proxy(clusters.target()).refuse();
                proxy(clusters.target()).reset();
                mirror.awaitErr("target: ", Observer.PATIENCE);

                // I9: all of this arrives while nothing of the other does.
                long stuck = observe(dead).size(dead);
                beside = perSecond(toAlive, ofAlive, alive);
                ofAlive.awaitLagZero(alive);
                assertThat(observe(dead).size(dead)).isEqualTo(stuck);

                proxy(clusters.target()).heal();
                toDead.stop();
                try {
                    observe(dead).awaitLagZero(dead);
                } catch (AssertionError e) {
                    throw new AssertionError(e.getMessage() + "\n" + mirror.err(), e);
                }
            }
            System.out.printf(
                    "a link copies %,.0f records/s beside one that works, and %,.0f beside one whose target is dead%n",
                    alone, beside);
            assertThat(beside).isGreaterThan(alone / 3);
        }
        assertExactlyOnce(dead);
        AuditReport audit =
                Auditor.between(clusters.target(), clusters.source()).audit(alive);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }

    /** The best of some rates at which a number of records come through, from their writing on. */
    private static double perSecond(Workload load, Observer observer, String topic) {
        double best = 0;
        for (int i = 0; i < MEASUREMENTS; i++) {
            long wanted = observer.size(topic) + MEASURED;
            long start = System.nanoTime();
            load.write(MEASURED);
            observer.awaitSize(topic, wanted);
            best = Math.max(best, MEASURED * 1e9 / (System.nanoTime() - start));
        }
        return best;
    }

    private static void awaitWaiting(RunningMirror mirror) {
        Await.until(
                "a partition waits",
                Observer.PATIENCE,
                () -> mirror.status().partitions().stream().anyMatch(status -> status.state() == State.RETRYING));
    }

    private static FaultProxy proxy(EmbeddedCluster cluster) {
        return cluster.proxy(cluster.nodeIds().get(0));
    }

    private static List<String> memberIds(Observer observer) {
        return observer.awaitMembers(1).stream()
                .map(MemberDescription::consumerId)
                .toList();
    }

    private static MirrorFixture fixture(String topic) {
        return MirrorFixture.between(clusters).topics(topic).group(topic);
    }

    private static Observer observe(String group) {
        return new Observer(clusters.source(), clusters.target(), group);
    }

    /** Creates the topic; writes past the proxy. */
    private static Workload.Builder load(String topic) {
        clusters.source().createTopic(topic, PARTITIONS);
        return Workload.to(clusters.source().directProperties(), topic, PARTITIONS)
                .producer("linger.ms", 5);
    }

    private static void assertExactlyOnce(String topic) {
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }
}
