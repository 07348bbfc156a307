package io.tain.source;

import io.tain.batch.Verdict;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts batches by what was done with them. Counted by reader threads, read by any. */
public final class IntakeCounters {
    private final Map<Verdict, LongAdder> counts = new EnumMap<>(Verdict.class);

    private final LongAdder bytes = new LongAdder();

    private final LongAdder records = new LongAdder();

    private final Map<String, LongAdder> retries = new ConcurrentHashMap<>();

    public IntakeCounters() {
        for (Verdict verdict : Verdict.values()) {
            counts.put(verdict, new LongAdder());
        }
    }

    void count(Verdict verdict, int batches) {
        counts.get(verdict).add(batches);
    }

    void countBytes(long read) {
        bytes.add(read);
    }

    void countRecords(long read) {
        records.add(read);
    }

    /** @param why one of few words */
    public void countRetry(String why) {
        retries.computeIfAbsent(why, word -> new LongAdder()).increment();
    }

    /** How often a partition had to be asked for again, by why, without the reasons that never came up. */
    public Map<String, Long> retries() {
        Map<String, Long> byReason = new TreeMap<>();
        retries.forEach((why, count) -> byReason.put(why, count.sum()));
        return byReason;
    }

    /** Bytes of batches read from the source, those read again included. */
    public long bytes() {
        return bytes.sum();
    }

    /** Records read from the source to be written to the target, those read again included. */
    public long records() {
        return records.sum();
    }

    public long forwarded() {
        return counts.get(Verdict.FORWARD).sum();
    }

    /** Transcoded batches by reason, without the reasons that never came up. */
    public Map<String, Long> transcoded() {
        Map<String, Long> byReason = new TreeMap<>();
        counts.forEach((verdict, count) -> {
            if (verdict.action() == Verdict.Action.TRANSCODE && count.sum() > 0) {
                byReason.put(verdict.reason(), count.sum());
            }
        });
        return byReason;
    }

    public long dropped() {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().action() == Verdict.Action.DROP)
                .mapToLong(entry -> entry.getValue().sum())
                .sum();
    }
}
