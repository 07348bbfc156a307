package io.tain.admin;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tain.link.Bottleneck;
import io.tain.link.ClientMetric;
import io.tain.link.Event;
import io.tain.link.LinkStatus;
import io.tain.link.LinkStatus.Latency;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.LinkStatus.Totals;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of all links in Prometheus' text format, made from their status when somebody asks. The names are a promise to
 * dashboards and alert rules: docs/admin-server.md lists them.
 */
final class MetricsText {
    static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    /** With more partitions than this, only the sums of links are told. */
    static final int MOST_PARTITIONS = 2_000;

    private final List<LinkStatus> links;
    private final MetricSnapshots.Builder all = MetricSnapshots.builder();

    private MetricsText(List<LinkStatus> links) {
        this.links = links;
    }

    /** @param clients what the Kafka consumers of the links' members measure */
    static byte[] of(ServerInfo info, List<LinkStatus> links, List<ClientMetric> clients) {
        MetricsText text = new MetricsText(links);
        text.all.metricSnapshot(InfoSnapshot.builder()
                .name("tain")
                .help("What runs.")
                .dataPoint(new InfoSnapshot.InfoDataPointSnapshot(
                        Labels.of("version", info.version(), "kafka_clients", info.kafkaClients())))
                .build());
        text.clusters();
        text.totals();
        text.batches();
        text.latencies();
        text.load();
        text.states();
        text.groups();
        if (links.stream().mapToInt(link -> link.partitions().size()).sum() <= MOST_PARTITIONS) {
            text.partitions();
        }
        text.rebalances(clients);
        ProcessMetrics.snapshots().forEach(text.all::metricSnapshot);
        ClientMetrics.snapshots(clients).forEach(text.all::metricSnapshot);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, text.all.build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** One value of a metric with its labels. */
    private record Point(Labels labels, double value) {}

    private void counter(String name, String help, Function<LinkStatus, List<Point>> points) {
        CounterSnapshot.Builder metric = CounterSnapshot.builder().name(name).help(help);
        links.forEach(link -> points.apply(link)
                .forEach(point -> metric.dataPoint(
                        new CounterSnapshot.CounterDataPointSnapshot(point.value(), point.labels(), null, 0))));
        all.metricSnapshot(metric.build());
    }

    private void gauge(String name, String help, Function<LinkStatus, List<Point>> points) {
        GaugeSnapshot.Builder metric = GaugeSnapshot.builder().name(name).help(help);
        links.forEach(link -> points.apply(link)
                .forEach(point -> metric.dataPoint(
                        new GaugeSnapshot.GaugeDataPointSnapshot(point.value(), point.labels(), null))));
        all.metricSnapshot(metric.build());
    }

    private static List<Point> one(LinkStatus link, Number value) {
        return List.of(new Point(Labels.of("link", link.link()), value.doubleValue()));
    }

    private static Point of(LinkStatus link, String label, String value, Number number) {
        return new Point(Labels.of("link", link.link(), label, value), number.doubleValue());
    }

    private void clusters() {
        InfoSnapshot.Builder info = InfoSnapshot.builder().name("tain_link").help("Which clusters a link joins.");
        links.forEach(link -> link.clusters()
                .ifPresent(joined -> info.dataPoint(new InfoSnapshot.InfoDataPointSnapshot(Labels.of(
                        "link", link.link(), "source_cluster", joined.source(), "target_cluster", joined.target())))));
        all.metricSnapshot(info.build());
    }

    private void totals() {
        counter(
                "tain_records",
                "Records acknowledged by the target.",
                link -> one(link, link.totals().records()));
        counter(
                "tain_records_read",
                "Records read from the source to be written to the target, those read again included.",
                link -> one(link, link.load().read().records()));
        counter(
                "tain_bytes",
                "Bytes of batches read from the source, those read again included, and acknowledged by the target.",
                link -> List.of(
                        of(link, "side", "source", link.load().read().bytes()),
                        of(link, "side", "target", link.totals().bytes())));
        counter(
                "tain_refused_records",
                "Records left out because the target would not take them.",
                link -> one(link, link.totals().refusedRecords()));
        counter(
                "tain_dead_letters",
                "Records written to dead-letter topics.",
                link -> one(link, link.totals().deadLetters()));
        counter(
                "tain_records_lost",
                "Source offsets that were given up, by reason; alert on any increase.",
                link -> List.of(of(link, "reason", "retention", link.totals().lostOffsets())));
        counter("tain_events", "Events, by kind.", link -> {
            List<Point> points = new ArrayList<>();
            for (Event.Kind kind : Event.Kind.values()) {
                points.add(of(link, "kind", kind.name(), link.events().getOrDefault(kind, 0L)));
            }
            return points;
        });
    }

    private void batches() {
        counter("tain_batches", "Batches by what was done with them, and why.", link -> {
            Totals totals = link.totals();
            List<Point> points = new ArrayList<>();
            points.add(batches(link, "forwarded", "", totals.forwardedBatches()));
            points.add(batches(link, "dropped", "", totals.droppedBatches()));
            totals.transcodedBatches()
                    .forEach((reason, count) -> points.add(batches(link, "transcoded", reason, count)));
            return points;
        });
    }

    private void latencies() {
        histogram(
                "tain_replication_latency_seconds",
                "From a batch's largest timestamp to its acknowledgement by the target.",
                link -> link.load().delays().replication());
        histogram(
                "tain_ack_latency_seconds",
                "From sending a batch to its acknowledgement by the target, by the request that was answered.",
                link -> link.load().delays().acknowledgement());
    }

    private void histogram(String name, String help, Function<LinkStatus, Latency> latency) {
        HistogramSnapshot.Builder metric =
                HistogramSnapshot.builder().name(name).help(help);
        for (LinkStatus link : links) {
            ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
            for (Latency.Bucket bucket : latency.apply(link).buckets()) {
                boolean last = bucket.upToMs() == Long.MAX_VALUE;
                buckets.bucket(last ? Double.POSITIVE_INFINITY : bucket.upToMs() / 1e3, bucket.count());
            }
            metric.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                    .labels(Labels.of("link", link.link()))
                    .classicHistogramBuckets(buckets.build())
                    .sum(latency.apply(link).sumMs() / 1e3)
                    .build());
        }
        all.metricSnapshot(metric.build());
    }

