package io.tain.admin;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.tain.link.ClientMetric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Kafka's own metrics of the group members under the names that exporters of Kafka's beans give them:
 * {@code consumer-coordinator-metrics} and {@code rebalance-total} become {@code kafka_consumer_coordinator_rebalance_total}.
 */
final class ClientMetrics {
    private static final String TOTAL = "_total";

    private ClientMetrics() {}

    static List<MetricSnapshot> snapshots(List<ClientMetric> metrics) {
        Map<String, Map<Labels, Double>> byName = new TreeMap<>();
        for (ClientMetric metric : metrics) {
            if (!Double.isNaN(metric.value())) { // of nothing
                String name = word("kafka_" + metric.group().replaceFirst("-metrics$", "") + "_" + metric.name());
                byName.computeIfAbsent(name, key -> new LinkedHashMap<>()).put(labels(metric), metric.value());
            }
        }
        List<MetricSnapshot> snapshots = new ArrayList<>();
        byName.forEach(
                (name, points) -> snapshots.add(name.endsWith(TOTAL) ? counter(name, points) : gauge(name, points)));
        return snapshots;
    }

    private static Labels labels(ClientMetric metric) {
        Map<String, String> labels = new TreeMap<>(Map.of("link", metric.link()));
        metric.tags().forEach((key, value) -> labels.put(word(key), value));
        return Labels.of(labels.keySet().toArray(new String[0]), labels.values().toArray(new String[0]));
    }

    private static String word(String text) {
        return text.replaceAll("[^A-Za-z0-9_]", "_");
    }

    private static MetricSnapshot counter(String name, Map<Labels, Double> points) {
        CounterSnapshot.Builder metric = CounterSnapshot.builder()
                .name(name.substring(0, name.length() - TOTAL.length()))
                .help("As Kafka's consumer has it.");
        points.forEach((labels, value) ->
                metric.dataPoint(new CounterSnapshot.CounterDataPointSnapshot(Math.max(0, value), labels, null, 0)));
        return metric.build();
    }

    private static MetricSnapshot gauge(String name, Map<Labels, Double> points) {
        GaugeSnapshot.Builder metric = GaugeSnapshot.builder()
                .name(name.replaceFirst("_(info|created|bucket)$", "_$1_"))
                .help("As Kafka's consumer has it.");
        points.forEach(
                (labels, value) -> metric.dataPoint(new GaugeSnapshot.GaugeDataPointSnapshot(value, labels, null)));
        return metric.build();
    }
}
