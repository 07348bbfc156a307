package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.link.Event;
import io.tain.link.LinkStatus.State;
import io.tain.link.StartFailure;
import io.tain.testkit.AuditReport;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.EmbeddedCluster;
import io.tain.testkit.FaultProxy;
import io.tain.testkit.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole cluster that cannot be reached for a while, on either side, while 1,000 records a second are written. */
final class OutageIT {
    private static final int PARTITIONS = 4;
    private static final double PER_SECOND = 1_000;

    /** After so long without progress a partition counts as stalled. */
    private static final Duration WATCH = Duration.ofSeconds(60);

    private static ClusterPair clusters;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startClusters() {
        clusters = ClusterPair.start(cluster -> cluster.proxied());
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
    void shouldOutlastATargetThatIsDown() {
        String topic = "target-down";
        Observer observer = observe(topic);
        Path file = SettingsFile.link(clusters.source(), clusters.target(), topic, topic)
                .set("memory.budget", "4MiB")
                .write(directory, "link.properties");
        try (Workload load = load(topic);
                TainProcess mirror = TainProcess.run(file)) {
            observer.awaitProgress(topic, 500);
            List<String> before = memberIds(observer);
            cutOff(proxy(clusters.target()));
            Await.until("all are told to wait", Observer.PATIENCE, () -> toldToWait(mirror) == PARTITIONS);
            assertThat(mirror.err()).contains("partitions wait, such as " + topic, "target: ");
            proxy(clusters.target()).heal();
            observer.awaitProgress(topic, 2_000);
            mirror.awaitErr("nothing waits any more", Observer.PATIENCE);
            load.stop();
            observer.awaitLagZero(topic);
            assertThat(memberIds(observer)).as("it never left the group").isEqualTo(before);
            assertThat(mirror.errLines().stream().filter(line -> line.contains(" WARN ")))
                    .as(mirror.err())
                    .hasSizeLessThanOrEqualTo(3);
            assertThat(mirror.err()).doesNotContain("Exception");
        }
        assertExactlyOnce(topic);
    }

    /** Of how many partitions the log says so, each with its reason: some may wait for a broker, and others for a leader. */
    private static int toldToWait(TainProcess mirror) {
        return Pattern.compile("(\\d+) of " + PARTITIONS + " partitions wait")
                .matcher(mirror.err())
                .results()
                .mapToInt(told -> Integer.parseInt(told.group(1)))
                .sum();
    }

    @Test
    void shouldHoldNoMoreThanItsBudgetWhileTheTargetIsDown() throws StartFailure {
        String topic = "budget";
        Observer observer = observe(topic);
        TopicPartition partition = new TopicPartition(topic, 0);
        int values = 10_000;
        clusters.source().createTopic(topic, 1);
        MirrorFixture fixture = fixture(topic).set("memory.budget", "4MiB");
        try (Workload load = Workload.to(clusters.source().directProperties(), topic, 1)
                        .valueBytes(values)
                        .open();
                RunningMirror mirror = fixture.start()) {
            load.write(100);
            observer.awaitLagZero(topic);
            cutOff(proxy(clusters.target()));
            load.write(3_000);
            awaitWaiting(mirror, "target");
            awaitRest(() -> mirror.status(partition).orElseThrow().position());
            long held = mirror.status(partition).orElseThrow().position()
                    - mirror.status(partition).orElseThrow().committable();
            assertThat(held * values).isLessThan(2 * (4L << 20));
            proxy(clusters.target()).heal();
            observer.awaitLagZero(topic);
        }
        assertExactlyOnce(topic);
    }

    @Test
    void shouldKeepItsMemoryWhileABacklogGrows() {
        String topic = "backlog";
        Observer observer = observe(topic);
        int values = 10_000;
        long budget = 8L << 20;
        Path file = SettingsFile.link(clusters.source(), clusters.target(), topic, topic)
                .set("memory.budget", budget)
                .write(directory, "link.properties");
        clusters.source().createTopic(topic, PARTITIONS);
        try (Workload load = Workload.to(clusters.source().directProperties(), topic, PARTITIONS)
                        .valueBytes(values)
                        .open();
                TainProcess mirror = TainProcess.run(file)) {
            load.write(2_000);
            observer.awaitLagZero(topic);
            cutOff(proxy(clusters.target()));
            load.write(2_000); // 20 MB, more than it may hold
            mirror.awaitErr("target: ", Observer.PATIENCE);
            long before = mirror.residentBytes();
            load.write(16_000);
            awaitRest(() -> observer.committed().values().stream()
                    .mapToLong(Long::longValue)
                    .sum());
            long after = mirror.residentBytes();
            System.out.printf(
                    "resident with 20 MB that wait for a target that is down: %d MB, with 180 MB: %d MB%n",
                    before >> 20, after >> 20);
            assertThat(after - before).isLessThan(budget);
            proxy(clusters.target()).heal();
            observer.awaitLagZero(topic);
            assertThat(mirror.peakBytes()).isLessThan(400L << 20);
        }
        assertExactlyOnce(topic);
    }

    @Test
    void shouldTellWhatPartitionsWaitForThatDoNotMove() throws Exception {
        String topic = "stalled";
        Observer observer = observe(topic);
        clusters.source().createTopic(topic, 1);
        TopicPartition partition = new TopicPartition(topic, 0);
        String hanging = "hanging";
        clusters.source().createTopic(hanging, 1);
        TopicPartition behind = new TopicPartition(hanging, 0);
        LeftOpenTransaction transaction = LeftOpenTransaction.in(clusters.source(), behind);
        try (Workload load = Workload.to(clusters.source().directProperties(), topic, 1)
                        .open();
                RunningMirror waiting = fixture(hanging).start();
                RunningMirror mirror = fixture(topic).start()) {
            load.write(100);
            observer.awaitLagZero(topic);
            Await.until(
                    "it is read",
                    Observer.PATIENCE,
                    () -> waiting.status(behind)
                            .filter(status -> status.state() == State.RUNNING
                                    && status.reason().isEmpty())
                            .isPresent());
            cutOff(proxy(clusters.target()));
            load.write(100);
            Await.until(
                    "the watch has had enough",
                    WATCH.plus(Observer.PATIENCE),
                    () -> mirror.status(partition).orElseThrow().state() == State.STALLED);
            assertThat(mirror.status(partition).orElseThrow().reason().orElse(""))
                    .startsWith("target: ");
            Event told = mirror.event(Event.Kind.STALLED);
            assertThat(told.partition()).isEqualTo(partition);
            assertThat(told.offsets().orElseThrow().first()).isEqualTo(100);
            assertThat(told.text()).contains("target: ");
            proxy(clusters.target()).heal();
            observer.awaitLagZero(topic);
            Await.until( // the watch looks now and then
                    "it is told that it moves",
                    Observer.PATIENCE,
                    () -> mirror.events().stream().anyMatch(event -> event.kind() == Event.Kind.MOVING));
            assertThat(mirror.event(Event.Kind.MOVING).partition()).isEqualTo(partition);

            Await.until(
                    "the open transaction is told",
                    Observer.PATIENCE,
                    () -> waiting.status(behind)
                            .orElseThrow()
                            .reason()
                            .orElse("")
                            .startsWith("a transaction has been open on the source at offset 0 for 1 min"));
            assertThat(observer.size(hanging)).isZero();
            transaction.abort();
            observe(hanging).awaitLagZero(hanging);
            assertThat(observer.size(hanging))
                    .as("only what was in no transaction")
                    .isEqualTo(1);
            Await.until(
                    "it is told no more",
                    Observer.PATIENCE,
                    () -> waiting.status(behind).orElseThrow().reason().isEmpty());
        }
        assertExactlyOnce(topic);
    }

    /** Waits until the value has stood still for a second. */
    private static void awaitRest(LongSupplier value) {
        AtomicLong last = new AtomicLong(-1);
        AtomicLong since = new AtomicLong();
        Await.until("reading has come to rest", Observer.PATIENCE, () -> {
            if (last.getAndSet(value.getAsLong()) != value.getAsLong()) {
                since.set(System.nanoTime());
            }
            return System.nanoTime() - since.get() > Duration.ofSeconds(1).toNanos();
        });
    }

    /** Waits until a partition is not getting on because of that side. */
    private static void awaitWaiting(RunningMirror mirror, String side) {
        Await.until(
                "waiting for the " + side,
                Observer.PATIENCE,
                () -> mirror.status().partitions().stream()
                        .anyMatch(partition -> partition.state() == State.RETRYING
                                && partition.reason().orElse("").startsWith(side + ": ")));
    }

    private static void awaitRunning(RunningMirror mirror) {
        Await.until(
                "all run",
                Observer.PATIENCE,
                () -> mirror.status().partitions().stream().allMatch(partition -> partition.state() == State.RUNNING));
    }

    @Test
    void shouldOutlastASourceThatIsDown() throws StartFailure {
        String topic = "source-down";
        Observer observer = observe(topic);
        try (Workload load = load(topic);
                RunningMirror mirror = fixture(topic).start()) {
            observer.awaitProgress(topic, 500);
            cutOff(proxy(clusters.source()));
            awaitWaiting(mirror, "source");
            proxy(clusters.source()).heal();
            observer.awaitProgress(topic, 2_000);
            load.stop();
            observer.awaitLagZero(topic);
        }
        assertAtLeastOnce(topic);
    }

    @Test
    void shouldKeepOrderOverResetConnections() throws StartFailure {
        String topic = "resets";
        Observer observer = observe(topic);
        try (Workload load = load(topic);
                RunningMirror mirror = fixture(topic).start()) {
            for (int i = 0; i < 5; i++) {
                observer.awaitProgress(topic, 300);
                proxy(clusters.target()).reset();
                proxy(clusters.source()).reset();
            }
            load.stop();
            observer.awaitLagZero(topic);
            awaitRunning(mirror);
        }
        assertExactlyOnce(topic);
    }

    @Test
    void shouldOutlastABlackHole() throws StartFailure {
        String topic = "black-hole";
        Observer observer = observe(topic);
        MirrorFixture fixture =
                fixture(topic).set("target.request.timeout.ms", 2_000).set("source.request.timeout.ms", 2_000);
        try (Workload load = load(topic);
                RunningMirror mirror = fixture.start()) {
            observer.awaitProgress(topic, 500);
            proxy(clusters.target()).blackHole();
            awaitWaiting(mirror, "target");
            proxy(clusters.target()).heal();
            observer.awaitProgress(topic, 500);
            awaitRunning(mirror);
            proxy(clusters.source()).blackHole();
            awaitWaiting(mirror, "source");
            proxy(clusters.source()).heal();
            observer.awaitProgress(topic, 500);
            load.stop();
            observer.awaitLagZero(topic);
        }
        assertAtLeastOnce(topic);
    }

    @Test
    void shouldStopInTimeWhileTheTargetIsDown() {
        String topic = "stop";
        Observer observer = observe(topic);
        Path file = SettingsFile.link(clusters.source(), clusters.target(), topic, topic + ".*")
                .set("shutdown.timeout", "2s")
                .write(directory, "link.properties");
        try (Workload load = load(topic);
                TainProcess mirror = TainProcess.run(file)) {
            observer.awaitProgress(topic, 500);
            cutOff(proxy(clusters.target()));
            mirror.awaitErr("target: ", Observer.PATIENCE);
            // Its target topic cannot be made now.
            clusters.source().createTopic(topic + "-new", 1);
            mirror.awaitErr("assigned [" + topic + "-new-0", Observer.PATIENCE);
            long asked = System.nanoTime();
            assertThat(mirror.term().awaitExit(Duration.ofSeconds(20)))
                    .as(mirror.err())
                    .isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - asked))
                    .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
            assertThat(mirror.err()).doesNotContain("did not end in time", "did not stop");
            proxy(clusters.target()).heal();
            load.stop();
        }
        try (TainProcess mirror = TainProcess.run(file)) {
            observer.awaitLagZero(topic);
            assertThat(mirror.isAlive()).isTrue();
        }
        assertAtLeastOnce(topic);
    }

    @Test
    void shouldStopInTimeWhileTheSourceIsDown() {
        String topic = "stop-source";
        Observer observer = observe(topic);
        Path file = SettingsFile.link(clusters.source(), clusters.target(), topic, topic)
                .set("shutdown.timeout", "2s")
                .write(directory, "link.properties");
        try (Workload load = load(topic);
                TainProcess mirror = TainProcess.run(file)) {
            observer.awaitProgress(topic, 500);
            cutOff(proxy(clusters.source()));
            mirror.awaitErr("source: ", Observer.PATIENCE);
            long asked = System.nanoTime();
            assertThat(mirror.term().awaitExit(Duration.ofSeconds(30)))
                    .as(mirror.err())
                    .isZero();
            // Besides what is under way, a last commit and the leave may take 5 s each.
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(15));
            assertThat(mirror.err()).doesNotContain("did not end in time", "did not stop");
            proxy(clusters.source()).heal();
            load.stop();
        }
        try (TainProcess mirror = TainProcess.run(file)) {
            observer.awaitLagZero(topic);
            assertThat(mirror.isAlive()).isTrue();
        }
        assertExactlyOnce(topic);
    }

    private static void cutOff(FaultProxy proxy) {
        proxy.refuse();
        proxy.reset();
    }

    private static FaultProxy proxy(EmbeddedCluster cluster) {
        return cluster.proxy(cluster.nodeIds().get(0));
    }

    private static List<String> memberIds(Observer observer) {
        return observer.awaitMembers(1).stream()
                .map(MemberDescription::consumerId)
                .collect(Collectors.toList());
    }

    private static MirrorFixture fixture(String topic) {
        return MirrorFixture.between(clusters).topics(topic).group(topic);
    }

    private static Observer observe(String group) {
        return new Observer(clusters.source(), clusters.target(), group);
    }

    /** Writes past the proxy. */
    private static Workload load(String topic) {
        clusters.source().createTopic(topic, PARTITIONS);
        return Workload.to(clusters.source().directProperties(), topic, PARTITIONS)
                .rate(PER_SECOND)
                .producer("linger.ms", 5)
                .open()
                .start();
    }

    private static void assertExactlyOnce(String topic) {
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }

    private static void assertAtLeastOnce(String topic) {
        AuditReport audit = clusters.audit(topic);
        assertThat(audit.isAtLeastOnce()).as(audit.toString()).isTrue();
        assertThat(audit.mostDuplicateWindows()).as(audit.toString()).isLessThanOrEqualTo(1);
    }
}
