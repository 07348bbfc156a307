package io.tain.testkit;

import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * What an {@link Auditor} found. Completeness, order and faithfulness are promises I1, I2 and I3; what duplicates are
 * allowed (I4) is for the caller to say.
 *
 * @param partitions one entry for each audited partition
 */
public record AuditReport(List<PartitionAudit> partitions) {
    /** I1: every source record is in the target. */
    public boolean isComplete() {
        return sum(PartitionAudit::missing) == 0;
    }

    /** I2: first occurrences in the target follow the source. */
    public boolean isOrdered() {
        return sum(PartitionAudit::outOfOrder) == 0;
    }

    /** I3: the target shows nothing that the source doesn't. */
    public boolean isFaithful() {
        return sum(PartitionAudit::invented) == 0
                && partitions.stream()
                        .allMatch(audit -> audit.firstDifference()
                                .filter(difference -> difference.kind() == Difference.Kind.OLD_VALUE)
                                .isEmpty());
    }

    /** I4: how many target records are repeats. */
    public long duplicates() {
        return sum(PartitionAudit::duplicates);
    }

    /** I4: how often, at most, somebody went back in a partition and repeated; a crash makes one such window at most. */
    public int mostDuplicateWindows() {
        return partitions.stream()
                .mapToInt(PartitionAudit::duplicateWindows)
                .max()
                .orElse(0);
    }

    /** Complete, ordered and faithful; duplicates are allowed. */
    public boolean isAtLeastOnce() {
        return isComplete() && isOrdered() && isFaithful();
    }

    /** Complete, ordered, faithful and without duplicates. */
    public boolean isExactlyOnce() {
        return isAtLeastOnce() && duplicates() == 0;
    }

    /** How many records the sources show. */
    public long sourceRecords() {
        return sum(PartitionAudit::sourceRecords);
    }

    /** How many records the targets show. */
    public long targetRecords() {
        return sum(PartitionAudit::targetRecords);
    }

    /** The outcome in one line. */
    public String verdict() {
        String outcome = isExactlyOnce() ? "EQUAL" : isAtLeastOnce() ? "EQUAL WITH DUPLICATES" : "DIFFERENT";
        return outcome + ": " + partitions.size() + " partitions, " + sourceRecords() + " source and "
                + targetRecords() + " target records, " + sum(PartitionAudit::missing) + " missing, "
                + sum(PartitionAudit::outOfOrder) + " out of order, " + sum(PartitionAudit::invented)
                + " not in source, " + duplicates() + " duplicates";
    }

    /** The verdict, and a line for each partition. */
    @Override
    public String toString() {
        return verdict() + partitions.stream().map(audit -> "\n  " + audit).collect(Collectors.joining());
    }

    private long sum(ToLongFunction<PartitionAudit> count) {
        return partitions.stream().mapToLong(count).sum();
    }
}
