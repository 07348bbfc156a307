package io.tain.e2e.chaos;

import io.tain.testkit.AuditReport;
import io.tain.testkit.Auditor;
import io.tain.testkit.Cluster;
import io.tain.testkit.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.LongFunction;
import org.apache.kafka.clients.admin.NewPartitions;

/**
 * Topics of all kinds on the source, and somebody who writes to each: one codec or another, keys, headers, batches of one
 * record, compaction, transactions of which some are aborted. Owned by one thread.
 */
final class ChaosLoad implements AutoCloseable {
    /** What the link mirrors. */
    static final String TOPICS = "chaos-.*";

    private static final String GROWING = "chaos-lz4";
    private static final String COMPACTED = "chaos-compacted";
    private static final long EXTRA_RECORDS = 400;

    private final Cluster source;
    private final List<String> topics = new ArrayList<>();
    private final Map<String, LongFunction<Workload>> writers = new HashMap<>();
    private final Map<String, Workload> running = new HashMap<>();
    private int growingPartitions = 3;
    private long seeds;

    ChaosLoad(Cluster source) {
        this.source = source;
        topic(GROWING, growingPartitions, Map.of());
        topic("chaos-zstd-keyed", 2, Map.of());
        topic("chaos-single", 1, Map.of());
        topic("chaos-transactions", 2, Map.of());
        topic(
                COMPACTED,
                2,
                Map.of(
                        "cleanup.policy",
                        "compact",
                        "segment.bytes",
                        "1048576",
                        "segment.ms",
                        "3000",
                        "min.cleanable.dirty.ratio",
                        "0.01"));
        writers.put(GROWING, seed -> to(GROWING, 3, "lz4").rate(250).seed(seed).open());
        writers.put(
                "chaos-zstd-keyed",
                seed -> to("chaos-zstd-keyed", 2, "zstd")
                        .keys(500)
                        .headers(2)
                        .rate(150)
                        .seed(seed)
                        .open());
        writers.put(
                "chaos-single",
                seed -> to("chaos-single", 1, "gzip")
                        .producer("batch.size", 1)
                        .rate(40)
                        .seed(seed)
                        .open());
        writers.put(
                COMPACTED,
                seed -> to(COMPACTED, 2, "snappy")
                        .keys(50)
                        .valueBytes(1_000)
                        .rate(150)
                        .seed(seed)
                        .open());
        writers.put(
                "chaos-transactions",
                seed -> to("chaos-transactions", 2, "none")
                        .transactions("chaos", 20, 3)
                        .producer("transaction.timeout.ms", 10_000)
                        .rate(150)
                        .seed(seed)
                        .open());
    }

    private void topic(String name, int partitions, Map<String, String> configs) {
        Map<String, String> all = new HashMap<>(configs);
        all.put("min.insync.replicas", "2");
        source.createTopic(name, partitions, all);
        topics.add(name);
    }

    /** Writes past the proxies. */
    private Workload.Builder to(String topic, int partitions, String codec) {
        return Workload.to(source.directProperties(), topic, partitions)
                .producer("compression.type", codec)
                .producer("linger.ms", 5)
                .producer("request.timeout.ms", 5_000)
                .producer("delivery.timeout.ms", 30_000)
                .producer("max.block.ms", 15_000);
    }

    List<String> topics() {
        return List.copyOf(topics);
    }

    /** Begins to write to every topic, and again to those whose writer a fault has ended. */
    void tend() {
        writers.forEach((topic, writer) -> {
            Workload workload = running.get(topic);
            if (workload != null && !workload.isWriting()) {
                workload.close();
                running.remove(topic);
            }
            running.computeIfAbsent(topic, name -> writer.apply(seeds++).start());
        });
    }

    /** One partition more, and records in all of them. */
    void addPartition() {
        growingPartitions++;
        try {
            source.admin()
                    .createPartitions(Map.of(GROWING, NewPartitions.increaseTo(growingPartitions)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        write(GROWING, growingPartitions);
    }

    /** A new topic with some records. */
    void addTopic() {
        String name = "chaos-new-" + topics.size();
        topic(name, 1, Map.of());
        write(name, 1);
    }

    private void write(String topic, int partitions) {
        try (Workload once = to(topic, partitions, "lz4").seed(seeds++).open()) {
            once.write(EXTRA_RECORDS);
        }
    }

    /** Ends all writers; what they have written stays. */
    void stop() {
        running.values().forEach(Workload::stop);
    }

    /** Compares both sides. */
    List<AuditReport> audit(Cluster target) {
        return List.of(
                Auditor.between(source, target)
                        .byWriter(target)
                        .audit(topics.stream()
                                .filter(topic -> !topic.equals(COMPACTED))
                                .toArray(String[]::new)),
                Auditor.between(source, target).byWriter(target).compacted().audit(COMPACTED));
    }

    @Override
    public void close() {
        running.values().forEach(Workload::close);
    }
}
