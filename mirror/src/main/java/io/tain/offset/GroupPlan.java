package io.tain.offset;

import io.tain.config.GroupSync.Rewinds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What is to be committed for a group on the target, by what it has committed on the source. Immutable; made without I/O.
 *
 * @param commits offsets on the target, with the metadata that they have on the source
 * @param partitions how many of the group's partitions were looked at
 * @param ahead in how many of them the group has come further than the copy, so that it would see something again
 * @param unknown the places that can't be translated, and why
 */
public record GroupPlan(
        Map<TopicPartition, OffsetAndMetadata> commits, int partitions, int ahead, List<String> unknown) {
    public GroupPlan {
        commits = Map.copyOf(commits);
        unknown = List.copyOf(unknown);
    }

    /**
     * A partition's copy.
     *
     * @param map its offset map
     * @param start where the target's log begins
     * @param end where it ends
     */
    public record Place(MapView map, long start, long end) {
        /** The translation, as an offset that the target has. */
        public Translation translate(long source) {
            Translation found = map.toTarget(source, start);
            if (!found.isKnown() && (start == end || source == 0)) {
                // Whatever comes, comes at the end; and before the first record is nothing.
                boolean isPassed = source <= map.covered();
                return new Translation(isPassed ? Translation.Kind.END : Translation.Kind.AHEAD, start);
            }
            return new Translation(found.kind(), Math.max(start, Math.min(end, found.offset())));
        }
    }

    /** @param places of the partitions that this process copies; others are left alone */
    public static GroupPlan of(
            Map<TopicPartition, OffsetAndMetadata> onSource,
            Map<TopicPartition, OffsetAndMetadata> onTarget,
            Map<TopicPartition, Place> places,
            Rewinds rewinds) {
        Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
        List<String> unknown = new ArrayList<>();
        int partitions = 0;
        int ahead = 0;
        for (Map.Entry<TopicPartition, OffsetAndMetadata> entry : onSource.entrySet()) {
            TopicPartition partition = entry.getKey();
            Place place = places.get(partition);
            if (entry.getValue() == null || place == null) {
                continue;
            }
            partitions++;
            Translation translation = place.translate(entry.getValue().offset());
            if (!translation.isKnown()) {
                unknown.add(partition + "@" + entry.getValue().offset());
                continue;
            }
            ahead += translation.isExact() ? 0 : 1;
            OffsetAndMetadata wanted = new OffsetAndMetadata(
                    translation.offset(), Optional.empty(), entry.getValue().metadata());
            if (isNews(wanted, Optional.ofNullable(onTarget.get(partition)), rewinds)) {
                commits.put(partition, wanted);
            }
        }
        return new GroupPlan(
                commits, partitions, ahead, unknown.stream().sorted().toList());
    }

    private static boolean isNews(OffsetAndMetadata wanted, Optional<OffsetAndMetadata> there, Rewinds rewinds) {
        if (there.isEmpty() || wanted.offset() > there.get().offset()) {
            return true;
        }
        if (wanted.offset() == there.get().offset()) {
            return !wanted.metadata().equals(there.get().metadata());
        }
        return rewinds == Rewinds.FOLLOW;
    }
}
