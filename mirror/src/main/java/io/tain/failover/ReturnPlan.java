package io.tain.failover;

import io.tain.offset.TopicIds;
import io.tain.state.Checkpoint;
import io.tain.state.Checkpoint.Phase;
import io.tain.verify.TailCheck;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a link in the opposite direction is to begin, by where a link that was failed over has ended. Immutable; made without I/O.
 *
 * @param verdict what is to be done
 * @param why the partitions that speak against it
 * @param checkpoints of the link in the opposite direction
 */
record ReturnPlan(Verdict verdict, List<TopicPartition> why, Map<TopicPartition, Checkpoint> checkpoints) {
    /** What is to be done. */
    enum Verdict {
        /** The link in the opposite direction is given these places. */
        WRITE,
        /** It has been given them, and may have copied from there on. */
        DONE,
        /** It has places of its own, from before, and was not failed over: what lies between would be left out. */
        OWN_PLACES
    }

    /**
     * A partition of the link that has ended.
     *
     * @param forward its last checkpoint
     * @param end where its copy ends, on both sides
     * @param back the checkpoint of the link in the opposite direction
     * @param logEnd where the log of the failed-over link's source ends, which is written to from now on
     */
    record Ended(Checkpoint forward, TailCheck.End end, Optional<Checkpoint> back, long logEnd) {
        /** What the other link has said of other topics of these names says nothing. */
        private Optional<Checkpoint> ofTheseTopics() {
            return back.filter(found -> !TopicIds.differ(found.sourceTopic(), forward.targetTopic())
                    && !TopicIds.differ(found.targetTopic(), forward.sourceTopic()));
        }

        private Checkpoint place(long nowMs) {
            return new Checkpoint(
                    end.target(),
                    -1,
                    logEnd,
                    forward.targetTopic(),
                    forward.sourceTopic(),
                    back.map(Checkpoint::producers).orElse(List.of()),
                    Phase.RELEASED,
                    nowMs);
        }
    }

    /** How the link in the opposite direction is told not to run, if it is. */
    enum Back {
        MAY_RUN,
        FAILED_OVER
    }

    static ReturnPlan of(Map<TopicPartition, Ended> ended, Back back, long nowMs) {
        List<TopicPartition> further = where(ended, (place, end) -> place > end);
        if (!further.isEmpty()) {
            return new ReturnPlan(Verdict.DONE, further, Map.of());
        }
        if (back == Back.MAY_RUN) {
            List<TopicPartition> own = where(ended, (place, end) -> place < end);
            if (!own.isEmpty()) {
                return new ReturnPlan(Verdict.OWN_PLACES, own, Map.of());
            }
            List<TopicPartition> there = where(ended, (place, end) -> place == end);
            if (!there.isEmpty()) {
                return new ReturnPlan(Verdict.DONE, there, Map.of());
            }
        }
        Map<TopicPartition, Checkpoint> checkpoints = new TreeMap<>(KeptMaps.ORDER);
        ended.forEach((partition, one) -> checkpoints.put(partition, one.place(nowMs)));
        return new ReturnPlan(Verdict.WRITE, List.of(), checkpoints);
    }

    private interface Test {
        boolean holds(long place, long end);
    }

    private static List<TopicPartition> where(Map<TopicPartition, Ended> ended, Test test) {
        return ended.entrySet().stream()
                .filter(entry -> entry.getValue()
                        .ofTheseTopics()
                        .filter(back -> test.holds(
                                back.sourceOffset(), entry.getValue().end().target()))
                        .isPresent())
                .map(Map.Entry::getKey)
                .sorted(KeptMaps.ORDER)
                .toList();
    }
}
