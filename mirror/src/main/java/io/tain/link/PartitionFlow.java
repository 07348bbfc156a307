package io.tain.link;

import io.tain.batch.Assignment;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.LinkStatus.State;
import io.tain.offset.OffsetTracker;
import io.tain.offset.OffsetTracker.Position;
import io.tain.source.SourcePartition;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * A partition that the group has given to this stream. Owned by the stream's control thread.
 *
 * <pre>
 *   ASSIGNED ──position known, committed──▶ POSITIONED ──target topic ready──▶ RUNNING
 *       └───────────────────────────────────────┴──────────────────────────────┴─────▶ HALTED
 * </pre>
 */
final class PartitionFlow {
    enum Phase {
        ASSIGNED,
        POSITIONED,
        RUNNING,
        HALTED
    }

    private final TopicPartition partition;
    private Phase phase = Phase.ASSIGNED;
    private Position start;
    private Assignment assignment;
    private OffsetTracker tracker;
    private SourcePartition source;
    private long committed = -1;
    private Optional<String> reason = Optional.of("looking for its position");
    private long corruptOffset = -1;
    private int corruptReads;

    PartitionFlow(TopicPartition partition) {
        this.partition = partition;
    }

    TopicPartition partition() {
        return partition;
    }

    Phase phase() {
        return phase;
    }

    /** Its position was found, and is committed. */
    void position(Position position) {
        require(Phase.ASSIGNED);
        start = position;
        committed = position.offset();
        phase = Phase.POSITIONED;
        reason = Optional.of("waiting for the target topic");
    }

    Position start() {
        return start;
    }

    void setReason(String text) {
        reason = Optional.of(text);
    }

    void run(Assignment newAssignment, OffsetTracker newTracker, SourcePartition newSource) {
        require(Phase.POSITIONED);
        assignment = newAssignment;
        tracker = newTracker;
        source = newSource;
        phase = Phase.RUNNING;
        reason = Optional.empty();
    }

    /** Back to POSITIONED at the acknowledged prefix, to read again from there. */
    void restart() {
        require(Phase.RUNNING);
        start = tracker.committable();
        phase = Phase.POSITIONED;
    }

    void halt(String why) {
        phase = Phase.HALTED;
        reason = Optional.of(why);
    }

    private void require(Phase expected) {
        if (phase != expected) {
            throw new IllegalStateException(partition + " is " + phase + ", not " + expected);
        }
    }

    Optional<Assignment> assignment() {
        return Optional.ofNullable(assignment);
    }

    boolean isOf(Assignment other) {
        return assignment == other;
    }

    /** Whether everything read so far is on the target, or never will be. */
    boolean isDrained() {
        return tracker == null || assignment.hasEnded() || tracker.isIdle();
    }

    /** What should be committed, if it is not yet. */
    Optional<Position> uncommitted() {
        if (tracker == null) {
            return Optional.empty();
        }
        Position position = tracker.committable();
        return position.offset() > committed ? Optional.of(position) : Optional.empty();
    }

    void onCommitted(long offset) {
        committed = Math.max(committed, offset);
    }

    /** Counts how often what was read at an offset reached the target damaged. */
    int countCorrupt(long offset) {
        corruptReads = offset == corruptOffset ? corruptReads + 1 : 1;
        corruptOffset = offset;
        return corruptReads;
    }

    /** @param blocked target partitions that do not get on */
    PartitionStatus status(Map<TopicPartition, String> blocked) {
        Optional<String> why = reason;
        State state = State.STARTING;
        if (phase == Phase.HALTED) {
            state = State.HALTED;
        } else if (phase == Phase.RUNNING) {
            why = source.problem()
                    .map(problem -> "source: " + problem)
                    .or(() -> Optional.ofNullable(blocked.get(partition)).map(problem -> "target: " + problem));
            state = why.isPresent() ? State.RETRYING : State.RUNNING;
        }
        long committable = tracker == null
                ? start == null ? -1 : start.offset()
                : tracker.committable().offset();
        long position = source == null ? committable : source.position();
        OptionalLong lag = OptionalLong.empty();
        if (source != null && source.endOffset().isPresent()) {
            lag = OptionalLong.of(Math.max(0, source.endOffset().getAsLong() - committable));
        }
        return new PartitionStatus(partition, state, why, position, committable, lag);
    }
}
