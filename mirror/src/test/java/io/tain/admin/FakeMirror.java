package io.tain.admin;

import io.tain.link.Bottleneck;
import io.tain.link.ClientMetric;
import io.tain.link.Event;
import io.tain.link.GroupStatus;
import io.tain.link.LinkStatus;
import io.tain.link.LinkStatus.Batches;
import io.tain.link.LinkStatus.Clusters;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.TopicPartition;

/** A mirror with a halted and a running partition, and words in it that no browser should run. */
final class FakeMirror implements MirrorView {
    private static final String EVIL = "<img src=x onerror=alert(1)>\n\"quoted\"\\";

    final List<String> orders = new CopyOnWriteArrayList<>();
    volatile List<String> stuck = List.of();
    volatile boolean joined = true;

    /** Partitions beside the two. */
    volatile int more;

    volatile List<Event> events = List.of(event(Event.Kind.HALTED));

    static Event event(Event.Kind kind) {
        Event.Offsets offsets = new Event.Offsets(5, 7);
        TopicPartition place = new TopicPartition("o-1.x", 3);
        return new Event(Instant.EPOCH, "orders", place, kind, Optional.of(offsets), EVIL);
    }

    @Override
    public List<LinkStatus> status() {
        PartitionStatus halted = new PartitionStatus(
                new TopicPartition("o-1.x", 3),
                State.HALTED,
                Optional.of(EVIL),
                -1,
                -1,
                OptionalLong.empty(),
                Measures.NONE,
                Optional.of("g-0"));
        PartitionStatus running = new PartitionStatus(
                new TopicPartition("p", 0),
                State.RUNNING,
                Optional.empty(),
                90,
                80,
                OptionalLong.of(20),
                new Measures(
                        70,
                        OptionalLong.of(100),
                        OptionalLong.of(2_500),
                        OptionalLong.of(90_500),
                        40,
                        new Batches(9, Map.of("holes", 2L), 1),
                        new Traffic(600, 1_500)),
                Optional.of("g-0"));
        Latency latency = new Latency(List.of(new Latency.Bucket(5, 3), new Latency.Bucket(Long.MAX_VALUE, 1)), 70);
        Latency answers = new Latency(List.of(new Latency.Bucket(5, 2), new Latency.Bucket(Long.MAX_VALUE, 0)), 6);
        List<PartitionStatus> partitions = new ArrayList<>(List.of(halted, running));
        for (int i = 0; i < more; i++) {
            partitions.add(halted);
        }
        return List.of(new LinkStatus(
                "orders",
                Optional.of(new Clusters("here", "there")),
                partitions,
                new Totals(1_000, 2_000, 9, Map.of("holes", 2L), 1, 0, 0, 4),
                Map.of(Event.Kind.HALTED, 1L),
                new Load(
                        new Traffic(1_100, 3_000),
                        64,
                        128,
                        0,
                        1_500,
                        Bottleneck.TARGET_THROTTLED,
                        new Delays(latency, answers),
                        joined),
                new LinkStatus.Retries(Map.of("MOVED", 2L), Map.of("RETRY", 7L), 12),
                new Upkeep(
                        List.of(new GroupStatus("billing", 2, 1, OptionalLong.of(3_000), Optional.empty())),
                        OptionalLong.of(0))));
    }

    @Override
    public List<Event> events() {
        return events;
    }

    @Override
    public List<ClientMetric> clientMetrics() {
        Map<String, String> tags = Map.of("client-id", "g-0");
        return List.of(
                new ClientMetric("orders", "consumer-coordinator-metrics", "rebalance-total", tags, 3),
                new ClientMetric("orders", "consumer-coordinator-metrics", "rebalance-latency-total", tags, 1_500),
                new ClientMetric("orders", "consumer-coordinator-metrics", "heartbeat-rate", tags, 0.5),
                new ClientMetric("orders", "consumer-coordinator-metrics", "commit-latency-max", tags, Double.NaN));
    }

    @Override
    public List<String> stuckThreads() {
        return stuck;
    }

    @Override
    public void take(String link, Order order) {
        orders.add(link + " " + order);
    }
}
