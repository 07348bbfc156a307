package io.tain.cli;

import io.tain.config.Problem;
import java.io.PrintStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where commands write to: results to {@code out}, everything else to {@code err}, one line for each problem.
 *
 * @param verbosity how much to tell about a failure
 * @param format of {@code err}: as JSON, problems go to the log, so that all of its lines are
 */
record Console(PrintStream out, PrintStream err, Verbosity verbosity, LogFormat format) {
    enum Verbosity {
        NORMAL,
        /** Stack traces, and debug lines in the log. */
        VERBOSE
    }

    Console with(Verbosity other) {
        return new Console(out, err, other, format);
    }

    Console with(LogFormat other) {
        return new Console(out, err, verbosity, other);
    }

    void error(String message) {
        if (format == LogFormat.JSON) {
            log().error(oneLine(message));
        } else {
            err.println("error: " + oneLine(message));
        }
    }

    void warning(String message) {
        if (format == LogFormat.JSON) {
            log().warn(oneLine(message));
        } else {
            err.println("warning: " + oneLine(message));
        }
    }

    void problem(Problem problem) {
        if (problem.severity() == Problem.Severity.ERROR) {
            error(problem.toString());
        } else {
            warning(problem.toString());
        }
    }

    /** Only asked for when there is something to tell: the console is there before the log's format is chosen. */
    private static Logger log() {
        return LoggerFactory.getLogger(Console.class);
    }

    /** One line with the failure and its causes; the stack as well when verbose. */
    void failure(String message, Throwable failure) {
        if (format == LogFormat.JSON && verbosity == Verbosity.VERBOSE) {
            log().error(oneLine(message), failure);
            return;
        }
        error(message);
        if (verbosity == Verbosity.VERBOSE) {
            failure.printStackTrace(err);
        }
    }

    /** A failure's message and those of its causes that say something new. */
    static String describe(Throwable failure) {
        StringBuilder text = new StringBuilder(messageOf(failure));
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            String message = messageOf(cause);
            if (text.indexOf(message) < 0) {
                text.append(": ").append(message);
            }
        }
        return text.toString();
    }

    private static String messageOf(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getName() : message;
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*[\\r\\n]+\\s*", " ");
    }
}
