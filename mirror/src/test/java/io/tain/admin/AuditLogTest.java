package io.tain.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who changed something, or tried to, is in the log. */
class AuditLogTest {
    private static final String AUDIT = "io.tain.audit";
    private static final String BEARER = "Authorization: Bearer " + AdminFixture.TOKEN;

    private final Kept lines = new Kept();
    private final Level before = LogManager.getLogger(AUDIT).getLevel();
    private final AdminFixture admin = new AdminFixture(new FakeMirror());

    private static final class Kept extends AbstractAppender {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        Kept() {
            super("kept", null, null, true, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            lines.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
        }
    }

    @BeforeEach
    void listen() {
        lines.start();
        Configurator.setLevel(AUDIT, Level.INFO);
        logger().addAppender(lines, Level.INFO, null);
    }

    @AfterEach
    void close() {
        logger().removeAppender(lines.getName());
        Configurator.setLevel(AUDIT, before);
        admin.close();
    }

    private static LoggerConfig logger() {
        return LoggerContext.getContext(false).getConfiguration().getLoggerConfig(AUDIT);
    }

    @Test
    void shouldTellEveryChangeAndWhoMadeIt() throws Exception {
        String partition = "/api/v1/links/orders/partitions/p-0:";

        admin.ask("POST", "/api/v1/links/orders:pause", BEARER);
        admin.ask("POST", "/api/v1/links/orders:resume", BEARER);
        admin.ask("POST", partition + "resume", BEARER);
        admin.ask("POST", partition + "skip?records=3", BEARER);
        admin.ask("POST", partition + "seek?to=earliest", BEARER);
        admin.ask("PUT", "/api/v1/loggers/io.tain.nobody?level=WARN", BEARER);

        assertThat(lines.lines)
                .extracting(line -> line.replaceAll("/127\\.0\\.0\\.1:\\d+$", "CLIENT"))
                .containsExactly(
                        "INFO pause all of link orders from CLIENT",
                        "INFO resume all of link orders from CLIENT",
                        "INFO resume p-0 of link orders from CLIENT",
                        "INFO skip p-0 of link orders to 3 offsets further on from CLIENT",
                        "INFO seek p-0 of link orders to the log's beginning from CLIENT",
                        "INFO level WARN of logger io.tain.nobody from CLIENT");
    }

    @Test
    void shouldTellWhatWasRefusedButNoToken() throws Exception {
        String other = "f".repeat(32);

        admin.ask("POST", "/api/v1/links/orders:pause");
        admin.ask("POST", "/api/v1/links/orders/partitions/p-0:skip?records=3", "Authorization: Bearer " + other);
        admin.ask("PUT", "/api/v1/loggers/root?level=DEBUG", "Authorization: Bearer " + other);
        admin.ask("GET", "/api/v1/links", "Authorization: Bearer " + other);

        assertThat(lines.lines)
                .hasSize(3)
                .allMatch(line -> line.startsWith("WARN /api/v1/") && line.endsWith("refused: no or another token"))
                .noneMatch(line -> line.contains(other));
    }
}
