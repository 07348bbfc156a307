package io.tain.offset;

import io.tain.offset.OffsetTracker.Position;

/**
 * What a look at both logs has found of a partition's copies. Immutable.
 *
 * @param from where it began; all that lies behind that on the target is as it says
 * @param copies where the records from there on are
 */
public record Walked(Position from, MapView copies) {}
