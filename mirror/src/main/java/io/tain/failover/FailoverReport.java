package io.tain.failover;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * How a link stands: at its end, or before it.
 *
 * @param partitions in order
 * @param groups in order
 */
public record FailoverReport(List<PartitionRow> partitions, List<GroupRow> groups) {
    public FailoverReport {
        partitions = List.copyOf(partitions);
        groups = List.copyOf(groups);
    }

    /** How the copy of a partition ended. */
    public enum End {
        /** Its owner has let it go: all that was written is below the target offset. */
        RELEASED,
        /** It was not let go, and this is how far both sides are alike. */
        COMPARED,
        /** It was not let go; this is its last checkpoint, behind which more may have been copied. */
        CHECKPOINT,
        /** Nothing of it was ever copied. */
        NONE
    }

    /**
     * @param source the records from below this source offset are on the target
     * @param target below this target offset
     * @param end how that is known
     * @param timeMs of the last checkpoint, in milliseconds since the epoch
     * @param left source offsets behind that were not mirrored
     * @param leftRecords how many records these are
     */
    public record PartitionRow(
            TopicPartition partition,
            OptionalLong source,
            OptionalLong target,
            End end,
            OptionalLong timeMs,
            OptionalLong left,
            OptionalLong leftRecords) {}

    /**
     * @param source what the group has committed on the source; empty if that can't be asked
     * @param target where it goes on on the target; empty if nowhere
     * @param reason why its offset was not carried
     */
    public record GroupRow(
            String group,
            TopicPartition partition,
            OptionalLong source,
            OptionalLong target,
            Optional<String> reason) {}

    /** The records that are known not to be mirrored, or offsets where records were not counted. */
    public long left() {
        return partitions.stream()
                .mapToLong(row -> row.leftRecords().orElse(row.left().orElse(0)))
                .sum();
    }
}
