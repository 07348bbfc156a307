package io.tain.link;

import io.tain.link.Event.Kind;
import io.tain.link.Event.Offsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link's events: each goes to the log, is counted, and is kept until newer ones push it out. This is the hand-off from the
 * threads that tell of them to whoever asks; any thread may call.
 */
final class EventLog {
    /** Some hundred bytes each. */
    static final int KEPT = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

    private final String link;
    private final LongSupplier wallClockMs;
    private final Deque<Event> last = new ArrayDeque<>();
    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private long lostOffsets;

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
