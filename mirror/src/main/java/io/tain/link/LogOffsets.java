package io.tain.link;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Asks a cluster where logs begin or end. */
interface LogOffsets {
    /** The answer of each partition, which may fail by itself. */
    Map<TopicPartition, CompletableFuture<Long>> list(Collection<TopicPartition> partitions, OffsetSpec what);

    static LogOffsets of(Admin admin) {
        return (partitions, what) -> {
            ListOffsetsResult asked =
                    admin.listOffsets(partitions.stream().collect(Collectors.toMap(Function.identity(), p -> what)));
            Map<TopicPartition, CompletableFuture<Long>> answers = new HashMap<>();
            partitions.forEach(partition -> answers.put(
                    partition,
                    asked.partitionResult(partition)
                            .toCompletionStage()
                            .thenApply(ListOffsetsResult.ListOffsetsResultInfo::offset)
                            .toCompletableFuture()));
            return answers;
        };
    }
}