    private static Point batches(LinkStatus link, String path, String reason, Number count) {
        return new Point(Labels.of("link", link.link(), "path", path, "reason", reason), count.doubleValue());
    }

    private void load() {
        gauge(
                "tain_inflight_bytes",
                "Bytes of the memory budget in use.",
                link -> one(link, link.load().usedBytes()));
        gauge(
                "tain_budget_bytes",
                "The link's share of the memory budget.",
                link -> one(link, link.load().budgetBytes()));
        counter(
                "tain_throttled_seconds",
                "How long brokers have told the mirror to wait because of quotas.",
                link -> List.of(
                        of(link, "side", "source", link.load().sourceThrottledMs() / 1e3),
                        of(link, "side", "target", link.load().targetThrottledMs() / 1e3)));
        counter(
                "tain_duplicates_possible",
                "Records sent again because the answer to their last request was lost or did not tell whether they were"
                        + " written; an idempotent target drops those that it has.",
                link -> one(link, link.retries().resentRecords()));
        counter("tain_retries", "What had to be tried again, by side and why.", link -> {
            List<Point> points = new ArrayList<>();
            link.retries().source().forEach((why, count) -> points.add(retries(link, "source", why, count)));
            link.retries().target().forEach((why, count) -> points.add(retries(link, "target", why, count)));
            return points;
        });
        gauge("tain_bottleneck", "1 for what keeps the link from copying faster, 0 for the rest.", link -> {
            List<Point> points = new ArrayList<>();
            for (Bottleneck bottleneck : Bottleneck.values()) {
                points.add(of(link, "bottleneck", bottleneck.word(), link.load().bottleneck() == bottleneck ? 1 : 0));
            }
            return points;
        });
        gauge(
                "tain_checkpoint_age_seconds",
                "For how long checkpoints have failed to be written to the state topic; 0 while all goes well.",
                link -> optional(Labels.of("link", link.link()), link.upkeep().checkpointAgeMs(), 1e3));
        gauge(
                "tain_joined",
                "1 if all streams are members of the group.",
                link -> one(link, link.load().joined() ? 1 : 0));
    }

    private static Point retries(LinkStatus link, String side, String why, Number count) {
        return new Point(Labels.of("link", link.link(), "side", side, "error", why), count.doubleValue());
    }

    private void groups() {
        gauge("tain_groups", "Consumer groups whose offsets are carried to the target, by how that goes.", link -> {
            long skipped = link.upkeep().groups().stream()
                    .filter(group -> group.reason().isPresent())
                    .count();
            return List.of(
                    of(link, "state", "carried", link.upkeep().groups().size() - skipped),
                    of(link, "state", "skipped", skipped));
        });
        gauge(
                "tain_group_age_seconds",
                "Time since a group's offsets on the target were last as on the source.",
                link -> {
                    List<Point> points = new ArrayList<>();
                    link.upkeep().groups().stream()
                            .filter(group -> group.ageMs().isPresent())
                            .limit(MOST_PARTITIONS)
                            .forEach(group -> points.add(of(
                                    link, "group", group.group(), group.ageMs().getAsLong() / 1e3)));
                    return points;
                });
    }

