package io.tain.admin;

import io.tain.config.AdminConfig;
import io.tain.link.Event;
import io.tain.link.GroupStatus;
import io.tain.link.LinkStatus;
import io.tain.link.LinkStatus.Clusters;
import io.tain.link.LinkStatus.Latency;
import io.tain.link.LinkStatus.Load;
import io.tain.link.LinkStatus.Measures;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.LinkStatus.State;
import io.tain.link.LinkStatus.Totals;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What the API tells, as the maps and lists that become its JSON; {@code openapi.yaml} says what each field means. */
final class StatusJson {
    private StatusJson() {}

    static Map<String, Object> link(LinkStatus link) {
        Totals totals = link.totals();
        Load load = link.load();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("link", link.link());
        fields.put("sourceCluster", link.clusters().map(Clusters::source));
        fields.put("targetCluster", link.clusters().map(Clusters::target));
        fields.put("joined", load.joined());
        fields.put("bottleneck", load.bottleneck().word());
        fields.put("partitions", link.partitions().size());
        fields.put("states", states(link));
        fields.put("lagRecords", link.lag());
        fields.put("lagSeconds", seconds(link.lagMs()));
        fields.put("lagBytes", link.lagBytes());
        fields.put("secondsToDataLoss", seconds(link.untilLossMs()));
        fields.put("uncommittedSeconds", link.uncommittedMs() / 1e3);
        fields.put("records", totals.records());
        fields.put("recordsRead", load.read().records());
        fields.put("bytesRead", load.read().bytes());
        fields.put("bytesWritten", totals.bytes());
        fields.put("forwardedBatches", totals.forwardedBatches());
        fields.put("transcodedBatches", new TreeMap<>(totals.transcodedBatches()));
        fields.put("droppedBatches", totals.droppedBatches());
        fields.put("refusedRecords", totals.refusedRecords());
        fields.put("deadLetters", totals.deadLetters());
        fields.put("lostOffsets", totals.lostOffsets());
        fields.put("budgetUsedBytes", load.usedBytes());
        fields.put("budgetBytes", load.budgetBytes());
        fields.put("sourceThrottledSeconds", load.sourceThrottledMs() / 1e3);
        fields.put("targetThrottledSeconds", load.targetThrottledMs() / 1e3);
        fields.put(
                "retries",
                Map.of(
                        "source", new TreeMap<>(link.retries().source()),
                        "target", new TreeMap<>(link.retries().target())));
        fields.put("resentRecords", link.retries().resentRecords());
        fields.put("latency", latency(load.delays().replication()));
        fields.put("acknowledgementLatency", latency(load.delays().acknowledgement()));
        fields.put("events", new TreeMap<>(link.events()));
        fields.put(
                "groups", link.upkeep().groups().stream().map(StatusJson::group).toList());
        return fields;
    }

    private static Map<String, Object> group(GroupStatus group) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("group", group.group());
        fields.put("partitions", group.partitions());
        fields.put("ahead", group.ahead());
        fields.put("ageSeconds", seconds(group.ageMs()));
        fields.put("reason", group.reason());
        return fields;
    }

    /** Every state, those of no partition too, so that readers need not know the words. */
    static Map<String, Long> states(LinkStatus link) {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (State state : State.values()) {
            counts.put(state.name(), 0L);
        }
        link.partitions().forEach(partition -> counts.merge(partition.state().name(), 1L, Long::sum));
        return counts;
    }

    private static Map<String, Object> latency(Latency latency) {
        List<Object> buckets = new ArrayList<>();
        for (Latency.Bucket bucket : latency.buckets()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("upToSeconds", bucket.upToMs() == Long.MAX_VALUE ? null : bucket.upToMs() / 1e3);
            fields.put("count", bucket.count());
            buckets.add(fields);
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("count", latency.count());
        fields.put("sumSeconds", latency.sumMs() / 1e3);
        fields.put("buckets", buckets);
        return fields;
    }

    static List<Map<String, Object>> partitions(LinkStatus link) {
        return link.partitions().stream()
                .map(partition -> partition(link, partition))
                .toList();
    }

    /** By name, each as its partitions of this process are together. */
    static List<Map<String, Object>> topics(LinkStatus link) {
        Map<String, List<PartitionStatus>> byTopic = new TreeMap<>();
        for (PartitionStatus partition : link.partitions()) {
            byTopic.computeIfAbsent(partition.partition().topic(), topic -> new ArrayList<>())
                    .add(partition);
        }
        List<Map<String, Object>> topics = new ArrayList<>();
        byTopic.forEach((topic, partitions) -> topics.add(topic(topic, link.of(partitions))));
        return topics;
    }

    private static Map<String, Object> topic(String topic, LinkStatus link) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("topic", topic);
        fields.put("partitions", link.partitions().size());
        fields.put("states", states(link));
        fields.put("lagRecords", link.lag());
        fields.put("lagSeconds", seconds(link.lagMs()));
        fields.put("lagBytes", link.lagBytes());
        fields.put("secondsToDataLoss", seconds(link.untilLossMs()));
        fields.put("uncommittedSeconds", link.uncommittedMs() / 1e3);
        fields.put(
                "records",
                link.partitions().stream()
                        .mapToLong(partition -> partition.measures().copied().records())
                        .sum());
        return fields;
    }

    private static Map<String, Object> partition(LinkStatus link, PartitionStatus partition) {
        Measures measures = partition.measures();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("topic", partition.partition().topic());
        fields.put("partition", partition.partition().partition());
        fields.put("state", partition.state().name());
        fields.put("reason", partition.reason());
        fields.put("position", known(partition.position()));
        fields.put("acknowledged", known(partition.committable()));
        fields.put("committed", known(measures.committed()));
        fields.put("endOffset", measures.end());
        fields.put("clientId", partition.clientId());
        fields.put("lagRecords", partition.lag());
        fields.put("lagBytes", link.lagBytes(partition));
        fields.put("lagSeconds", seconds(measures.lagMs()));
        fields.put("secondsToDataLoss", seconds(measures.untilLossMs()));
        fields.put("records", measures.copied().records());
        fields.put("uncommittedSeconds", measures.uncommittedMs() / 1e3);
        fields.put("forwardedBatches", measures.batches().forwarded());
        fields.put("transcodedBatches", new TreeMap<>(measures.batches().transcoded()));
        fields.put("droppedBatches", measures.batches().dropped());
        return fields;
    }

    private static Object known(long offset) {
        return offset < 0 ? null : (Object) offset;
    }

    private static Object seconds(OptionalLong ms) {
        return ms.isPresent() ? (Object) (ms.getAsLong() / 1e3) : null;
    }

    static Map<String, Object> event(Event event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("time", event.time());
        fields.put("link", event.link());
        fields.put("topic", event.partition().topic());
        fields.put("partition", event.partition().partition());
        fields.put("kind", event.kind().name());
        fields.put("firstOffset", event.offsets().map(Event.Offsets::first));
        fields.put("nextOffset", event.offsets().map(Event.Offsets::next));
        fields.put("text", event.text());
        return fields;
    }

    static Map<String, Object> setting(AdminConfig.Shown setting) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("key", setting.key());
        fields.put("value", setting.value());
        fields.put("place", setting.place());
        return fields;
    }
}
