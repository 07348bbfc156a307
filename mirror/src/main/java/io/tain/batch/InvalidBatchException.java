package io.tain.batch;

/**
 * A batch whose bytes contradict themselves or claim more than is allowed. It carries no stack trace: what matters is which
 * batch it was, and the caller knows that.
 */
public final class InvalidBatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidBatchException(String message) {
        super(message, null, false, false);
    }

    public InvalidBatchException(String message, Throwable cause) {
        super(message, cause, false, false);
    }
}
