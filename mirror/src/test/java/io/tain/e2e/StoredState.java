package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.offset.MapChunk;
import io.tain.offset.MapChunk.Run;
import io.tain.offset.MapView;
import io.tain.offset.OffsetMap;
import io.tain.offset.StoredChunk;
import io.tain.offset.Translation;
import io.tain.offset.Translation.Kind;
import io.tain.state.Checkpoint;
import io.tain.state.StateKey;
import io.tain.state.StateTopic;
import io.tain.testkit.Cluster;
import io.tain.testkit.Isolation;
import io.tain.testkit.TopicReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** What a link keeps on the target of one partition, to be looked at, and to be set back as if its process had been killed. */
public final class StoredState {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Cluster source;
    private final Cluster target;
    private final String topic;
    private final String link;
    private final TopicPartition partition;

    /** @param topic the state topic */
    public StoredState(Cluster source, Cluster target, String topic, String link, TopicPartition partition) {
        this.source = source;
        this.target = target;
        this.topic = topic;
        this.link = link;
        this.partition = partition;
    }

    private Map<StateKey, byte[]> read(StateKey.Kind kind) {
        try (StateTopic state = new StateTopic(topic, target.clientProperties(), "kept", LIMIT)) {
            Map<StateKey, byte[]> found = new HashMap<>();
            state.read(
                            key -> key.kind() == kind
                                    && key.link().equals(link)
                                    && key.partition().equals(partition),
                            () -> {})
                    .forEach((key, value) -> value.ifPresent(bytes -> found.put(key, bytes)));
            return found;
        }
    }

    private void write(Map<StateKey, byte[]> records) {
        try (StateTopic state = new StateTopic(topic, target.clientProperties(), "kept", LIMIT)) {
            state.write(records);
        }
    }

    public Optional<Checkpoint> checkpoint() {
        return read(StateKey.Kind.CHECKPOINT).values().stream().findFirst().flatMap(Checkpoint::parse);
    }

    public MapView map() {
        Map<Integer, MapChunk> chunks = new HashMap<>();
        read(StateKey.Kind.MAP)
                .forEach((key, value) ->
                        chunks.put(key.chunk(), StoredChunk.decode(value).chunk()));
        return MapView.of(chunks);
    }

