package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.RawBatch;
import io.tain.testkit.RawLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What the cleaner leaves behind: batches with holes, without any record, and with a delete horizon. */
class CompactionIT {
    private static final Map<String, String> COMPACTED = Map.of(
            "cleanup.policy", "compact",
            "segment.ms", "1000",
            "min.cleanable.dirty.ratio", "0.01");

    @Test
    void shouldCopyWhatCompactionLeft() throws Exception {
        try (ClusterPair pair = ClusterPair.start(
                shape -> shape.property("log.cleaner.backoff.ms", 100).property("log.cleaner.threads", 1))) {
            TopicPartition partition = new TopicPartition("compacted", 0);
            pair.source().createTopic(partition.topic(), 1, COMPACTED);
            // Without compaction on the target, all that arrives can be compared.
            pair.target().createTopic(partition.topic(), 1);

            // given overwritten keys, tombstones, and a producer whose last batch has lost every record
            long now = System.currentTimeMillis() - 3_600_000;
            try (RecordSender gone = RecordSender.to(pair.source());
                    RecordSender sender = RecordSender.to(pair.source(), Map.of("compression.type", "lz4"))) {
                gone.batch(List.of(
                        RecordSender.record(partition, "a", "gone", now),
                        RecordSender.record(partition, "b", "gone", now)));
                sender.batch(List.of(
                        RecordSender.record(partition, "a", "old", now),
                        RecordSender.record(partition, "kept-1", "1", now),
                        RecordSender.record(partition, "b", "old", now),
                        RecordSender.record(partition, "kept-2", "2", now + 1),
                        RecordSender.record(partition, "c", "old", now + 2)));
                sender.batch(List.of(
                        RecordSender.record(partition, "c", null, now + 10),
                        RecordSender.record(partition, "kept-3", "3", now + 11)));
                sender.batch(List.of(
                        RecordSender.record(partition, "a", "new", now + 20),
                        RecordSender.record(partition, "b", "new", now + 20)));
                // Each in a segment of its own, since their times are apart: the last one is not compacted.
                sender.one(RecordSender.record(partition, "kept-4", "4", now + 100_000));
                sender.one(RecordSender.record(partition, "kept-5", "5", now + 200_000));
            }
            Await.until("the cleaner has been here", Duration.ofSeconds(30), () -> {
                List<RawBatch> batches = RawLog.batches(pair.source(), partition);
                return batches.stream().anyMatch(RawBatch::hasDeleteHorizon)
                        && batches.stream().anyMatch(batch -> batch.count() == 0)
                        && batches.stream()
                                .anyMatch(batch -> batch.count() > 0 && batch.lastOffsetDelta() + 1 != batch.count());
            });

            // when
            try (RunningMirror mirror =
                    MirrorFixture.between(pair).topics(partition.topic()).start()) {
                mirror.awaitCaughtUp(partition.topic());

                // then
                assertThat(Seen.in(pair.target(), partition)).isEqualTo(Seen.in(pair.source(), partition));
                assertThat(Seen.values(pair.target(), partition))
                        .containsExactly("1", "2", null, "3", "new", "new", "4", "5");
                assertThat(RawLog.batches(pair.target(), partition)).noneMatch(RawBatch::hasDeleteHorizon);
                Map<String, Long> reasons = mirror.status().totals().transcodedBatches();
                assertThat(reasons).containsEntry("holes", 1L).containsEntry("delete-horizon", 1L);
                assertThat(mirror.status().totals().droppedBatches()).isEqualTo(1);
            }
        }
    }
}
