package io.tain.cli;

import java.util.List;
import java.util.OptionalInt;

/** A terminal that a command has to itself: it shows whole screens, and tells single keys. For one thread. */
interface Screen extends AutoCloseable {
    int UP = 'k';
    int DOWN = 'j';

    /** How many characters fit beside each other. */
    int width();

    /** How many lines fit. */
    int height();

    /** Shows these lines and nothing else; what does not fit is cut off. */
    void show(List<String> lines);

    /** The next key, waiting for it a short time at most; arrows up and down are {@link #UP} and {@link #DOWN}. */
    OptionalInt key();

    /** Leaves the terminal as it was. */
    @Override
    void close();
}
