package io.tain.sim;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** The last events of a simulation, put into words only when one has failed. */
final class Trace {
    private int kept = 120;

    private final LongSupplier nowMs;
    private final long startMs;
    private final Deque<Event> events = new ArrayDeque<>();
    private long count;

    private record Event(long number, long atMs, String format, List<Object> values) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%6d %7d ms  ", number, atMs)
                    + String.format(Locale.ROOT, format, values.toArray());
        }
    }

    Trace(LongSupplier nowMs) {
        this.nowMs = nowMs;
        this.startMs = nowMs.getAsLong();
    }

    /** From now on no event is forgotten. */
    void keepAll() {
        kept = Integer.MAX_VALUE;
    }

    /** @param values must not change later */
    void note(String format, Object... values) {
        if (events.size() == kept) {
            events.removeFirst();
        }
        events.add(new Event(count++, nowMs.getAsLong() - startMs, format, Arrays.asList(values)));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        events.forEach(event -> text.append(event).append('\n'));
        return text.toString();
    }
}
