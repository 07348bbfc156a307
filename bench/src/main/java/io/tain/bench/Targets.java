package io.tain.bench;

import io.tain.bench.Work.Side;
import io.tain.config.Codec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the project wants to reach, and whether the medians reach it. */
final class Targets {
    private static final double LONGEST_ADDED_MS = 3;
    private static final double ADDED_BY_DELIVERY_MS = 1;

    private final Summary summary;
    private final List<Judged> judged = new ArrayList<>();

    /**
     * One target.
     *
     * @param work what it is about
     * @param wanted such as {@code at least 2.5 x the better peer}
     * @param measured in the same terms; empty if not measured
     */
    record Judged(String work, String wanted, Optional<String> measured, Verdict verdict) {}

    /** Whether a target is met. */
    enum Verdict {
        MET("met"),
        MISSED("missed"),
        UNKNOWN("not measured");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private Targets(Summary summary) {
        this.summary = summary;
    }

    /** One target in each line. */
    static Table table(List<Judged> targets) {
        Table table = new Table(List.of("work", "target", "measured", ""), Table.Alignment.LEFT);
        targets.forEach(target -> table.add(List.of(
                target.work(),
                target.wanted(),
                target.measured().orElse("-"),
                target.verdict().toString())));
        return table;
    }

    static List<Judged> judge(Summary summary) {
        Targets targets = new Targets(summary);
        targets.throughput();
        targets.cpu();
        targets.footprint();
        targets.latency();
        targets.delivery();
        targets.farClusters();
        targets.partitions();
        targets.verification();
        return targets.judged;
    }

    private void throughput() {
        for (Codec codec : List.of(Codec.NONE, Codec.LZ4, Codec.ZSTD)) {
            rate(Works.copyName(codec, "64k"), 0.8, 2.5);
        }
        rate(Works.copyName(Codec.GZIP, "64k"), 0.9, 5);
        for (Codec codec : List.of(Codec.NONE, Codec.LZ4, Codec.ZSTD, Codec.GZIP)) {
            ratePeer(Works.copyName(codec, "16k"), 2.5);
        }
        for (Codec codec : List.of(Codec.NONE, Codec.LZ4, Codec.ZSTD, Codec.GZIP)) {
            ratePeer(Works.copyName(codec, "1rec"), 1.5);
        }
    }

    private void rate(String work, double ofLimit, double timesPeer) {
        Optional<Double> limit = summary.best(work, Contender.LIMIT, Measure.RECORDS_PER_SECOND);
        atLeast(work, "throughput", ofLimit, "limit", Summary.ratio(tain(work, Measure.RECORDS_PER_SECOND), limit));
        ratePeer(work, timesPeer);
    }

    private void ratePeer(String work, double times) {
        Optional<Double> peer = summary.betterPeer(work, Measure.RECORDS_PER_SECOND);
        atLeast(
                work,
                "throughput",
                times,
                "the better peer",
                Summary.ratio(tain(work, Measure.RECORDS_PER_SECOND), peer));
    }

    private void cpu() {
        for (Codec codec : List.of(Codec.LZ4, Codec.ZSTD, Codec.GZIP, Codec.NONE)) {
            String work = Works.copyName(codec, "64k");
            partOf(work, Measure.RUNNING_CPU_PER_GB, codec == Codec.NONE ? 4 : 8, Contender.MIRROR_MAKER_1);
            partOf(work, Measure.RUNNING_CPU_PER_GB, codec == Codec.NONE ? 6 : 12, Contender.MIRROR_MAKER_2);
        }
    }

    private void footprint() {
        for (Codec codec : List.of(Codec.NONE, Codec.LZ4, Codec.ZSTD, Codec.GZIP)) {
            String work = Works.copyName(codec, "64k");
            atMost(work, Measure.PEAK_MIB, 160, tain(work, Measure.PEAK_MIB));
            Optional<Double> peer = summary.betterPeer(work, Measure.PEAK_MIB);
            fraction(
                    work,
                    Measure.PEAK_MIB.label(),
                    3,
                    "the better peer",
                    Summary.ratio(tain(work, Measure.PEAK_MIB), peer));
        }
        String work = Works.copyName(Codec.LZ4, "64k");
        atMost(work, Measure.FIRST_RECORD_SECONDS, 1, tain(work, Measure.FIRST_RECORD_SECONDS));
        partOf(work, Measure.FIRST_RECORD_SECONDS, 1, Contender.MIRROR_MAKER_1);
    }

