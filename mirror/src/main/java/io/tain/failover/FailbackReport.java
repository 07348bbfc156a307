package io.tain.failover;

import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a link in the opposite direction begins.
 *
 * @param partitions in order
 */
public record FailbackReport(List<Row> partitions) {
    public FailbackReport {
        partitions = List.copyOf(partitions);
    }

    /**
     * @param source the offset on its source that is copied first
     * @param target the offset on its target from which on copies come
     * @param left offsets right before that one which are on its target only
     * @param leftRecords how many records these are
     */
    public record Row(
            TopicPartition partition, long source, long target, OptionalLong left, OptionalLong leftRecords) {}
}
