package io.tain.testkit;

import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * How a target partition compares with its source.
 *
 * @param partition both sides' topic and partition
 * @param sourceRecords how many records the source shows
 * @param targetRecords how many the target shows
 * @param damage what is wrong
 * @param repeats what the target shows more than once
 * @param firstDifference the first thing wrong; repeats are not
 */
public record PartitionAudit(
        TopicPartition partition,
        long sourceRecords,
        long targetRecords,
        Damage damage,
        Repeats repeats,
        Optional<Difference> firstDifference) {

    /**
     * What is wrong with a target partition.
     *
     * @param missing records that the source shows and the target lacks
     * @param outOfOrder records whose first occurrence in the target comes too late
     * @param invented target records that the source doesn't show
     * @param superseded of a compacted topic, and not wrong: records that one side lacks because a later one has the key
     */
    public record Damage(long missing, long outOfOrder, long invented, long superseded) {}

    /**
     * Target records beyond the first occurrence.
     *
     * @param duplicates how many there are
     * @param windows how often somebody went back to records that were there already
     */
    public record Repeats(long duplicates, int windows) {}

    public long missing() {
        return damage.missing();
    }

    public long outOfOrder() {
        return damage.outOfOrder();
    }

    public long invented() {
        return damage.invented();
    }

    public long duplicates() {
        return repeats.duplicates();
    }

    public int duplicateWindows() {
        return repeats.windows();
    }

    PartitionAudit withDifference(Optional<Difference> difference) {
        return new PartitionAudit(partition, sourceRecords, targetRecords, damage, repeats, difference);
    }

    @Override
    public String toString() {
        return partition + ": " + sourceRecords + " source, " + targetRecords + " target records, " + missing()
                + " missing, " + outOfOrder() + " out of order, " + invented() + " not in source, " + duplicates()
                + " duplicates in " + duplicateWindows() + " windows"
                + (damage.superseded() == 0 ? "" : ", " + damage.superseded() + " superseded")
                + firstDifference.map(difference -> "; first: " + difference).orElse("");
    }
}
