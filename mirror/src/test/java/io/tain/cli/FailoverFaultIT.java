package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.config.LinkConfig;
import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.e2e.fault.Observer;
import io.tain.e2e.fault.SettingsFile;
import io.tain.e2e.fault.TainProcess;
import io.tain.link.Extensions;
import io.tain.link.Mirror;
import io.tain.testkit.Cluster;
import io.tain.testkit.ClusterPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fail-over when something has gone wrong already: that is when it is done. */
@Timeout(180)
class FailoverFaultIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private static ClusterPair clusters() {
        return ClusterPair.start(shape -> shape.property("group.initial.rebalance.delay.ms", 0));
    }

    private String tain(int expected, String... arguments) {
        CommandFixture tain = new CommandFixture(folder);
        int status = tain.run(arguments);
        assertThat(status).as(tain.out() + tain.err()).isEqualTo(expected);
        return tain.out() + tain.err();
    }

    @Test
    void shouldShutOutAFrozenMirrorAndGoOnWhereAKilledCommandWas() throws Exception {
        try (ClusterPair pair = clusters()) {
            // given a mirror that is frozen while it has something to do
            Cluster a = pair.source();
            Cluster b = pair.target();
            Traffic traffic = new Traffic();
            Traffic.createTopics(a);
            String file = SettingsFile.link(a, b, "frozen", String.join(",", Traffic.TOPICS))
                    .set("source.isolation.level", "read_committed")
                    .write(folder, "frozen.properties")
                    .toString();
            traffic.write(a, "before", 60);
            try (TainProcess mirror = TainProcess.run(Path.of(file))) {
                Traffic.TOPICS.forEach(topic -> Traffic.await(b, topic, 40));
                new Observer(a, b, "frozen").awaitLagZero(Traffic.TOPICS.toArray(new String[0]));
                mirror.suspend();
                traffic.write(a, "frozen", 60);

                // when the command is killed while it waits, and run again
                kill("told the link's processes", "failover", "--execute", file);
                String told = tain(0, "failover", "--execute", "--stop-timeout", "1", file);

                // then it goes on, and nobody writes any more
                assertThat(told)
                        .contains("stop: goes on, begun at")
                        .contains("shut out, by a marker in each of these 3 partitions")
                        .contains("160 records of the source are not mirrored");
                mirror.resume();
                mirror.awaitErr("has been failed over", PATIENCE);
                for (String topic : Traffic.TOPICS) {
                    assertThat(Traffic.values(b, topic)).as(topic).allMatch(value -> value.startsWith("before"));
                }

                // and the process waits, while a new one ends
                assertThat(mirror.isAlive()).isTrue();
                assertThat(mirror.term().awaitExit(PATIENCE)).as(mirror.err()).isEqualTo(6);
            }
            try (TainProcess again = TainProcess.run(Path.of(file))) {
                assertThat(again.awaitExit(PATIENCE)).as(again.err()).isEqualTo(6);
                assertThat(again.err()).contains("link frozen has been failed over at");
            }

            // when it is let run again
            assertThat(tain(0, "failover", "--cancel", file)).contains("would let link frozen run again");
            assertThat(tain(0, "failover", "--cancel", "--execute", file)).contains("link frozen may run again");
            try (TainProcess again = TainProcess.run(Path.of(file))) {
                for (String topic : Traffic.TOPICS) {
                    Traffic.await(b, topic, traffic.written(topic).size());
                }
                assertThat(again.term().awaitExit(PATIENCE)).as(again.err()).isZero();
            }
            for (String topic : Traffic.TOPICS) {
                assertThat(Traffic.values(b, topic)).as(topic).isEqualTo(traffic.written(topic));
            }
        }
    }

    @Test
    void shouldTellHowFarItIsWhereTheMirrorWasKilled() throws Exception {
        try (ClusterPair pair = clusters()) {
            Cluster a = pair.source();
            Cluster b = pair.target();
            Traffic traffic = new Traffic();
            Traffic.createTopics(a);
            String file = SettingsFile.link(a, b, "killed", String.join(",", Traffic.TOPICS))
                    .set("source.isolation.level", "read_committed")
                    .write(folder, "killed.properties")
                    .toString();
            traffic.write(a, "one", 60);
            try (TainProcess mirror = TainProcess.run(Path.of(file))) {
                Traffic.TOPICS.forEach(topic -> Traffic.await(b, topic, 40));
                mirror.kill(); // most likely before a checkpoint tells of it
            }

            String told = tain(0, "failover", "--execute", file);

            assertThat(told)
                    .contains("the target has all of the source's records")
                    .contains("compared");
        }
    }

    @Test
    void shouldDoWithoutADeadSource() throws Exception {
        try (ClusterPair pair = clusters()) {
            // given a source that dies with records that were not mirrored
            Cluster a = pair.source();
            Cluster b = pair.target();
            Traffic traffic = new Traffic();
            Traffic.createTopics(a);
            Traffic.begin(a);
            MirrorFixture there = link("there", a, b);
            MirrorFixture back = link("back", b, a);
            traffic.write(a, "a", 60);
            traffic.consume(a, 30);
            try (RunningMirror mirror = there.start()) {
                mirror.awaitCaughtUp(Traffic.TOPICS.toArray(new String[0]));
                TopicPartition dense = new TopicPartition(Traffic.DENSE, 0);
                io.tain.testkit.Await.until(
                        "the group is carried",
                        PATIENCE,
                        () -> new OffsetAndMetadata(30)
                                .equals(b.admin()
                                        .listConsumerGroupOffsets("application-of-dense")
                                        .partitionsToOffsetAndMetadata()
                                        .get()
                                        .get(dense)));
                mirror.stop();
            }
            Traffic lost = new Traffic();
            lost.write(a, "lost", 5);
            a.stop(a.nodeIds().get(0));
            String thereFile = folder.resolve("there.properties").toString();
            String backFile = folder.resolve("back.properties").toString();

            // when
            assertThat(tain(4, "failover", "--execute", thereFile)).contains("--source-is-dead");
            String told = tain(0, "failover", "--execute", "--source-is-dead", thereFile);

            // then
            assertThat(told)
                    .contains("nobody knows how much that is")
                    .containsPattern("dense +0 +60 +60 +- +released")
                    .containsPattern("application-of-dense +dense +0 +- +30");
            traffic.consume(b, Integer.MAX_VALUE);
            for (String topic : Traffic.TOPICS) {
                assertThat(traffic.seen(topic)).as(topic).isEqualTo(traffic.written(topic));
            }
            Traffic onB = new Traffic();
            onB.write(b, "b", 15);

            // when it comes back
            a.start(a.nodeIds().get(0));
            assertThat(tain(1, "failback", "--execute", thereFile, backFile))
                    .contains("dense-0 from offset 60 on (5 records)", "add --leave-unmirrored");
            String[] failback = {"failback", "--execute", "--leave-unmirrored", thereFile, backFile};
            kill("places: writing them for link back", failback); // perhaps with some of them written
            tain(0, failback);
            try (RunningMirror mirror = back.start()) {
                mirror.awaitCaughtUp(Traffic.TOPICS.toArray(new String[0]));
                mirror.stop();
            }

            // then
            for (String topic : Traffic.TOPICS) {
                List<String> expected = new ArrayList<>(traffic.written(topic));
                expected.addAll(lost.written(topic));
                expected.addAll(onB.written(topic));
                assertThat(Traffic.values(a, topic)).as(topic).isEqualTo(expected);
            }
        }
    }

    private static void kill(String told, String... arguments) {
        try (TainProcess command = TainProcess.tain(arguments)) {
            command.awaitOut(told, PATIENCE);
            command.kill();
        }
    }

    private MirrorFixture link(String name, Cluster from, Cluster to) throws Exception {
        MirrorFixture link = MirrorFixture.between(from, to)
                .topics(String.join(",", Traffic.TOPICS))
                .set("link.name", name)
                .set("group.id", "tain-" + name)
                .set("source.isolation.level", "read_committed")
                .set("groups.sync.interval", "500ms");
        new CommandFixture(folder).write(name + ".properties", link.text());
        return link;
    }

    @Test
    void shouldLetOtherLinksOfTheProcessGoOn() throws Exception {
        try (ClusterPair pair = clusters()) {
            Cluster a = pair.source();
            Cluster b = pair.target();
            Traffic traffic = new Traffic();
            Traffic.createTopics(a);
            List<LinkConfig> links = new ArrayList<>();
            for (String topic : List.of(Traffic.DENSE, Traffic.COMPRESSED)) {
                MirrorFixture link = MirrorFixture.between(a, b)
                        .topics(topic)
                        .set("link.name", topic)
                        .set("group.id", topic)
                        .set("restart.backoff", "500ms");
                new CommandFixture(folder).write(topic + ".properties", link.text());
                links.add(link.config());
            }
            String file = folder.resolve("dense.properties").toString();
            Mirror mirror = new Mirror(links, Extensions.NONE);
            Thread awaiting = new Thread(() -> {
                try {
                    mirror.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            try {
                mirror.start();
                awaiting.start();
                traffic.write(a, "one", 15);
                Traffic.await(b, Traffic.DENSE, 15);

                // when
                tain(0, "failover", "--execute", file);
                traffic.write(a, "two", 15);

                // then
                Traffic.await(b, Traffic.COMPRESSED, 30);
                assertThat(Traffic.values(b, Traffic.DENSE)).hasSize(15);

                // when
                tain(0, "failover", "--cancel", "--execute", file);

                // then it goes on by itself
                Traffic.await(b, Traffic.DENSE, 30);
            } finally {
                mirror.stop();
                awaiting.join();
            }
            assertThat(Traffic.values(b, Traffic.DENSE)).isEqualTo(traffic.written(Traffic.DENSE));
        }
    }
}
