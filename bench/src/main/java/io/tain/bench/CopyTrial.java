package io.tain.bench;

import io.tain.testkit.Workload;
import io.tain.testkit.WorkloadReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** How fast a topic that is there already is copied. */
final class CopyTrial implements Trial {
    private static final String TOPIC = "orders";
    private static final int LINGER_MS = 1_000;
    private static final long POLL_NANOS = Duration.ofMillis(5).toNanos();
    private static final Duration FIRST_RECORD_PATIENCE = Duration.ofSeconds(90);
    /** After so long a turn ends, and what was copied by then counts. */
    private static final Duration LONGEST = Duration.ofMinutes(2);

    /** A far cluster can make a peer very slow, as single records do the limit. */
    private static final Duration LONGEST_SLOW = Duration.ofSeconds(20);

    private static final double NANOS = 1e9;

    private final Work work;
    private final Brokers brokers;
    private final Topics target;
    private final double bytesPerRecord;

    private CopyTrial(Work work, Brokers brokers) {
        this.work = work;
        this.brokers = brokers;
        this.target = new Topics(brokers.target(), List.of(TOPIC));
        // "key-" and the number, which has four digits nearly always
        this.bytesPerRecord = Work.VALUE_BYTES + (work.load().keys() > 0 ? 8 : 0);
    }

    /** Writes the source topic. */
    static CopyTrial prepare(Work work, Brokers brokers) {
        brokers.source().createTopic(TOPIC, Work.PARTITIONS);
        Work.Load load = work.load();
        if (load.batchBytes() == Work.Load.ONE_RECORD) {
            StoredRecords.write(brokers.source(), TOPIC, load);
            return new CopyTrial(work, brokers);
        }
        try (Workload writer = Workload.to(brokers.source().directProperties(), TOPIC, Work.PARTITIONS)
                .valueBytes(Work.VALUE_BYTES)
                .keys(load.keys())
                .producer("compression.type", load.codec().name().toLowerCase(Locale.ROOT))
                .producer("batch.size", load.batchBytes())
                .producer("linger.ms", LINGER_MS)
                .producer("buffer.memory", 64 << 20)
                .open()) {
            WorkloadReport report = writer.write(load.records());
            report.firstFailure().ifPresent(failure -> {
                throw new IllegalStateException("Cannot write the source topic.", failure);
            });
        }
        return new CopyTrial(work, brokers);
    }

    @Override
    public List<Contender> contenders(Field field) throws IOException, InterruptedException {
        List<Contender> contenders = new ArrayList<>();
        if (work.link().isEmpty()) {
            contenders.add(field.limit());
        }
        contenders.add(field.tain());
        if (work.name().equals(Works.DELIVERY)) {
            contenders.add(field.tainAtLeastOnce());
        }
        contenders.addAll(field.peers());
        return contenders;
    }

    /** What was seen of a turn at one moment. */
    private record Sight(long nanos, long records, double cpuSeconds) {}

    @Override
    public Map<Measure, Double> run(Contender contender, String turn, Path directory) throws IOException {
        target.makeAnew();
        Route route = new Route(
                brokers.source().bootstrapServers(),
                brokers.target().bootstrapServers(),
                TOPIC,
                brokers.source().logDirectory(brokers.source().nodeIds().get(0)),
                work.load().codec(),
                Route.Aim.THROUGHPUT,
                turn);
        ProcessBuilder command = contender.command(route, directory).orElseThrow();
        try (RunningContender process = RunningContender.start(contender.label().name(), command, directory)) {
            Sight first = awaitRecords(process, 1, FIRST_RECORD_PATIENCE);
            if (first.records() == 0) {
                throw new IllegalStateException(
                        contender.label() + " copied nothing in " + FIRST_RECORD_PATIENCE + ":\n" + process.logTail());
            }
            Sight last = awaitRecords(process, work.load().records(), longest(contender));
            return measures(contender, process, first, last);
        }
    }

    private Duration longest(Contender contender) {
        boolean slowLimit =
                contender.label().name().equals(Contender.LIMIT) && work.load().batchBytes() == Work.Load.ONE_RECORD;
        return work.link().isPresent() || slowLimit ? LONGEST_SLOW : LONGEST;
    }

    /** Returns when there are so many records, or after the longest time. */
    private Sight awaitRecords(RunningContender process, long records, Duration longest) {
        long deadlineNanos = System.nanoTime() + longest.toNanos();
        while (true) {
            long seen = target.records();
            long nowNanos = System.nanoTime();
            if (seen >= records || nowNanos - deadlineNanos > 0) {
                return new Sight(nowNanos, seen, process.cpuSeconds());
            }
            process.requireAlive();
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private Map<Measure, Double> measures(Contender contender, RunningContender process, Sight first, Sight last) {
        Map<Measure, Double> values = new EnumMap<>(Measure.class);
        double gigabytes = last.records() * bytesPerRecord / 1e9;
        values.put(Measure.CPU_PER_GB, last.cpuSeconds() / gigabytes);
        values.put(Measure.PEAK_MIB, process.peakMebibytes());
        if (!contender.label().name().equals(Contender.LIMIT)) {
            values.put(Measure.FIRST_RECORD_SECONDS, (first.nanos() - process.startNanos()) / NANOS);
        }
        long records = last.records() - first.records();
        if (records > 0) {
            double perSecond = records / ((last.nanos() - first.nanos()) / NANOS);
            values.put(Measure.RECORDS_PER_SECOND, perSecond);
            values.put(Measure.MB_PER_SECOND, perSecond * bytesPerRecord / 1e6);
            double cpuSeconds = last.cpuSeconds() - first.cpuSeconds();
            values.put(Measure.RUNNING_CPU_PER_GB, cpuSeconds / (records * bytesPerRecord / 1e9));
        }
        return values;
    }
}
