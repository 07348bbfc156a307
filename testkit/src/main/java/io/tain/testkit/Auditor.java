package io.tain.testkit;

import io.tain.testkit.RecordHash.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a source and a target with plain consumers and compares them, partition by partition, by the content of the
 * records. It knows nothing of who copied them. Needs 16 bytes of memory for each source record of the partition at hand,
 * 28 to 36 once something differs. Not thread-safe.
 *
 * <p>The target's end is looked up before the source's, so a mirror may run meanwhile: what it hasn't copied yet counts as
 * missing unless {@link #requiredBelow} says from where on it may be.
 */
public final class Auditor {
    private final Map<String, Object> sourceProperties;
    private final Map<String, Object> targetProperties;
    private final Set<Field> fields = EnumSet.allOf(Field.class);
    private final Map<TopicPartition, Long> requiredBelow = new HashMap<>();
    private Isolation isolation = Isolation.READ_COMMITTED;
    private Cleanup cleanup = Cleanup.DELETE;
    private Function<TopicPartition, RecordWriters> writers = partition -> RecordWriters.ONE;

    /** Whether a difference may come from compaction. */
    private enum Cleanup {
        DELETE,
        COMPACT
    }

    private Auditor(Map<String, Object> sourceProperties, Map<String, Object> targetProperties) {
        this.sourceProperties = Map.copyOf(sourceProperties);
        this.targetProperties = Map.copyOf(targetProperties);
    }

    /** Compares the clusters that these client properties reach. */
    public static Auditor between(Map<String, Object> sourceProperties, Map<String, Object> targetProperties) {
        return new Auditor(sourceProperties, targetProperties);
    }

    /** Compares two clusters past any proxy. */
    public static Auditor between(Cluster source, Cluster target) {
        return between(source.directProperties(), target.directProperties());
    }

    /** What of the source counts; READ_COMMITTED unless told. The target is always read uncommitted. */
    public Auditor sourceIsolation(Isolation level) {
        isolation = level;
        return this;
    }

    /** Doesn't compare timestamps, as for a target topic with LogAppendTime. */
    public Auditor ignoringTimestamps() {
        fields.remove(Field.TIMESTAMP);
        return this;
    }

    /**
     * For compacted topics: a record may lack on either side if it isn't the latest of its key there, and a latest
     * tombstone may be forgotten; the latest values must be equal.
     */
    public Auditor compacted() {
        cleanup = Cleanup.COMPACT;
        return this;
    }

    /** Records from these source offsets on need not have arrived yet; without it, all must. */
    public Auditor requiredBelow(Map<TopicPartition, Long> sourceOffsets) {
        requiredBelow.putAll(sourceOffsets);
        return this;
    }

    /** Tells windows of repeats apart by who wrote them, which is in the target's log files only. */
    public Auditor byWriter(Cluster target) {
        writers = partition -> RecordWriters.of(RawLog.batches(target, partition));
        return this;
    }

    /** Compares all partitions of the topics. */
    public AuditReport audit(String... topics) {
        RecordHash hash = new RecordHash(fields);
        try (TopicReader source = TopicReader.open(sourceProperties, isolation);
                TopicReader target = TopicReader.open(targetProperties, Isolation.READ_UNCOMMITTED)) {
            List<PartitionAudit> audits = new ArrayList<>();
            for (String topic : topics) {
                List<TopicPartition> inSource = source.partitions(topic);
                List<TopicPartition> inTarget = target.partitions(topic);
                if (inSource.isEmpty() && inTarget.isEmpty()) {
                    throw new IllegalArgumentException("Topic " + topic + " is on neither side.");
                }
                Set<TopicPartition> all = new TreeSet<>(Comparator.comparingInt(TopicPartition::partition));
                all.addAll(inSource);
                all.addAll(inTarget);
                for (TopicPartition partition : all) {
                    Side from = new Side(source, partition, inSource.contains(partition));
                    Side to = new Side(target, partition, inTarget.contains(partition));
                    audits.add(audit(from, to, hash));
                }
            }
            return new AuditReport(List.copyOf(audits));
        }
    }

    /** A partition on one side, which may not exist there. */
    private record Side(TopicReader reader, TopicPartition partition, boolean exists) {
        long endOffset() {
            return exists ? reader.endOffset(partition) : 0;
        }

        void forEach(long endOffset, Consumer<ConsumerRecord<byte[], byte[]>> action) {
            if (exists) {
                reader.forEach(partition, endOffset, action);
            }
        }
    }

    private PartitionAudit audit(Side source, Side target, RecordHash hash) {
        long targetEnd = target.endOffset();
        long sourceEnd = source.endOffset();
        long required = requiredBelow.getOrDefault(source.partition(), Long.MAX_VALUE);
        SourceIndex index = new SourceIndex();
        LatestByKey latest = new LatestByKey();
        boolean compacted = cleanup == Cleanup.COMPACT;
        source.forEach(sourceEnd, record -> {
            long content = hash.of(record);
            index.add(content, record.offset());
            if (compacted) {
                latest.onSource(record, content);
            }
        });
        if (compacted) {
            target.forEach(targetEnd, record -> latest.onTarget(record, hash.of(record)));
        }
        PartitionWalk walk = new PartitionWalk(index, compacted ? latest : Compaction.NONE);
        RecordWriters wrote = target.exists() ? writers.apply(target.partition()) : RecordWriters.ONE;
        target.forEach(
                targetEnd,
                record -> walk.onTarget(
                        hash.of(record), RecordHash.of(record.key()), record.offset(), wrote.of(record.offset())));
        PartitionAudit audit = walk.finish(source.partition(), targetEnd, required);
        return audit.withDifference(audit.firstDifference()
                .map(found -> explain(found, source, target))
                .or(() -> compacted ? latest.firstOldValue(required) : Optional.empty()));
    }

    /** Names the fields in which an unknown record differs from the one that was expected in its place. */
    private static Difference explain(Difference difference, Side source, Side target) {
        if (difference.kind() != Difference.Kind.NOT_IN_SOURCE || difference.sourceOffset() < 0) {
            return difference;
        }
        var expected = source.reader().recordAt(source.partition(), difference.sourceOffset());
        var found = target.reader().recordAt(target.partition(), difference.targetOffset());
        if (expected.isEmpty() || found.isEmpty()) {
            return difference;
        }
        String fields = differing(expected.get(), found.get());
        return new Difference(
                difference.kind(), difference.sourceOffset(), difference.targetOffset(), "other " + fields);
    }

    private static String differing(ConsumerRecord<byte[], byte[]> one, ConsumerRecord<byte[], byte[]> other) {
        return Arrays.stream(Field.values())
                .filter(field -> RecordHash.of(one, field) != RecordHash.of(other, field))
                .map(field -> field.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }
}
