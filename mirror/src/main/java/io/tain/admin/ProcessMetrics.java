package io.tain.admin;

import com.sun.management.UnixOperatingSystemMXBean;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** What the JVM and the system tell of the process, under the names that Prometheus' own clients use. */
final class ProcessMetrics {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";

    private ProcessMetrics() {}

    static List<MetricSnapshot> snapshots() {
        var memory = ManagementFactory.getMemoryMXBean();
        List<MetricSnapshot> all = new ArrayList<>();
        all.add(gauge(
                "process_start_time_seconds",
                "Start of the process since the epoch.",
                ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3));
        all.add(GaugeSnapshot.builder()
                .name("jvm_memory_used_bytes")
                .help("Memory of the JVM in use.")
                .dataPoint(new GaugeSnapshot.GaugeDataPointSnapshot(
                        (double) memory.getHeapMemoryUsage().getUsed(), Labels.of("area", "heap"), null))
                .dataPoint(new GaugeSnapshot.GaugeDataPointSnapshot(
                        (double) memory.getNonHeapMemoryUsage().getUsed(), Labels.of("area", "nonheap"), null))
                .build());
        all.add(gauge(
                "jvm_threads_current",
                "Live threads.",
                ManagementFactory.getThreadMXBean().getThreadCount()));
        all.add(collections());
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            all.add(CounterSnapshot.builder()
                    .name("process_cpu_seconds")
                    .help("CPU time of the process.")
                    .dataPoint(new CounterSnapshot.CounterDataPointSnapshot(
                            Math.max(0, system.getProcessCpuTime()) / 1e9, Labels.EMPTY, null, 0))
                    .build());
            all.add(gauge("process_open_fds", "Open file descriptors.", (double) system.getOpenFileDescriptorCount()));
            all.add(gauge("process_max_fds", "Most file descriptors.", (double) system.getMaxFileDescriptorCount()));
        }
        residentBytes()
                .ifPresent(bytes -> all.add(gauge("process_resident_memory_bytes", "Memory that is resident.", bytes)));
        return all;
    }

    private static MetricSnapshot collections() {
        SummarySnapshot.Builder metric =
                SummarySnapshot.builder().name("jvm_gc_collection_seconds").help("Time of garbage collections.");
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            metric.dataPoint(new SummarySnapshot.SummaryDataPointSnapshot(
                    Math.max(0, collector.getCollectionCount()),
                    Math.max(0, collector.getCollectionTime()) / 1e3,
                    Quantiles.EMPTY,
                    Labels.of("gc", collector.getName()),
                    null,
                    0));
        }
        return metric.build();
    }

    /** As Linux tells it; empty elsewhere. */
    private static OptionalDouble residentBytes() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(RESIDENT))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024.0)
                    .findFirst();
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
    }

    private static GaugeSnapshot gauge(String name, String help, double value) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(new GaugeSnapshot.GaugeDataPointSnapshot(value, Labels.EMPTY, null))
                .build();
    }
}
