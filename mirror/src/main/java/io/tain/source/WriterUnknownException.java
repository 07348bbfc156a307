package io.tain.source;

import java.util.Optional;

/** It is not known yet whether a mirror in the opposite direction has written a batch; it is to be read again a little later. */
public final class WriterUnknownException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param trouble what keeps it from being found out; empty if it takes its usual moment */
    public WriterUnknownException(Optional<String> trouble) {
        super(trouble.orElse(null), null, false, false);
    }

    public Optional<String> trouble() {
        return Optional.ofNullable(getMessage());
    }
}