    private void latency() {
        Optional<Double> added = added(Contender.TAIN);
        add(
                Works.LATENCY,
                "added p99 at most " + LONGEST_ADDED_MS + " ms",
                added.map(value -> String.format(Locale.ROOT, "%.2f ms", value)),
                added.map(value -> value <= LONGEST_ADDED_MS));
        fraction(
                Works.LATENCY,
                "added p99",
                3,
                Contender.MIRROR_MAKER_2,
                Summary.ratio(added, added(Contender.MIRROR_MAKER_2)));
    }

    private void delivery() {
        atLeast(
                Works.DELIVERY,
                "throughput",
                0.95,
                Contender.TAIN_AT_LEAST_ONCE,
                Summary.ratio(
                        tain(Works.DELIVERY, Measure.RECORDS_PER_SECOND),
                        summary.best(Works.DELIVERY, Contender.TAIN_AT_LEAST_ONCE, Measure.RECORDS_PER_SECOND)));
        Optional<Double> added = added(Contender.TAIN)
                .flatMap(once -> added(Contender.TAIN_AT_LEAST_ONCE).map(weaker -> once - weaker));
        add(
                Works.LATENCY,
                "p99 at most " + ADDED_BY_DELIVERY_MS + " ms above " + Contender.TAIN_AT_LEAST_ONCE,
                added.map(value -> String.format(Locale.ROOT, "%.2f ms", value)),
                added.map(value -> value <= ADDED_BY_DELIVERY_MS));
    }

    /** What the contender adds to the direct way. */
    private Optional<Double> added(String name) {
        Optional<Double> direct = summary.best(Works.LATENCY, Contender.DIRECT, Measure.P99_MS);
        return summary.best(Works.LATENCY, name, Measure.P99_MS)
                .flatMap(through -> direct.map(baseline -> Math.max(0, through - baseline)));
    }

    private void farClusters() {
        for (Side side : Side.values()) {
            ratePeer(Works.linkName(side, 100, "16k"), 5);
            ratePeer(Works.linkName(side, 100, "1rec"), 5);
        }
    }

    private void partitions() {
        for (Measure measure : List.of(Measure.POSITIONS_SECONDS, Measure.IDLE_CPU_PERCENT, Measure.PEAK_MIB)) {
            int limit = measure == Measure.POSITIONS_SECONDS ? 10 : measure == Measure.PEAK_MIB ? 256 : 3;
            atMost(Works.PARTITIONS, measure, limit, tain(Works.PARTITIONS, measure));
        }
    }

    private void verification() {
        atMost(Works.VERIFY, Measure.VERIFY_SECONDS, 15, tain(Works.VERIFY, Measure.VERIFY_SECONDS));
    }

    private Optional<Double> tain(String work, Measure measure) {
        return summary.best(work, Contender.TAIN, measure);
    }

    private void partOf(String work, Measure measure, int part, String name) {
        Optional<Double> ratio = Summary.ratio(tain(work, measure), summary.best(work, name, measure));
        fraction(work, measure == Measure.RUNNING_CPU_PER_GB ? "CPU after start" : measure.label(), part, name, ratio);
    }

    private void atLeast(String work, String what, double times, String than, Optional<Double> ratio) {
        String wanted = what + " at least " + String.format(Locale.ROOT, "%s x %s", times, than);
        add(
                work,
                wanted,
                ratio.map(value -> String.format(Locale.ROOT, "%.2f x", value)),
                ratio.map(value -> value >= times));
    }

    private void fraction(String work, String what, int part, String of, Optional<Double> ratio) {
        String wanted = what + (part == 1 ? " less than " + of + "'s" : " at most 1/" + part + " of " + of + "'s");
        add(work, wanted, ratio.map(Targets::part), ratio.map(value -> part == 1 ? value < 1 : value <= 1.0 / part));
    }

    private static String part(double ratio) {
        if (ratio >= 1) {
            return String.format(Locale.ROOT, "%.1f x", ratio);
        }
        return ratio > 0 ? String.format(Locale.ROOT, "1/%.1f", 1 / ratio) : "0";
    }

    private void atMost(String work, Measure measure, double limit, Optional<Double> value) {
        String wanted = measure.label() + " at most " + measure.format(limit);
        add(work, wanted, value.map(measure::format), value.map(measured -> measured <= limit));
    }

    private void add(String work, String wanted, Optional<String> measured, Optional<Boolean> met) {
        Verdict verdict = met.map(yes -> yes ? Verdict.MET : Verdict.MISSED).orElse(Verdict.UNKNOWN);
        judged.add(new Judged(work, wanted, measured, verdict));
    }
}
