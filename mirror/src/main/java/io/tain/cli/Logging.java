package io.tain.cli;

import java.util.Locale;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.LoggerConfig;

/** Chooses the log configuration; to be called before anything logs. */
final class Logging {
    private static final String CONFIGURATION = "log4j2.configurationFile";
    private static final String ALSO_CONFIGURATION = "log4j.configurationFile";

    /** Which of the configurations' patterns is used. */
    private static final String FORMAT = "tain.log.format";

    private static final String APPENDER = "stderr";

    private Logging() {}

    /** An operator's own configuration stays as it is. */
    static void configure(Console.Verbosity verbosity, LogFormat format) {
        if (System.getProperty(CONFIGURATION) != null || System.getProperty(ALSO_CONFIGURATION) != null) {
            return;
        }
        System.setProperty(FORMAT, format.name().toLowerCase(Locale.ROOT));
        if (verbosity == Console.Verbosity.VERBOSE) {
            System.setProperty(CONFIGURATION, "log4j2-verbose.xml");
        }
    }

    /** For what runs long: has the default configuration leave repeated warnings out. */
    static void foldRepeats() {
        boolean chosen = System.getProperty(CONFIGURATION) != null || System.getProperty(ALSO_CONFIGURATION) != null;
        if (!chosen && LogManager.getContext(false) instanceof LoggerContext context) {
            Appender out = context.getConfiguration().getAppender(APPENDER);
            if (out == null) {
                return; // another configuration stands before ours on the class path
            }
            RepeatsAppender folded = new RepeatsAppender(out, System::currentTimeMillis);
            folded.start();
            LoggerConfig root = context.getConfiguration().getRootLogger();
            root.removeAppender(APPENDER);
            root.addAppender(folded, null, null);
            context.updateLoggers();
        }
    }
}
