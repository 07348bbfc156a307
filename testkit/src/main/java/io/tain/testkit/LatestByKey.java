package io.tain.testkit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The latest record of each key on both sides of a compacted partition. Not thread-safe. */
final class LatestByKey implements Compaction {
    /** The latest record of a key. */
    private record Latest(long hash, long offset, boolean tombstone) {}

    private final Map<Long, Latest> source = new HashMap<>();
    private final Map<Long, Latest> target = new HashMap<>();
    private final Set<Long> latestSourceOffsets = new HashSet<>();

    void onSource(ConsumerRecord<byte[], byte[]> record, long hash) {
        Latest former = source.put(RecordHash.of(record.key()), latest(record, hash));
        if (former != null) {
            latestSourceOffsets.remove(former.offset());
        }
        latestSourceOffsets.add(record.offset());
    }

    void onTarget(ConsumerRecord<byte[], byte[]> record, long hash) {
        target.put(RecordHash.of(record.key()), latest(record, hash));
    }

    private static Latest latest(ConsumerRecord<byte[], byte[]> record, long hash) {
        return new Latest(hash, record.offset(), record.value() == null);
    }

    @Override
    public boolean excusesTarget(long keyHash, long targetOffset) {
        Latest latest = target.get(keyHash);
        boolean supersededInTarget = latest.offset() > targetOffset;
        boolean forgottenTombstone = latest.tombstone() && !source.containsKey(keyHash);
        return supersededInTarget || forgottenTombstone;
    }

    @Override
    public boolean excusesSource(long sourceOffset) {
        return !latestSourceOffsets.contains(sourceOffset) || isForgottenTombstone(sourceOffset);
    }

    private boolean isForgottenTombstone(long sourceOffset) {
        return source.entrySet().stream()
                .filter(entry -> entry.getValue().offset() == sourceOffset)
                .anyMatch(entry -> entry.getValue().tombstone() && !target.containsKey(entry.getKey()));
    }

    /** A key whose latest record below the given source offset isn't the target's latest. */
    Optional<Difference> firstOldValue(long requiredBelow) {
        for (Map.Entry<Long, Latest> entry : source.entrySet()) {
            Latest wanted = entry.getValue();
            Latest found = target.get(entry.getKey());
            boolean gone = found == null && wanted.tombstone();
            if (wanted.offset() < requiredBelow && !gone && (found == null || found.hash() != wanted.hash())) {
                return Optional.of(new Difference(
                        Difference.Kind.OLD_VALUE,
                        wanted.offset(),
                        found == null ? -1 : found.offset(),
                        "the target's latest record of the key is another one"));
            }
        }
        return Optional.empty();
    }
}
