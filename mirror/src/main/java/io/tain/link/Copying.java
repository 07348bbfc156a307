package io.tain.link;

import io.tain.batch.Assignment;
import io.tain.offset.OffsetTracker;
import io.tain.offset.OffsetTracker.Position;
import io.tain.source.SourcePartition;
import io.tain.state.Checkpoint;
import io.tain.state.Checkpoint.Phase;
import io.tain.state.Checkpoint.Producer;
import io.tain.state.Checkpoint.Writers;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * A partition that is being copied, as its checkpoints tell of it. Immutable, and what it refers to may be read from any thread.
 *
 * @param tracker how far it is acknowledged
 * @param source what is read
 * @param targetTopic the target topic's id; zero if unknown
 * @param producers who has written it, the latest last; empty at least once
 */
record Copying(OffsetTracker tracker, SourcePartition source, Uuid targetTopic, List<Producer> producers) {
    Assignment assignment() {
        return source.assignment();
    }

    TopicPartition partition() {
        return source.assignment().partition();
    }

    /**
     * The phase of the last checkpoint: nobody looks for copies behind one that is RELEASED.
     *
     * @param drained whether the tracker knows of all that was read
     */
    Phase lastPhase(boolean drained) {
        return drained && tracker.isIdle() ? Phase.RELEASED : Phase.COPYING;
    }

    private Writers writers() {
        return new Writers(
                producers,
                assignment()
                        .writer()
                        .filter(writer -> producers.isEmpty())
                        .map(writer -> new Producer(writer.producerId(), writer.epoch())));
    }

    Checkpoint at(Position position, Phase phase, long nowMs) {
        return new Checkpoint(
                position.offset(),
                position.leaderEpoch(),
                position.targetOffset(),
                source.topicId(),
                targetTopic,
                writers(),
                phase,
                nowMs);
    }
}
