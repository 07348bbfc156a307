package io.tain.demo;

import io.tain.testkit.Cluster;
import io.tain.testkit.Workload;
import io.tain.testkit.WorkloadReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writers to all topics of the source, each on a thread of its own. For one thread. */
final class Load implements AutoCloseable {
    private static final int LINGER_MS = 20;
    private static final int PERCENT = 100;

    private final List<Workload> workloads = new ArrayList<>();

    private Load() {}

    /** Creates the topics. */
    static void createTopics(Cluster source) {
        for (DemoTopic topic : DemoTopic.values()) {
            source.createTopic(topic.topic(), topic.partitions(), topic.configs());
        }
    }

    /** Begins to write so many records a second, all topics together. */
    static Load start(Cluster source, int recordsPerSecond) {
        Load load = new Load();
        for (DemoTopic topic : DemoTopic.values()) {
            load.workloads.add(Workload.to(source.directProperties(), topic.topic(), topic.partitions())
                    .keys(topic.keys())
                    .producer("compression.type", topic.codec())
                    .producer("linger.ms", LINGER_MS)
                    .rate((double) recordsPerSecond * topic.percent() / PERCENT)
                    .open()
                    .start());
        }
        return load;
    }

    /** Records that the source has for good. */
    long written() {
        return workloads.stream().mapToLong(load -> load.report().total()).sum();
    }

    /** Why records could not be written, if some could not. */
    Optional<Exception> failure() {
        return workloads.stream()
                .flatMap(load -> load.report().firstFailure().stream())
                .findFirst();
    }

    /** Stops writing and waits for the last acknowledgements; returns how many records were written. */
    long stop() {
        return workloads.stream()
                .map(Workload::stop)
                .mapToLong(WorkloadReport::total)
                .sum();
    }

    @Override
    public void close() {
        workloads.forEach(Workload::close);
    }
}
