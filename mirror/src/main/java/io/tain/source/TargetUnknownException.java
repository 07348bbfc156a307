package io.tain.source;

/** It is not known yet where a handler's record belongs on the target; what was read is to be read again a little later. */
public final class TargetUnknownException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TargetUnknownException(String message) {
        super(message, null, false, false);
    }
}
