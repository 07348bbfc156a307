package io.tain.config;

/**
 * Where the very first start of a group begins ({@code auto.offset.reset}). It speaks only while the group has no
 * commits at all; a partition that appears later is always read from its beginning.
 */
public enum StartPosition {
    EARLIEST,
    LATEST,
    /** Refuse to start without commits. */
    NONE
}
