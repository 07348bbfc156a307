package io.tain.cli;

/** Chooses the log configuration; to be called before anything logs. */
final class Logging {
    private static final String CONFIGURATION = "log4j2.configurationFile";
    private static final String ALSO_CONFIGURATION = "log4j.configurationFile";

    private Logging() {}

    /** An operator's own configuration stays as it is. */
    static void configure(Console.Verbosity verbosity) {
        boolean own = System.getProperty(CONFIGURATION) != null || System.getProperty(ALSO_CONFIGURATION) != null;
        if (!own && verbosity == Console.Verbosity.VERBOSE) {
            System.setProperty(CONFIGURATION, "log4j2-verbose.xml");
        }
    }
}
