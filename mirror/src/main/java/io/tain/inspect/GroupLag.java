package io.tain.inspect;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * How far a group is behind, at about one moment.
 *
 * @param group the group
 * @param state its state in Kafka's words
 * @param partitions in order of topics and partitions
 */
public record GroupLag(String group, String state, List<PartitionLag> partitions) {
    public GroupLag {
        partitions = List.copyOf(partitions);
    }

    /** Whether the group has committed anything in these partitions. */
    public boolean hasCommits() {
        return partitions.stream().anyMatch(lag -> lag.committed().isPresent());
    }

    /** The sum of all partitions; empty if it can't be told of one. */
    public OptionalLong records() {
        return all(PartitionLag::records) ? OptionalLong.of(sum()) : OptionalLong.empty();
    }

    /** That of the partition that is behind most; empty if it can't be told of one. */
    public OptionalLong ageMillis() {
        return all(PartitionLag::ageMillis) ? OptionalLong.of(oldest()) : OptionalLong.empty();
    }

    /** The sum of the partitions that are known. */
    public long sum() {
        return partitions.stream()
                .mapToLong(lag -> Math.max(0, lag.records().orElse(0)))
                .sum();
    }

    /** The largest age of the partitions that are known, in milliseconds. */
    public long oldest() {
        return partitions.stream()
                .mapToLong(lag -> lag.ageMillis().orElse(0))
                .max()
                .orElse(0);
    }

    private boolean all(Function<PartitionLag, OptionalLong> figure) {
        return partitions.stream().allMatch(lag -> figure.apply(lag).isPresent());
    }
}
