package io.tain.link;

/** A mirror could not start; the message is one line for the operator. */
public final class StartFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** Which side is to blame. */
    public enum Side {
        SOURCE,
        TARGET,
        /** The configuration asks for something that cannot work, such as a cluster mirrored onto itself. */
        CONFIGURATION,
        /** Neither: the link has been failed over. */
        FAILED_OVER
    }

    private final Side side;

    public StartFailure(Side side, String message, Throwable cause) {
        super(message, cause);
        this.side = side;
    }

    public StartFailure(Side side, String message) {
        super(message);
        this.side = side;
    }

    public Side side() {
        return side;
    }
}
