package io.tain.failover;

import io.tain.offset.MapChunk;
import io.tain.offset.MapView;
import io.tain.offset.StoredChunk;
import io.tain.state.Checkpoint;
import io.tain.state.StateKey;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** Offset maps as they are in a state topic. */
public final class KeptMaps {
    /** By topic and partition. */
    static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

    private KeptMaps() {}

    /**
     * @param stored chunks, as they are kept
     * @param checkpoints tell which topics are meant; where there is none, any
     */
    public static Map<TopicPartition, MapView> of(
            Map<StateKey, byte[]> stored, Map<TopicPartition, Checkpoint> checkpoints) {
        Map<TopicPartition, Map<Integer, MapChunk>> chunks = new TreeMap<>(ORDER);
        stored.forEach((key, value) -> {
            StoredChunk chunk = StoredChunk.decode(value);
            Checkpoint checkpoint = checkpoints.get(key.partition());
            if (checkpoint == null || chunk.isOf(checkpoint.sourceTopic(), checkpoint.targetTopic())) {
                chunks.computeIfAbsent(key.partition(), partition -> new HashMap<>())
                        .put(key.chunk(), chunk.chunk());
            }
        });
        Map<TopicPartition, MapView> maps = new TreeMap<>(ORDER);
        chunks.forEach((place, ofPlace) -> maps.put(place, MapView.of(ofPlace)));
        return maps;
    }
}