    private void states() {
        gauge("tain_partitions", "Partitions that this process owns, by state.", link -> {
            List<Point> points = new ArrayList<>();
            StatusJson.states(link).forEach((state, count) -> points.add(of(link, "state", state, count)));
            return points;
        });
        gauge("tain_link_lag_records", "Records behind, over all partitions.", link -> one(link, link.lag()));
        gauge(
                "tain_link_lag_seconds",
                "Age of the oldest record that is not yet on the target; 0 when all are.",
                link -> optional(Labels.of("link", link.link()), link.lagMs(), 1e3));
        gauge(
                "tain_link_lag_bytes",
                "About how many bytes behind, over all partitions; an estimate, as tain_lag_bytes is.",
                link -> optional(Labels.of("link", link.link()), link.lagBytes(), 1));
        gauge(
                "tain_link_time_to_data_loss_seconds",
                "The smallest tain_time_to_data_loss_seconds of the link's partitions.",
                link -> optional(Labels.of("link", link.link()), link.untilLossMs(), 1e3));
        gauge(
                "tain_link_commit_age_seconds",
                "The largest tain_commit_age_seconds of the link's partitions.",
                link -> one(link, link.uncommittedMs() / 1e3));
    }

    private void rebalances(List<ClientMetric> clients) {
        counter(
                "tain_rebalances",
                "Rebalances of the group that this process's members have been through.",
                link -> one(link, sum(clients, link, "rebalance-total")));
        counter(
                "tain_rebalance_seconds",
                "Time that rebalances took this process's members.",
                link -> one(link, sum(clients, link, "rebalance-latency-total") / 1e3));
    }

    private static double sum(List<ClientMetric> clients, LinkStatus link, String metric) {
        return clients.stream()
                .filter(one -> one.link().equals(link.link()) && one.name().equals(metric))
                .mapToDouble(ClientMetric::value)
                .sum();
    }

    private static List<Point> optional(Labels labels, OptionalLong value, double unit) {
        return value.isPresent() ? List.of(new Point(labels, value.getAsLong() / unit)) : List.of();
    }

    private void partitions() {
        perPartition(
                "tain_lag_records",
                "Records behind.",
                partition -> partition.lag().orElse(-1));
        gauge(
                "tain_lag_bytes",
                "About how many bytes behind: records behind times the mean size of the records copied of the partition, or"
                        + " of the link while none are.",
                link -> link.partitions().stream()
                        .flatMap(partition -> optional(labels(link, partition), link.lagBytes(partition), 1).stream())
                        .toList());
        perPartition(
                "tain_lag_seconds",
                "Age of the oldest record that is not yet on the target; 0 when all are.",
                partition -> partition.measures().lagMs().isPresent()
                        ? partition.measures().lagMs().getAsLong() / 1e3
                        : -1);
        perPartition("tain_position", "Source offset of the next record to read.", partition -> partition.position());
        perPartition(
                "tain_acknowledged_position",
                "Lowest source offset that is not yet on the target.",
                partition -> partition.committable());
        counter(
                "tain_partition_records",
                "Records acknowledged by the target since the partition was assigned or moved.",
                link -> link.partitions().stream()
                        .map(partition -> new Point(labels(link, partition), (double)
                                partition.measures().copied().records()))
                        .toList());
        gauge(
                "tain_time_to_data_loss_seconds",
                "When retention on the source will have overtaken a partition that is behind, if it moves no further.",
                link -> link.partitions().stream()
                        .flatMap(partition ->
                                optional(
                                        labels(link, partition),
                                        partition.measures().untilLossMs(),
                                        1e3)
                                        .stream())
                        .toList());
        perPartition(
                "tain_commit_age_seconds",
                "For how long something acknowledged has been waiting to be committed; 0 if nothing is.",
                partition -> partition.measures().uncommittedMs() / 1e3);
        gauge(
                "tain_partition_state",
                "1 for the state that a partition is in.",
                link -> link.partitions().stream()
                        .map(partition -> new Point(
                                labels(link, partition)
                                        .add("state", partition.state().name()),
                                1))
                        .toList());
    }

    /** A value below 0 is not known, and left out. */
    private void perPartition(String name, String help, ToDoubleFunction<PartitionStatus> value) {
        gauge(
                name,
                help,
                link -> link.partitions().stream()
                        .map(partition -> new Point(labels(link, partition), value.applyAsDouble(partition)))
                        .filter(point -> point.value() >= 0)
                        .toList());
    }

    private static Labels labels(LinkStatus link, PartitionStatus partition) {
        return Labels.of(
                "link",
                link.link(),
                "topic",
                partition.partition().topic(),
                "partition",
                Integer.toString(partition.partition().partition()));
    }
}
