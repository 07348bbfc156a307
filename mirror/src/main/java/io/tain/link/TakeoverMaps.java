package io.tain.link;

import io.tain.link.TakeoverDesk.Place;
import io.tain.offset.MapChunk;
import io.tain.offset.MapView;
import io.tain.offset.OffsetMap;
import io.tain.offset.StoredChunk;
import io.tain.offset.TopicIds;
import io.tain.state.StateKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** What take-overs read of stored offset maps, and what they write of them. Immutable. */
final class TakeoverMaps {
    private final Map<TopicPartition, Map<Integer, StoredChunk>> chunks;

    /** @param state of the link, with all chunks of the partitions that are asked for */
    TakeoverMaps(Map<StateKey, byte[]> state) {
        this.chunks = OffsetMaps.chunks(state);
    }

    /** The map of a partition of these topics. */
    MapView of(TopicPartition partition, TopicIds ids) {
        Map<Integer, MapChunk> mine = new HashMap<>();
        chunks.getOrDefault(partition, Map.of()).forEach((number, chunk) -> {
            if (chunk.isOf(ids.source(), ids.target())) {
                mine.put(number, chunk.chunk());
            }
        });
        return MapView.of(mine);
    }

    boolean has(TopicPartition partition, TopicIds ids) {
        return chunks.getOrDefault(partition, Map.of()).values().stream()
                .anyMatch(chunk -> chunk.isOf(ids.source(), ids.target()));
    }

    /**
     * To be written before the first record is: a map that begins with the copy, or one that no longer tells of what the target has lost.
     * Else a crash before the map is stored would leave records that nobody looks for, or a map that is wrong.
     */
    static Map<StateKey, byte[]> records(String link, TopicPartition partition, TakeoverStart start, Place place) {
        MapView before = start.repeats().map(Repeats::map).orElse(MapView.EMPTY);
        OffsetMap after = place.walked()
                .map(found -> new OffsetMap(before, found, place.position().offset()))
                .orElseGet(() -> new OffsetMap(place.position()));
        Map<StateKey, byte[]> records = new HashMap<>();
        after.view().changesSince(before).forEach((number, chunk) -> {
            Optional<byte[]> value = chunk.map(
                    one -> new StoredChunk(place.ids().source(), place.ids().target(), one).encode());
            records.put(new StateKey(StateKey.Kind.MAP, link, partition, number), value.orElse(null));
        });
        return records;
    }
}
