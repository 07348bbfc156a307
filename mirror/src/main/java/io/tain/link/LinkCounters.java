package io.tain.link;

import io.tain.source.IntakeCounters;
import java.util.concurrent.atomic.LongAdder;

/** What a link has done since its start. Counted by its reader and writer threads, read by any. */
final class LinkCounters {
    final IntakeCounters intake = new IntakeCounters();
    final LongAdder records = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LongAdder refused = new LongAdder();

    LinkStatus.Totals totals() {
        return new LinkStatus.Totals(
                records.sum(), bytes.sum(), intake.forwarded(), intake.transcoded(), intake.dropped(), refused.sum());
    }
}