    /** Sets the checkpoint and the group's commit back to a place, as they are before what was copied behind it. */
    public void rewind(String group, long sourceOffset, long targetOffset) throws Exception {
        Checkpoint last = checkpoint().orElseThrow();
        Checkpoint before = new Checkpoint(
                sourceOffset,
                last.leaderEpoch(),
                targetOffset,
                last.sourceTopic(),
                last.targetTopic(),
                last.producers(),
                Checkpoint.Phase.COPYING,
                last.timeMs());
        write(Map.of(new StateKey(StateKey.Kind.CHECKPOINT, link, partition), before.encode()));
        String metadata =
                "tain source=" + last.sourceTopic() + " target=" + last.targetTopic() + " next=" + targetOffset;
        source.admin()
                .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(sourceOffset, metadata)))
                .all()
                .get();
    }

    /** Sets the map back to what it knew when the copy was so far. */
    public void rewindMap(long targetOffset) {
        Map<StateKey, byte[]> chunks = read(StateKey.Kind.MAP);
        StoredChunk some = StoredChunk.decode(chunks.values().iterator().next());
        MapView now = map();
        OffsetMap before = new OffsetMap(now.from());
        for (Run run : now.runs()) {
            long count = Math.min(run.count(), targetOffset - run.target());
            if (count > 0) {
                before.add(run.source(), run.target(), count);
            }
        }
        before.publish();
        Map<StateKey, byte[]> records = new HashMap<>();
        chunks.keySet().forEach(key -> records.put(key, null));
        for (int i = 0; i < before.view().chunks().size(); i++) {
            StoredChunk chunk = new StoredChunk(
                    some.sourceTopic(),
                    some.targetTopic(),
                    before.view().chunks().get(i));
            records.put(new StateKey(StateKey.Kind.MAP, link, partition, i), chunk.encode());
        }
        write(records);
    }

    /** Compares what the map says of every offset of both logs with what stands there; each value is there once. */
    public void assertMapIsExact() {
        assertMapIsExact(map());
    }

    /** {@link #assertMapIsExact()} with the map as somebody else has read it. */
    public void assertMapIsExact(MapView map) {
        List<ConsumerRecord<byte[], byte[]>> ours = records(source);
        List<ConsumerRecord<byte[], byte[]>> theirs = records(target);
        Map<String, Long> targets = offsets(theirs);
        Map<String, Long> sources = offsets(ours);
        assertThat(targets.keySet()).isNotEmpty();
        long start = theirs.get(0).offset();
        long next = map.targetEnd();
        Kind between = Kind.END;
        for (int i = ours.size() - 1; i >= 0; i--) {
            Long at = targets.get(value(ours.get(i)));
            long offset = ours.get(i).offset();
            if (at != null) {
                assertThat(map.toTarget(offset, start))
                        .as(partition + "@" + offset + " on the source")
                        .isEqualTo(new Translation(Kind.RECORD, at));
                next = at;
                between = Kind.NEXT;
            } else {
                assertThat(map.toTarget(offset, start))
                        .as(partition + "@" + offset + " on the source, which is not on the target")
                        .isEqualTo(new Translation(between, next));
            }
            long hole = i == 0 ? 0 : ours.get(i - 1).offset() + 1;
            for (long empty = offset - 1; empty >= hole; empty--) {
                assertThat(map.toTarget(empty, start))
                        .as(partition + "@" + empty + " on the source, which holds nothing")
                        .isEqualTo(new Translation(between, next));
            }
        }
        for (int i = theirs.size() - 1; i >= 0; i--) {
            long offset = theirs.get(i).offset();
            assertThat(map.toSource(offset, start))
                    .as(partition + "@" + offset + " on the target")
                    .isEqualTo(new Translation(Kind.RECORD, sources.get(value(theirs.get(i)))));
            if (i > 0 && theirs.get(i - 1).offset() + 1 < offset) {
                assertThat(map.toSource(offset - 1, start))
                        .as(partition + "@" + (offset - 1) + " on the target, which holds nothing")
                        .isEqualTo(new Translation(Kind.NEXT, sources.get(value(theirs.get(i)))));
            }
        }
    }

    /** The same of those records only that compaction has left on both sides. */
    void assertMapIsExactForWhatIsLeft(MapView map) {
        Map<String, Long> sources = offsets(records(source));
        List<ConsumerRecord<byte[], byte[]>> theirs = records(target);
        int found = 0;
        for (ConsumerRecord<byte[], byte[]> record : theirs) {
            Translation back = map.toSource(record.offset(), 0);
            assertThat(back.kind()).as("of " + record).isEqualTo(Kind.RECORD);
            assertThat(map.toTarget(back.offset(), 0)).isEqualTo(new Translation(Kind.RECORD, record.offset()));
            Long there = sources.get(value(record));
            if (there != null) {
                assertThat(back.offset()).as("of " + record).isEqualTo(there);
                found++;
            }
        }
        assertThat(found).as("records that are on both sides").isGreaterThan(theirs.size() / 2);
    }

    private List<ConsumerRecord<byte[], byte[]>> records(Cluster cluster) {
        return TopicReader.read(cluster.clientProperties(), partition, Isolation.READ_COMMITTED);
    }

    private static Map<String, Long> offsets(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<String, Long> offsets = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            assertThat(offsets.put(value(record), record.offset()))
                    .as("twice: " + record)
                    .isNull();
        }
        return offsets;
    }

    private static String value(ConsumerRecord<byte[], byte[]> record) {
        return Seen.of(record).value();
    }
}
