package io.tain.link;

import io.tain.link.StartFailure.Side;
import io.tain.source.IntakeCounters;
import io.tain.target.WriterListener.Rewrite;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What a link has done since its start. Counted by its reader and writer threads, read by any. */
final class LinkCounters {
    private static final String AUTHENTICATION = "AUTHENTICATION";

    final EventLog events;
    final IntakeCounters intake = new IntakeCounters();
    final LongAdder records = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LongAdder deadLetters = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder resent = new LongAdder();
    final LatencyHistogram latency = new LatencyHistogram();
    final LatencyHistogram acknowledgement = new LatencyHistogram();

    private final Map<Rewrite, LongAdder> rewritten =
            Map.of(Rewrite.COALESCED, new LongAdder(), Rewrite.SPLIT, new LongAdder());

    LinkCounters(EventLog events) {
        this.events = events;
    }

    private final Map<String, LongAdder> retries = new ConcurrentHashMap<>();

    /** @param why one of few words; told of the target */
    void countRetry(String why) {
        retries.computeIfAbsent(why, word -> new LongAdder()).increment();
    }

    /** A broker of that side did not accept our credentials; it will be tried again. */
    void countRefused(Side side) {
        if (side == Side.SOURCE) {
            intake.countRetry(AUTHENTICATION);
        } else {
            countRetry(AUTHENTICATION);
        }
    }

    /** How often each side was asked again, by why. */
    LinkStatus.Retries retries() {
        Map<String, Long> target = new TreeMap<>();
        retries.forEach((why, count) -> target.put(why, count.sum()));
        return new LinkStatus.Retries(intake.retries(), target, resent.sum());
    }

    void countRewritten(Rewrite why) {
        rewritten.get(why).increment();
    }

    LinkStatus.Totals totals() {
        Map<String, Long> transcoded = new TreeMap<>(intake.transcoded());
        long forwarded = intake.forwarded();
        for (Map.Entry<Rewrite, LongAdder> why : rewritten.entrySet()) {
            long count = why.getValue().sum();
            if (count > 0) {
                forwarded -= count;
                transcoded.merge(why.getKey().name().toLowerCase(Locale.ROOT), count, Long::sum);
            }
        }
        return new LinkStatus.Totals(
                records.sum(),
                bytes.sum(),
                forwarded,
                Map.copyOf(transcoded),
                intake.dropped(),
                refused.sum(),
                deadLetters.sum(),
                events.lostOffsets());
    }
}
