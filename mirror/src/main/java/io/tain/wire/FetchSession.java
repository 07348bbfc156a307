package io.tain.wire;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;

/**
 * An incremental fetch session with one broker (KIP-227): both sides remember what is asked of each partition, and a
 * request tells only what has changed. Kafka's own consumer compares all partitions for each request; here who fetches says what
 * changed, so that with thousands of quiet partitions a fetch costs next to nothing.
 *
 * <p>At most one request is under way. Owned by the thread that polls.
 */
final class FetchSession {
    private final Map<TopicPartition, FetchRequest.PartitionData> partitions = new LinkedHashMap<>();
    private final Map<Uuid, String> topicNames = new HashMap<>();
    private FetchMetadata next = FetchMetadata.INITIAL;

    /**
     * What the next request says.
     *
     * @param toSend partitions that are new or have changed; all of them if the session begins
     * @param toForget partitions that are no longer asked for
     * @param toReplace partitions of topics that have another id now, which makes them other topics
     * @param metadata the session's id and epoch
     * @param withTopicIds whether all topics have ids, as requests since version 13 need them
     */
    record Ask(
            Map<TopicPartition, FetchRequest.PartitionData> toSend,
            List<TopicIdPartition> toForget,
            List<TopicIdPartition> toReplace,
            FetchMetadata metadata,
            boolean withTopicIds) {}

    /** Asks for exactly these from now on. */
    Ask ask(Collection<FetchPosition> all) {
        Map<TopicPartition, FetchRequest.PartitionData> wanted = new LinkedHashMap<>();
        topicNames.clear();
        for (FetchPosition position : all) {
            wanted.put(position.partition(), wantedOf(position));
            topicNames.put(position.leader().topicId(), position.partition().topic());
        }
        List<TopicIdPartition> toForget = new ArrayList<>();
        List<TopicIdPartition> toReplace = new ArrayList<>();
        partitions.forEach((partition, known) -> {
            FetchRequest.PartitionData now = wanted.get(partition);
            if (now == null) {
                toForget.add(new TopicIdPartition(known.topicId, partition));
            } else if (!now.topicId.equals(known.topicId) && !known.topicId.equals(Uuid.ZERO_UUID)) {
                toReplace.add(new TopicIdPartition(known.topicId, partition));
            }
        });
        partitions.keySet().retainAll(wanted.keySet());
        Map<TopicPartition, FetchRequest.PartitionData> changed = new LinkedHashMap<>();
        wanted.forEach((partition, now) -> note(partition, now, changed));
        return ask(changed, toForget, toReplace);
    }

    /** Asks for the same partitions as before, and these from where they are now. */
    Ask askOn(Collection<FetchPosition> moved) {
        Map<TopicPartition, FetchRequest.PartitionData> changed = new LinkedHashMap<>();
        moved.forEach(position -> note(position.partition(), wantedOf(position), changed));
        return ask(changed, List.of(), List.of());
    }

    private void note(
            TopicPartition partition,
            FetchRequest.PartitionData now,
            Map<TopicPartition, FetchRequest.PartitionData> changed) {
        if (!now.equals(partitions.put(partition, now))) {
            changed.put(partition, now);
        }
    }

    private Ask ask(
            Map<TopicPartition, FetchRequest.PartitionData> changed,
            List<TopicIdPartition> toForget,
            List<TopicIdPartition> toReplace) {
        boolean withTopicIds = !topicNames.containsKey(Uuid.ZERO_UUID);
        if (next.isFull()) {
            return new Ask(new LinkedHashMap<>(partitions), List.of(), List.of(), next, withTopicIds);
        }
        return new Ask(changed, toForget, toReplace, next, withTopicIds);
    }

    private static FetchRequest.PartitionData wantedOf(FetchPosition position) {
        return new FetchRequest.PartitionData(
                position.leader().topicId(),
                position.offset(),
                FetchRequest.INVALID_LOG_START_OFFSET,
                position.maxBytes(),
                position.leader().epoch(),
                position.lastEpoch());
    }

    /** All partitions that the request under way is about. */
    Set<TopicPartition> asked() {
        return partitions.keySet();
    }

    /** From where the request under way asks for a partition; empty if it does not. */
    OptionalLong offset(TopicPartition partition) {
        FetchRequest.PartitionData asked = partitions.get(partition);
        return asked == null ? OptionalLong.empty() : OptionalLong.of(asked.fetchOffset);
    }

    /** Of the leader that the request under way asks for a partition; -1 if unknown. */
    int leaderEpoch(TopicPartition partition) {
        return partitions.get(partition).currentLeaderEpoch.orElse(-1);
    }

    /** The topic that the request under way asks for; zero if unknown. */
    Uuid topicId(TopicPartition partition) {
        return partitions.get(partition).topicId;
    }

    /** What an answer holds, partition by partition. */
    Map<TopicPartition, PartitionData> partsOf(FetchResponse response, short version) {
        return response.responseData(topicNames, version);
    }

    /** Takes note of an answer; tells whether it may be used, or the session has to begin anew. */
    boolean onAnswer(FetchResponse response) {
        if (response.error() != Errors.NONE) {
            next = response.error() == Errors.FETCH_SESSION_ID_NOT_FOUND
                    ? FetchMetadata.INITIAL
                    : next.nextCloseExistingAttemptNew();
            return false;
        }
        if (response.sessionId() == FetchMetadata.INVALID_SESSION_ID) {
            next = FetchMetadata.INITIAL; // the broker has no room for sessions, so each request tells everything
        } else if (next.isFull()) {
            next = FetchMetadata.newIncremental(response.sessionId());
        } else {
            next = next.nextIncremental();
        }
        return true;
    }

    /** No answer came: what the broker remembers is unknown. */
    void onNoAnswer() {
        next = next.nextCloseExistingAttemptNew();
    }
}
