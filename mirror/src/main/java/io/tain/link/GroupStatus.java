package io.tain.link;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a consumer group's offsets are carried to the target, for the partitions that this process copies. Immutable.
 *
 * @param group the group's id
 * @param partitions in which it has an offset
 * @param ahead in how many of them it has come further than the copy, so that it would see some records again
 * @param ageMs since its offsets on the target were last as on the source; empty if they never were. Those of a group that has not moved
 *     count as the same, and are compared in every twelfth round
 * @param reason why they are not; empty if they are
 */
public record GroupStatus(String group, int partitions, int ahead, OptionalLong ageMs, Optional<String> reason) {}
