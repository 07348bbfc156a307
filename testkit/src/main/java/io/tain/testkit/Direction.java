package io.tain.testkit;

/** The way that bytes take through a {@link FaultProxy}. */
public enum Direction {
    TO_BROKER,
    TO_CLIENT
}
