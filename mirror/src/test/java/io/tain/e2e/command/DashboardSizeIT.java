package io.tain.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.admin.AdminServer;
import io.tain.admin.ServerInfo;
import io.tain.config.AdminConfig;
import io.tain.link.Bottleneck;
import io.tain.link.ClientMetric;
import io.tain.link.Event;
import io.tain.link.LinkStatus;
import io.tain.link.LinkStatus.Batches;
import io.tain.link.LinkStatus.Delays;
import io.tain.link.LinkStatus.Latency;
import io.tain.link.LinkStatus.Load;
import io.tain.link.LinkStatus.Measures;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.LinkStatus.State;
import io.tain.link.LinkStatus.Totals;
import io.tain.link.LinkStatus.Traffic;
import io.tain.link.LinkStatus.Upkeep;
import io.tain.link.MirrorView;
import io.tain.link.Order;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** The page before a mirror of thousands of partitions, which all move. */
final class DashboardSizeIT {
    private static final int TOPICS = 1_000;
    private static final int PARTITIONS = 4;
    private static final double MOST_MS = 100;
    private static final long MOST_BYTES = 150_000_000;

    /** Each is done five times; the fastest counts, as the machine has other things to do. */
    private static final String INTERACTIONS = """
            (async () => {
                const search = document.getElementById('search');
                const type = (text) => () => { search.value = text; search.dispatchEvent(new Event('input')); };
                const acts = [type('topic-1'), type('topic-12'), type('nothing'), type('')];
                for (const button of document.querySelectorAll('#columns button')) acts.push(() => button.click());
                acts.push(() => document.querySelector('#rows .name').click());
                acts.push(() => document.getElementById('only').click());
                const least = acts.map(() => Infinity);
                for (let round = 0; round < 5; round++) {
                    for (let act = 0; act < acts.length; act++) {
                        const began = performance.now();
                        acts[act]();
                        document.body.getBoundingClientRect();
                        least[act] = Math.min(least[act], performance.now() - began);
                        await new Promise(done => setTimeout(done, 0));
                    }
                }
                return Math.max(...least);
            })()
            """;

    private static final class LargeMirror implements MirrorView {
        private final AtomicLong records = new AtomicLong();

        @Override
        public List<LinkStatus> status() {
            long now = records.addAndGet(10_000);
            List<PartitionStatus> partitions = new ArrayList<>();
            for (int topic = 0; topic < TOPICS; topic++) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    partitions.add(partition(topic, partition, now));
                }
            }
            Latency latency =
                    new Latency(List.of(new Latency.Bucket(5, now), new Latency.Bucket(Long.MAX_VALUE, 1)), 70);
            return List.of(new LinkStatus(
                    "large",
                    Optional.empty(),
                    partitions,
                    new Totals(now, now * 200, now, Map.of("holes", 2L), 1, 0, 0, 0),
                    Map.of(),
                    new Load(
                            new Traffic(now, now * 200),
                            64,
                            128,
                            0,
                            0,
                            Bottleneck.TARGET_SLOW,
                            new Delays(latency, latency),
                            true),
                    LinkStatus.Retries.NONE,
                    Upkeep.NONE));
        }

        private static PartitionStatus partition(int topic, int number, long now) {
            long lag = (topic * 31L + now) % 5_000;
            boolean halted = topic % 100 == 7;
            return new PartitionStatus(
                    new TopicPartition(String.format("topic-%04d", topic), number),
                    halted ? State.HALTED : State.RUNNING,
                    halted ? Optional.of("the target refuses the record at " + now) : Optional.empty(),
                    now,
                    now,
                    OptionalLong.of(lag),
                    new Measures(
                            now,
                            OptionalLong.of(now + lag),
                            OptionalLong.of(lag),
                            OptionalLong.empty(),
                            0,
                            new Batches(now, Map.of("holes", 1L), 0),
                            new Traffic(now, now * 200)),
                    Optional.of("large-0"));
        }

        @Override
        public List<Event> events() {
            return List.of();
        }

        @Override
        public List<ClientMetric> clientMetrics() {
            return List.of();
        }

        @Override
        public List<String> stuckThreads() {
            return List.of();
        }

        @Override
        public void take(String link, Order order) {}
    }

    @Test
    void shouldAnswerAtOnceWithFourThousandPartitions() throws Exception {
        AdminConfig config = new AdminConfig(
                Optional.of(InetSocketAddress.createUnresolved("127.0.0.1", 0)), Set.of(), Optional.empty(), Map.of());
        try (AdminServer server =
                        AdminServer.start(config, new LargeMirror(), new ServerInfo("1", "2", Instant.EPOCH));
                Chromium browser = new Chromium()) {
            browser.open("http://127.0.0.1:" + server.port() + "/");
            browser.awaitText("40 of 4,000 partitions halted");
            browser.awaitText("1,000 of 1,000");

            double slowest = Double.parseDouble(browser.run(INTERACTIONS));

            assertThat(slowest).isLessThan(MOST_MS);
            assertThat(browser.privateBytes()).isBetween(1L, MOST_BYTES);
            assertThat(browser.barriers()).isEmpty();
            assertThat(browser.complaints()).isEmpty();
        }
    }
}
