package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.config.LinkConfig;
import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.link.Outcome;
import io.tain.state.FailoverEntry;
import io.tain.state.StateKey;
import io.tain.state.StateTopic;
import io.tain.testkit.Cluster;
import io.tain.testkit.ClusterPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rehearsal: an application moves to the other cluster and back, with its producers and consumers. */
@Timeout(180)
class FailoverIT {
    @TempDir
    private Path folder;

    private String east;
    private String west;

    @BeforeEach
    void nameFiles() {
        east = folder.resolve("east.properties").toString();
        west = folder.resolve("west.properties").toString();
    }

    private static ClusterPair clusters() {
        return ClusterPair.start(shape -> shape.property("group.initial.rebalance.delay.ms", 0));
    }

    private MirrorFixture link(String name, Cluster from, Cluster to, String delivery) throws Exception {
        MirrorFixture link = MirrorFixture.between(from, to)
                .topics(String.join(",", Traffic.TOPICS))
                .set("link.name", name)
                .set("group.id", "tain-" + name)
                .set("delivery", delivery)
                .set("source.isolation.level", "read_committed")
                .set("groups.sync.interval", "500ms");
        new CommandFixture(folder).write(name + ".properties", link.text());
        return link;
    }

    private String tain(int expected, String... arguments) {
        CommandFixture tain = new CommandFixture(folder);
        int status = tain.run(arguments);
        assertThat(status).as(tain.out() + tain.err()).isEqualTo(expected);
        return tain.out() + tain.err();
    }

