package io.tain.failover;

/** A gate did not open; the message is one line for the operator. What was done before stays done. */
public final class FailoverFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is to blame. */
    public enum Reason {
        CONFIGURATION,
        SOURCE,
        TARGET,
        DIFFERENT,
        OVER_LIMIT,
        /** Whatever else is not as it must be. */
        GATE,
        /** The operator has asked for the end. */
        STOPPED
    }

    private final Reason reason;

    FailoverFailure(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    FailoverFailure(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
