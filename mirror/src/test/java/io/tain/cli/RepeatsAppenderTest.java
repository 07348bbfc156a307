package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;

class RepeatsAppenderTest {
    private final List<String> lines = new ArrayList<>();
    private final RepeatsAppender appender = new RepeatsAppender(new Kept(), () -> this.nowMs);
    private long nowMs = 1_000_000;
    private String logger = "io.tain.Any";

    @Test
    void shouldTellARepeatedWarningOnceAMinuteWithTheNumberOfThoseLeftOut() {
        for (int i = 0; i < 10; i++) {
            log(Level.WARN, "no leader");
        }
        nowMs += 59_999;
        log(Level.WARN, "no leader");
        nowMs += 1;
        log(Level.WARN, "no leader");
        log(Level.WARN, "no leader");

        assertThat(lines).containsExactly("no leader", "no leader (and 10 times since it was told last)");
    }

    @Test
    void shouldTellWhatDiffersInAnyDetail() {
        log(Level.WARN, "orders-0 halted at 17");
        log(Level.WARN, "orders-0 halted at 18");
        log(Level.ERROR, "orders-1 halted at 17");

        assertThat(lines).hasSize(3);
    }

    @Test
    void shouldNotBeMisledByTheRisingNumbersOfKafkasClients() {
        logger = "org.apache.kafka.clients.Any";
        log(Level.WARN, "Error while fetching metadata with correlation id 5 : {t=INVALID}");
        log(Level.WARN, "Error while fetching metadata with correlation id 6 : {t=INVALID}");
        log(Level.ERROR, "Offset commit failed on partition again-0 at offset 13987: no.");
        log(Level.ERROR, "Offset commit failed on partition again-0 at offset 14063: no.");
        log(Level.ERROR, "Offset commit failed on partition again-1 at offset 14063: no.");

        assertThat(lines).hasSize(3);
    }

    @Test
    void shouldLeaveInformationAlone() {
        log(Level.INFO, "assigned orders-0");
        log(Level.INFO, "assigned orders-0");

        assertThat(lines).hasSize(2);
    }

    @Test
    void shouldRememberALimitedNumber() {
        log(Level.WARN, "the first");
        for (int i = 0; i < 200; i++) {
            log(Level.WARN, "another " + i);
        }
        log(Level.WARN, "the first");

        assertThat(lines).hasSize(202);
    }

    private void log(Level level, String text) {
        appender.append(Log4jLogEvent.newBuilder()
                .setLoggerName(logger)
                .setLevel(level)
                .setMessage(new SimpleMessage(text))
                .build());
    }

    private final class Kept extends AbstractAppender {
        Kept() {
            super("kept", null, null, true, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            lines.add(event.getMessage().getFormattedMessage());
        }
    }
}
