package io.tain.failover;

import io.tain.offset.MapChunk;
import io.tain.offset.MapView;
import io.tain.offset.StoredChunk;
import io.tain.state.Checkpoint;
import io.tain.state.StateKey;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Offset maps as they are in a state topic. */
public final class KeptMaps {
    /** By topic and partition. */
    static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

    private static final Logger LOG = LoggerFactory.getLogger(KeptMaps.class);

    private KeptMaps() {}

    /** What can't be read is left out, and with it what lies before. */
    private static Optional<StoredChunk> decode(StateKey key, byte[] value) {
        try {
            return Optional.of(StoredChunk.decode(value));
        } catch (IllegalArgumentException e) {
            LOG.warn("{} in the state topic can't be read: {}", key, e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * @param stored chunks, as they are kept
     * @param checkpoints tell which topics are meant; where there is none, any
     */
    public static Map<TopicPartition, MapView> of(
            Map<StateKey, byte[]> stored, Map<TopicPartition, Checkpoint> checkpoints) {
        Map<TopicPartition, Map<Integer, MapChunk>> chunks = new TreeMap<>(ORDER);
        stored.forEach((key, value) -> {
            Checkpoint checkpoint = checkpoints.get(key.partition());
            decode(key, value)
                    .filter(chunk ->
                            checkpoint == null || chunk.isOf(checkpoint.sourceTopic(), checkpoint.targetTopic()))
                    .ifPresent(chunk -> chunks.computeIfAbsent(key.partition(), partition -> new HashMap<>())
                            .put(key.chunk(), chunk.chunk()));
        });
        Map<TopicPartition, MapView> maps = new TreeMap<>(ORDER);
        chunks.forEach((place, ofPlace) -> maps.put(place, MapView.of(ofPlace)));
        return maps;
    }
}
