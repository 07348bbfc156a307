package io.tain.testkit;

import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * How a target partition compares with its source.
 *
 * @param partition both sides' topic and partition
 * @param sourceRecords how many records the source shows
 * @param targetRecords how many the target shows
 * @param missing records that the source shows and the target lacks
 * @param outOfOrder records whose first occurrence in the target comes too late
 * @param invented target records that the source doesn't show
 * @param duplicates target records beyond the first occurrence
 * @param duplicateWindows how many contiguous runs the duplicates form
 * @param superseded of a compacted topic: records that one side lacks because a later record has the same key
 * @param firstDifference the first thing wrong; duplicates are not
 */
public record PartitionAudit(
        TopicPartition partition,
        long sourceRecords,
        long targetRecords,
        long missing,
        long outOfOrder,
        long invented,
        long duplicates,
        int duplicateWindows,
        long superseded,
        Optional<Difference> firstDifference) {

    @Override
    public String toString() {
        return partition + ": " + sourceRecords + " source, " + targetRecords + " target records, " + missing
                + " missing, " + outOfOrder + " out of order, " + invented + " not in source, " + duplicates
                + " duplicates in " + duplicateWindows + " windows"
                + (superseded == 0 ? "" : ", " + superseded + " superseded")
                + firstDifference.map(difference -> "; first: " + difference).orElse("");
    }
}
