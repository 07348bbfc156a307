package io.tain.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.e2e.fault.Observer;
import io.tain.link.LinkStatus.State;
import io.tain.testkit.AuditReport;
import io.tain.testkit.Auditor;
import io.tain.testkit.Await;
import io.tain.testkit.ProcessCluster;
import io.tain.testkit.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two clusters of three brokers, each in a process of its own behind a proxy: first one fault after the other, then random
 * ones at everything at once, mirrors included.
 *
 * <p>{@code chaos.seconds} says for how long, and {@code chaos.seed} which faults; see {@code ./check --soak}.
 */
final class ChaosIT {
    private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("chaos.seconds", 30));
    private static final long SEED = Long.getLong("chaos.seed", System.nanoTime() % 1_000_000);
    private static final int PARTITIONS = 3;

    private static ProcessCluster source;
    private static ProcessCluster target;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startClusters() {
        source = ProcessCluster.builder().brokers(Schedule.VICTIMS).proxied().start();
        target = ProcessCluster.builder().brokers(Schedule.VICTIMS).proxied().start();
    }

    @AfterAll
    static void closeClusters() {
        source.close();
        target.close();
    }

    @Test
    void shouldKeepItsPromisesWhateverHappens() {
        new RandomRun(Schedule.of(SEED, LENGTH), source, target).run(directory);
    }

    @Test
    void shouldRepeatNothingWhenBrokersAreKilled() throws Exception {
        String topic = "killed";
        underLoad(topic, (observer, mirror) -> {
            for (ProcessCluster cluster : List.of(target, source)) {
                int leader = cluster.leader(new TopicPartition(topic, 0));
                cluster.kill(leader);
                observer.awaitProgress(topic, 300);
                cluster.start(leader);
                observer.awaitProgress(topic, 100);
            }
        });
    }

    @Test
    void shouldRepeatNothingWhenBrokersFreeze() throws Exception {
        String topic = "frozen";
        TopicPartition partition = new TopicPartition(topic, 0);
        underLoad(topic, (observer, mirror) -> {
            for (ProcessCluster cluster : List.of(target, source)) {
                int leader = cluster.leader(partition);
                cluster.suspend(leader);
                // The frozen broker may be the one that the admin client has asked.
                long before = mirror.status(partition).orElseThrow().committable();
                Await.until(
                        "the partition goes on",
                        Observer.PATIENCE,
                        () -> mirror.status(partition).orElseThrow().committable() > before + 200);
                cluster.resume(leader);
                observer.awaitProgress(topic, 100);
            }
        });
    }

    @Test
    void shouldGetOnWhileAllLeadersMoveEverySecond() throws Exception {
        String topic = "moved";
        underLoad(topic, (observer, mirror) -> {
            for (int round = 0; round < 6; round++) {
                ClusterFaults.moveLeaders(target);
                ClusterFaults.moveLeaders(source);
                observer.awaitProgress(topic, 100);
            }
        });
    }

    @Test
    void shouldGoOnWhenATargetBrokersDiskIsFull() throws Exception {
        String topic = "full";
        target.createTopic(topic, PARTITIONS, Map.of("min.insync.replicas", "2"));
        int victim = target.leader(new TopicPartition(topic, 0));
        target.stop(victim);
        Optional<SmallDisk> mounted = SmallDisk.over(target.logDirectory(victim), 4 << 20);
        Assumptions.assumeTrue(mounted.isPresent(), "mounting a tmpfs is not permitted here");
        try (SmallDisk disk = mounted.get()) {
            target.start(victim);
            ClusterFaults.moveLeaders(target);
            underLoad(topic, (observer, mirror) -> {
                try (Workload more = load(topic).valueBytes(10_000).open()) {
                    more.write(1_500);
                }
                Await.until("the disk is full", Observer.PATIENCE, disk::isFull);
                observer.awaitProgress(topic, 300);
                target.kill(victim); // what is left of its process
            });
        }
        target.start(victim);
    }

    private interface Strike {
        void at(Observer observer, RunningMirror mirror) throws Exception;
    }

    /** Mirrors a topic that is written to all the time, during and after the strike, and audits it. */
    private static void underLoad(String topic, Strike strike) throws Exception {
        source.createTopic(topic, PARTITIONS, Map.of("min.insync.replicas", "2"));
        Observer observer = new Observer(source, target, topic);
        MirrorFixture link = MirrorFixture.between(source, target)
                .topics(topic)
                .group(topic)
                .set("source.request.timeout.ms", 5_000)
                .set("target.request.timeout.ms", 5_000);
        try (Workload load = load(topic).rate(300).open().start();
                RunningMirror mirror = link.start()) {
            observer.awaitProgress(topic, 200);
            strike.at(observer, mirror);
            load.stop();
            observer.awaitLagZero(topic);
            Await.until(
                    "all run",
                    Observer.PATIENCE,
                    () -> mirror.status().partitions().stream()
                            .allMatch(partition -> partition.state() == State.RUNNING));
        }
        AuditReport audit = Auditor.between(source, target).audit(topic);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
        assertThat(audit.sourceRecords()).isPositive();
    }

    private static Workload.Builder load(String topic) {
        return Workload.to(source.directProperties(), topic, PARTITIONS)
                .producer("request.timeout.ms", 5_000)
                .producer("linger.ms", 5);
    }
}
