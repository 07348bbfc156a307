package io.tain.inspect;

/** A cluster could not be reached or would not tell; the message is one line that says what was asked and what to do. */
public final class ClusterFailure extends Exception {
    private static final long serialVersionUID = 1L;

    ClusterFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
