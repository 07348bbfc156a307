package io.tain.link;

import io.tain.link.Event.Kind;
import io.tain.link.Event.Offsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link's events: each goes to the log, is counted, and is kept until newer ones push it out. What happens to many records in a
 * row becomes one event, told soon and before any position behind it is committed. This is the hand-off from the threads that tell
 * of events to whoever asks; any thread may call.
 */
final class EventLog {
    /** Some hundred bytes each. */
    static final int KEPT = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

    private final String link;
    private final LongSupplier wallClockMs;
    private final Deque<Event> last = new ArrayDeque<>();
    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private final Map<Row, InRow> rows = new LinkedHashMap<>();
    private long lostOffsets;

    private record Row(Kind kind, TopicPartition partition) {}

    /** Events without a gap between their offsets that are not yet told. */
    private record InRow(Offsets offsets, String first, long events) {}

    EventLog(String link, LongSupplier wallClockMs) {
        this.link = link;
        this.wallClockMs = wallClockMs;
    }

    void tell(Kind kind, TopicPartition partition, Optional<Offsets> offsets, String text) {
        LOG.atLevel(kind.level()).log("{}: {} {}: {}", link, kind, partition, text);
        Event event = new Event(Instant.ofEpochMilli(wallClockMs.getAsLong()), link, partition, kind, offsets, text);
        synchronized (this) {
            if (last.size() == KEPT) {
                last.removeFirst();
            }
            last.add(event);
            counts.merge(kind, 1L, Long::sum);
            if (kind == Kind.LOST) {
                lostOffsets += offsets.map(Offsets::count).orElse(0L);
            }
        }
    }

    /** Tells it with those in a row before it and behind it, at the next {@link #flush}. */
    void tellInRow(Kind kind, TopicPartition partition, Offsets offsets, String text) {
        Row row = new Row(kind, partition);
        Optional<InRow> ended = Optional.empty();
        synchronized (this) {
            InRow before = rows.get(row);
            if (before != null && before.offsets().next() == offsets.first()) {
                Offsets whole = new Offsets(before.offsets().first(), offsets.next());
                rows.put(row, new InRow(whole, before.first(), before.events() + 1));
            } else {
                ended = Optional.ofNullable(before);
                rows.put(row, new InRow(offsets, text, 1));
            }
        }
        ended.ifPresent(one -> tell(row, one));
    }

    /** Tells what waits for more of its kind: several times a second, and before positions are committed. */
    void flush() {
        Map<Row, InRow> due;
        synchronized (this) {
            if (rows.isEmpty()) {
                return;
            }
            due = new LinkedHashMap<>(rows);
            rows.clear();
        }
        due.forEach(this::tell);
    }

    private void tell(Row row, InRow what) {
        String text = what.events() == 1
                ? what.first()
                : what.first() + "; and so with each one up to offset "
                        + (what.offsets().next() - 1) + ", " + what.events() + " records in all";
        tell(row.kind(), row.partition(), Optional.of(what.offsets()), text);
    }

    /** The last ones, oldest first. */
    synchronized List<Event> last() {
        return List.copyOf(last);
    }

    /** How often each kind has happened since the start; without those that have not. */
    synchronized Map<Kind, Long> counts() {
        return Map.copyOf(counts);
    }

    /** Source offsets that retention deleted before they were copied, and that were jumped over. */
    synchronized long lostOffsets() {
        return lostOffsets;
    }
}
