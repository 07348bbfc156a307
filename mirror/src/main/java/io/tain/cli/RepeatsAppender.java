package io.tain.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;

/**
 * Lets the same warning or error pass once a minute, and then with the number of those that were left out since. Only what is
 * the same to the letter is the same, but for the offsets, and the numbers of requests, that Kafka's clients tell. Any thread may
 * log.
 */
final class RepeatsAppender extends AbstractAppender {
    private static final long WINDOW_MS = 60_000;
    private static final int REMEMBERED = 200;
    private static final String KAFKA = "org.apache.kafka.";
    private static final Pattern RISING_NUMBER = Pattern.compile("(correlation id|at offset)\\D{0,2}\\d+");

    private final Appender out;
    private final LongSupplier clockMs;
    private final Map<String, Seen> seen = new LinkedHashMap<>();

    RepeatsAppender(Appender out, LongSupplier clockMs) {
        super(out.getName(), null, null, true, Property.EMPTY_ARRAY);
        this.out = out;
        this.clockMs = clockMs;
    }

    /** Guarded by the appender. */
    private static final class Seen {
        private final long sinceMs;
        private int leftOut;

        Seen(long sinceMs) {
            this.sinceMs = sinceMs;
        }
    }

    @Override
    public void append(LogEvent event) {
        if (!event.getLevel().isMoreSpecificThan(Level.WARN)) {
            out.append(event);
            return;
        }
        int leftOut = leftOut(event);
        if (leftOut == 0) {
            out.append(event);
        } else if (leftOut > 0) {
            String more =
                    event.getMessage().getFormattedMessage() + " (and " + leftOut + " times since it was told last)";
            out.append(new Log4jLogEvent.Builder(event)
                    .setMessage(new SimpleMessage(more))
                    .build());
        }
    }

    /** How many like this one were left out before it; -1 if it is to be left out, too. */
    private synchronized int leftOut(LogEvent event) {
        String text = event.getLoggerName() + ' ' + event.getMessage().getFormattedMessage();
        String key = text.startsWith(KAFKA) ? RISING_NUMBER.matcher(text).replaceAll("$1") : text;
        long now = clockMs.getAsLong();
        Seen before = seen.get(key);
        if (before != null && now - before.sinceMs < WINDOW_MS) {
            before.leftOut++;
            return -1;
        }
        seen.remove(key);
        seen.put(key, new Seen(now));
        if (seen.size() > REMEMBERED) {
            seen.remove(seen.keySet().iterator().next());
        }
        return before == null ? 0 : before.leftOut;
    }
}
