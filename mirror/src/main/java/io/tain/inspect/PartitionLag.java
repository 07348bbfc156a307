package io.tain.inspect;

import io.tain.inspect.GroupMembers.Owner;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a group is behind in one partition.
 *
 * @param partition the partition
 * @param committed the group's committed position; empty if it has none
 * @param logEnd the offset after the last record of the log; empty if the cluster would not tell
 * @param records offsets from the position to the end, from the log's beginning if there is no position; empty if the end
 *     is unknown. Offsets, as everywhere in Kafka: compaction's holes and transaction markers count too
 * @param ageMillis how long ago the oldest record that is not yet committed past was made, by its own timestamp: 0 when caught
 *     up or when nothing but markers and holes is left; empty if that record could not be read or has no timestamp. A record that a
 *     producer has dated back is as old as it says, and one dated ahead is 0
 * @param owner the group's member that has the partition
 */
public record PartitionLag(
        TopicPartition partition,
        OptionalLong committed,
        OptionalLong logEnd,
        OptionalLong records,
        OptionalLong ageMillis,
        Optional<Owner> owner) {}
