package io.tain.cli;

import io.tain.failover.FailoverFailure;
import io.tain.failover.Operator;
import java.io.PrintStream;
import java.time.Duration;

/** Tells the steps of a fail-over or fail-back one line each, and ends it at a signal. */
final class ToldOperator implements Operator {
    private final PrintStream steps;
    private final Console console;
    private final Ending ending;

    /** @param steps where they are told */
    ToldOperator(PrintStream steps, Console console, Host host) {
        this.steps = steps;
        this.console = console;
        this.ending = Ending.of(host.signals());
    }

    @Override
    public void tell(String step, String what) {
        steps.println(step + ": " + what);
        steps.flush();
    }

    @Override
    public void warn(String step, String what) {
        console.warning(step + ": " + what);
    }

    @Override
    public boolean await(Duration time) throws InterruptedException {
        return ending.await(time);
    }

    /** Tells why it went no further; returns the exit status. */
    int status(FailoverFailure failure) {
        console.failure(failure.getMessage(), failure);
        return switch (failure.reason()) {
            case CONFIGURATION -> ExitStatus.CONFIGURATION;
            case SOURCE -> ExitStatus.SOURCE;
            case TARGET -> ExitStatus.TARGET;
            case DIFFERENT -> ExitStatus.DIFFERENT;
            case OVER_LIMIT -> ExitStatus.OVER_LIMIT;
            case GATE -> ExitStatus.FAILURE;
            case STOPPED -> ending.status();
        };
    }
}