    /** Whoever awaits a mirror's end is who stops it when it has to end. */
    private static CompletableFuture<Outcome> ending(RunningMirror mirror) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return mirror.awaitEnd();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        });
    }

    private static void tellReturning(MirrorFixture link, Cluster target) {
        LinkConfig config = link.config();
        try (StateTopic topic = new StateTopic(
                config.state().topic().orElseThrow(), target.clientProperties(), "test", Duration.ofSeconds(15))) {
            topic.write(Map.of(
                    StateKey.ofFailover(config.name()),
                    new FailoverEntry(FailoverEntry.Phase.RETURNING, 1, 1).encode()));
        }
    }

    private static void assertSeenOnce(Traffic traffic) {
        for (String topic : Traffic.TOPICS) {
            assertThat(traffic.seen(topic)).as(topic).isEqualTo(traffic.written(topic));
        }
    }

    private static void assertHasAllOnce(Cluster cluster, Traffic traffic) {
        for (String topic : Traffic.TOPICS) {
            assertThat(Traffic.values(cluster, topic)).as(topic).isEqualTo(traffic.written(topic));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exactly-once", "at-least-once"})
    void shouldMoveThereAndBackSoThatEachRecordIsSeenOnce(String delivery) throws Exception {
        try (ClusterPair pair = clusters()) {
            // given an application that has stopped in the middle of what it has written
            Cluster a = pair.source();
            Cluster b = pair.target();
            Traffic traffic = new Traffic();
            Traffic.createTopics(a);
            Traffic.begin(a);
            MirrorFixture there = link("east", a, b, delivery);
            MirrorFixture back = link("west", b, a, delivery);
            traffic.write(a, "a", 300);
            traffic.consume(a, 110);
            try (RunningMirror mirror = there.start()) {
                mirror.awaitCaughtUp(Traffic.TOPICS.toArray(new String[0]));
                CompletableFuture<Outcome> end = ending(mirror);

                // when it moves
                assertThat(tain(0, "failover", east)).contains("nothing was done; add --execute");
                String told = tain(0, "failover", "--execute", east);

                // then
                assertThat(told)
                        .contains("the target has all of the source's records")
                        .contains("3 of 3 groups are carried")
                        .contains("stop: done: 3 partitions")
                        .doesNotContain("shut out")
                        .contains("verify: done: the last 300 records are the same");
                assertThat(end.join().kind()).as(end.join().toString()).isEqualTo(Outcome.Kind.FAILED_OVER);
            }
            traffic.write(b, "b", 300);
            traffic.consume(b, 330);
            assertHasAllOnce(b, traffic);

            // when it moves back, by a command that is killed before the end, and once more
            if (delivery.equals("at-least-once")) {
                assertThatThrownBy(back::start).hasMessageContaining("run tain failback first");
            }
            assertThat(tain(0, "failback", "--execute", east, west)).contains("places: done: 3 partitions");
            tellReturning(back, a);
            assertThatThrownBy(back::start).hasMessageContaining("is being given its place by tain failback");
            assertThat(tain(0, "failback", "--execute", east, west)).contains("places: done: 3 partitions");
            try (RunningMirror mirror = back.start()) {
                mirror.awaitCaughtUp(Traffic.TOPICS.toArray(new String[0]));
                CompletableFuture<Outcome> end = ending(mirror);
                assertThat(tain(0, "failover", "--execute", west)).contains("3 of 3 groups are carried");
                assertThat(tain(0, "failover", "--execute", west)).contains("stop: done before");
                end.join();
            }
            assertHasAllOnce(a, traffic);
            traffic.write(a, "c", 100);
            traffic.consume(a, Integer.MAX_VALUE);

            // then
            assertSeenOnce(traffic);

            // when the first link goes on
            assertThat(tain(0, "failback", west, east)).contains("would give link east its places");
            tain(0, "failback", "--execute", west, east);
            assertThat(tain(0, "failback", "--execute", west, east)).contains("done before");
            try (RunningMirror mirror = there.start()) {
                mirror.awaitCaughtUp(Traffic.TOPICS.toArray(new String[0]));
                mirror.stop();
            }

            // then
            assertHasAllOnce(b, traffic);
            assertThat(tain(0, "offsets", "map", east, "dense-0")).contains("0       0       700");
        }
    }

    /** Writes to a topic until it is told to stop. */
    private static final class Writer implements AutoCloseable {
        private final KafkaProducer<byte[], byte[]> producer;
        private final List<String> written = new ArrayList<>();
        private final Thread thread;
        private volatile boolean stopping;

        Writer(Cluster cluster, String topic, String stage) {
            producer = new KafkaProducer<>(
                    cluster.clientProperties(), new ByteArraySerializer(), new ByteArraySerializer());
            thread = new Thread(() -> {
                while (!stopping) {
                    try {
                        String value = stage + written.size();
                        producer.send(Traffic.record(topic, value)).get();
                        written.add(value);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
            thread.start();
        }

        List<String> stop() throws InterruptedException {
            stopping = true;
            thread.join();
            return List.copyOf(written);
        }

        @Override
        public void close() {
            stopping = true;
            producer.close();
        }
    }

    @Test
    void shouldLoseNothingAndCountWhatIsLeftWhenNobodyStops() throws Exception {
        try (ClusterPair pair = clusters()) {
            // given an application that goes on, and consumers that die with something not committed
            Cluster a = pair.source();
            Cluster b = pair.target();
            String topic = Traffic.DENSE;
            Traffic traffic = new Traffic();
            Traffic.createTopics(a);
            Traffic.begin(a);
            MirrorFixture there = link("east", a, b, "exactly-once");
            MirrorFixture back = link("west", b, a, "exactly-once");
            List<String> onA;
            String told;
            try (RunningMirror mirror = there.start();
                    Writer writer = new Writer(a, topic, "a")) {
                Traffic.await(b, topic, 300);
                traffic.consume(a, topic, 100, true);
                traffic.consume(a, topic, 40, false);

                CompletableFuture<Outcome> end = ending(mirror);

                // when
                told = tain(0, "failover", "--execute", "--json", east);
                end.join();
                onA = writer.stop();
            }
            List<String> onB = Traffic.values(b, topic);
            traffic.consume(b, topic, Integer.MAX_VALUE, true);

            // then what was mirrored is seen, and 40 records twice
            assertThat(onB).isEqualTo(onA.subList(0, onB.size()));
            assertThat(new HashSet<>(traffic.seen(topic))).isEqualTo(new HashSet<>(onB));
            assertThat(traffic.seen(topic)).hasSize(onB.size() + 40);
            assertThat(told).contains("\"topic\":\"dense\"").contains("\"sourceOffset\":" + onB.size());
            assertThat(onA.size()).as("it went on").isGreaterThan(onB.size());

            // when it comes back, what was left is named, and not left by mistake
            int left = onA.size() - onB.size();
            traffic.write(b, "b", 30);
            assertThat(tain(1, "failback", "--execute", east, west))
                    .contains("dense-0 from offset " + onB.size() + " on (" + left + " records)");
            assertThat(tain(0, "failback", "--execute", "--leave-unmirrored", east, west))
                    .contains("stays on that side only: dense-0");
            try (RunningMirror mirror = back.start()) {
                mirror.awaitCaughtUp(topic);
                mirror.stop();
            }

            // then both are there, one behind the other
            List<String> expected = new ArrayList<>(onA);
            expected.addAll(traffic.written(topic));
            assertThat(Traffic.values(a, topic)).isEqualTo(expected);
        }
    }

    @Test
    void shouldTellWhatIsWrongWithTheLinks() throws Exception {
        try (ClusterPair pair = clusters()) {
            Cluster a = pair.source();
            Cluster b = pair.target();
            Traffic.createTopics(a);
            MirrorFixture there = link("east", a, b, "exactly-once");
            link("west", b, a, "exactly-once");
            b.admin()
                    .createTopics(List.of(
                            new NewTopic("tain-state", 1, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
                    .all()
                    .get();
            assertThat(tain(3, "failover", east)).contains("link east has never run");
            try (RunningMirror mirror = there.start()) {
                mirror.awaitCaughtUp(Traffic.TOPICS.toArray(new String[0]));
                mirror.stop();
            }

            assertThat(tain(1, "failback", east, west)).contains("link east has not been failed over");
            assertThat(tain(2, "failback", east)).contains("write: tain failback FILE REVERSE-FILE");
            assertThat(tain(2, "failover", "--dry-run", "--execute", east)).contains("leave one out");
            new Traffic().write(a, "more", 5);
            assertThat(tain(8, "failover", "--execute", "--max-lag", "3", "--timeout", "1", east))
                    .contains("nothing was changed");
            assertThat(tain(0, "failover", "--cancel", "--execute", east)).contains("was not failed over");

            // the link does not run, so that what came is left
            assertThat(tain(0, "failover", "--execute", east)).contains("15 records of the source are not mirrored");
            assertThat(tain(3, "failback", east, east)).contains("link east is not the way back of link east");
        }
    }
}
