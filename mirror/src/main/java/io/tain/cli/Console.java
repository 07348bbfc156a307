package io.tain.cli;

import io.tain.config.Problem;
import java.io.PrintStream;

/**
 * Where commands write to: results to {@code out}, everything else to {@code err}, one line for each problem.
 *
 * @param verbosity how much to tell about a failure
 */
record Console(PrintStream out, PrintStream err, Verbosity verbosity) {
    enum Verbosity {
        NORMAL,
        /** Stack traces, and debug lines in the log. */
        VERBOSE
    }

    Console with(Verbosity other) {
        return new Console(out, err, other);
    }

    void error(String message) {
        err.println("error: " + oneLine(message));
    }

    void warning(String message) {
        err.println("warning: " + oneLine(message));
    }

    void problem(Problem problem) {
        if (problem.severity() == Problem.Severity.ERROR) {
            error(problem.toString());
        } else {
            warning(problem.toString());
        }
    }

    /** One line with the failure and its causes; the stack as well when verbose. */
    void failure(String message, Throwable failure) {
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
