package io.tain.link;

import io.tain.batch.Assignment;
import io.tain.batch.Verdict;
import io.tain.link.Event.Offsets;
import io.tain.link.LinkStatus.Batches;
import io.tain.link.LinkStatus.Measures;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.LinkStatus.State;
import io.tain.link.LinkStatus.Traffic;
import io.tain.link.TakeoverDesk.Job;
import io.tain.link.TakeoverDesk.Origin;
import io.tain.link.TakeoverDesk.Place;
import io.tain.offset.OffsetTracker;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.TopicIds;
import io.tain.source.LogBreak;
import io.tain.source.SourcePartition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * A partition that the group has given to this stream. Owned by the stream's control thread.
 *
 * <pre>
 *   ASSIGNED ──position known, committed──▶ POSITIONED ──target topic ready──▶ RUNNING ──position gone──▶ BROKEN
 *    ▲  └───────────────────────────────────────┴──────────────────────────────┴──▶ HALTED ◀───policy───────┤
 *    └────────────────────────────────── another position is committed ─────────────────────────────────────┘
 * </pre>
 *
 * An operator's order takes it from POSITIONED, RUNNING or HALTED to MOVING, and from there to ASSIGNED like a BROKEN one, or
 * back.
 */
final class PartitionFlow {
    enum Phase {
        ASSIGNED,
        POSITIONED,
        RUNNING,
        /** Reading has ended because the source's log no longer has the position. */
        BROKEN,
        /** Reading has ended because an operator wants it to go on elsewhere. */
        MOVING,
        HALTED
    }

    /** How the reasons begin that the target gives. */
    static final String TARGET_TROUBLE = "target: ";

    private final TopicPartition partition;
    private Optional<String> pause = Optional.empty();
    private Phase phase = Phase.ASSIGNED;
    private Position start;
    private Assignment assignment;
    private OffsetTracker tracker;
    private SourcePartition source;
    private Optional<Offsets> left = Optional.empty();
    private LogBreak found;
    private boolean toldFound;
    private Optional<Move> move = Optional.empty();
    private long committed = -1;
    private TopicIds committedIds = TopicIds.UNKNOWN;
    private Optional<String> reason = Optional.of("looking for its position");
    private long corruptOffset = -1;
    private int corruptReads;
    private long cleanNanos;
    private OptionalLong untilLossMs = OptionalLong.empty();
    private OptionalLong outlookEnd = OptionalLong.empty();
    private Origin origin = Origin.CHOSEN;
    private Optional<Place> place = Optional.empty();
    private Optional<Job> takeover = Optional.empty();
    private long notBeforeNanos;
    private Optional<TopicIds> announced = Optional.empty();
    private boolean marked;
    private boolean owned;

    PartitionFlow(TopicPartition partition) {
        this.partition = partition;
    }

    TopicPartition partition() {
        return partition;
    }

    Phase phase() {
        return phase;
    }

    /** Not to be read until it is resumed, whatever its phase. */
    void pause(String why) {
        pause = Optional.of(why);
    }

    void unpause() {
        pause = Optional.empty();
    }

    /** Whether nothing has to be done for it to be copied, or nothing can be. */
    boolean isAtRest() {
        return isPaused() || phase == Phase.RUNNING || phase == Phase.HALTED;
    }

    boolean isPaused() {
        return pause.isPresent();
    }

    /** Its position was found, and is committed unless there was none. */
    void position(Position position, TopicIds ids, Origin from) {
        require(Phase.ASSIGNED);
        start = position;
        origin = from;
        marked = from == Origin.MARKED;
        announced = Optional.empty();
        owned = false;
        committedIds = ids;
        committed = position.offset();
        phase = Phase.POSITIONED;
        reason = Optional.of("waiting for the target topic");
    }

    Position start() {
        return start;
    }

    /** Whether the source has, or may have, something that is not on the target. */
    boolean isBehind() {
        return phase != Phase.ASSIGNED
                && (source == null
                        || phase != Phase.RUNNING
                        || isPaused()
                        || source.endOffset().orElse(Long.MAX_VALUE)
                                > acknowledged().offset());
    }

    /** What {@link SourceOutlook} found: where the source's log ends, and when retention will have overtaken it. */
    void setOutlook(OptionalLong end, OptionalLong lossMs) {
        outlookEnd = end;
        untilLossMs = lossMs;
    }

    /** Where the source's log ends: the reader knows best, but not while it can't read on. */
    private OptionalLong end() {
        OptionalLong read = source == null ? OptionalLong.empty() : source.endOffset();
        return outlookEnd.orElse(-1) > read.orElse(-1) ? outlookEnd : read;
    }

    /** How its position came to be. */
    Origin origin() {
        return origin;
    }

    /** The take-over under way, if any. */
    Optional<Job> takeover() {
        return takeover;
    }

    void takeOver(Job job) {
        takeover = Optional.of(job);
    }

    /** What is to be done for it next is tried later. */
    void postpone(long untilNanos, String why) {
        notBeforeNanos = untilNanos;
        reason = Optional.of(why);
    }

    boolean isPostponed(long nowNanos) {
        return nowNanos - notBeforeNanos < 0;
    }

    /** Where the copy goes on, and under which name; empty until it is taken over. */
    Optional<Place> place() {
        return place;
    }

    /** It is this process's own now. */
    void settle(Place found, long nowNanos) {
        require(Phase.POSITIONED);
        place = Optional.of(found);
        owned = true;
        start = found.position();
        marked &= start.offset() >= committed; // else what was committed is no place any more
        committedIds = found.ids();
        notBeforeNanos = nowNanos;
    }

    /** It is not taken over, and its commit is to say which topic it is copied to. */
    void announce(Uuid target) {
        if (announced.isEmpty()) {
            TopicIds ids = new TopicIds(committedIds.source(), target);
            marked = ids.equals(committedIds) && origin != Origin.MARKED;
            committedIds = ids;
            announced = Optional.of(ids);
        }
    }

    /** What must be committed before the first record is copied: which topics it is of, and whether somebody chose the position. */
    Optional<OffsetAndMetadata> toBeMarked() {
        if (phase != Phase.POSITIONED || marked) {
            return Optional.empty();
        }
        return place.map(found -> found.ids().mark(found.position())).or(() -> announced.map(ids -> ids.commit(start)));
    }

    void onMarked() {
        marked = true;
        committed = start.offset();
    }

    boolean isMarked() {
        return marked;
    }

    void setReason(String text) {
        reason = Optional.of(text);
    }

    void run(Assignment newAssignment, OffsetTracker newTracker, SourcePartition newSource) {
        require(Phase.POSITIONED);
        assignment = newAssignment;
        tracker = newTracker;
        source = newSource;
        takeover = Optional.empty();
        phase = Phase.RUNNING;
        reason = Optional.empty();
    }

    /** Back to POSITIONED at the acknowledged prefix, to read again from there. */
    void restart() {
        require(Phase.RUNNING, Phase.BROKEN);
        start = tracker.committable();
        left = Optional.empty();
        phase = Phase.POSITIONED;
        callOff();
    }

    /** It has to be taken over anew, if it is. */
    void callOff() {
        takeover.ifPresent(Job::cancel);
        takeover = Optional.empty();
        origin = marked && place.isPresent() ? Origin.MARKED : origin;
        place = Optional.empty();
    }

    /** The reader has stopped because the log no longer has its position. */
    void breakOff(LogBreak what) {
        require(Phase.RUNNING);
        found = what;
        phase = Phase.BROKEN;
        reason = Optional.of("the source's log no longer has the position " + what.position()
                + "; waiting until what was read before is acknowledged");
    }

    LogBreak found() {
        return found;
    }

    /** The reason of the halt is what was found, so who moves it accepts that. */
    void tellFound() {
        toldFound = true;
    }

    /** Where it stands, with the epoch by which a log that was cut off is noticed, unless that was told. */
    Position standing() {
        return toldFound ? new Position(acknowledged().offset(), -1) : acknowledged();
    }

    /** The topics that it goes on in after a halt: the source's that its operator knows of, and whatever the target has. */
    TopicIds idsAfterHalt() {
        boolean isOther = toldFound && found.kind() == LogBreak.Kind.RECREATED;
        return new TopicIds(isOther ? found.newTopic() : ids().source(), Uuid.ZERO_UUID);
    }

    /** Why no order can be followed just now, if so. */
    Optional<String> cannotMove() {
        return phase == Phase.ASSIGNED || phase == Phase.BROKEN
                ? Optional.of(reason.orElse("its position is not known"))
                : Optional.empty();
    }

    /** Reading has been told to end, for an operator wants it to go on elsewhere. */
    void move(MoveOrder order, CompletableFuture<Void> quiet) {
        move = Optional.of(new Move(
                order,
                quiet,
                move.map(Move::before).orElse(phase),
                move.isPresent() ? move.get().reason() : reason));
        phase = Phase.MOVING;
        reason = Optional.of("an operator moves it to " + order.to() + "; waiting until what was read is acknowledged");
    }

    /** What an operator wants while it is MOVING. */
    Optional<Move> move() {
        return move;
    }

    /** The order can't be followed: from MOVING back to where it was. */
    void stay() {
        require(Phase.MOVING);
        phase = move.orElseThrow().before();
        reason = move.get().reason();
        if (phase == Phase.RUNNING && assignment.hasEnded()) {
            restart();
        }
        move = Optional.empty();
        if (left.isPresent()) { // a commit of the other position may have arrived all the same
            left = Optional.empty();
            committed = -1;
        }
    }

    /** Whether all that was read before it broke off, or was to be moved, is acknowledged. */
    boolean isSettled() {
        return phase == Phase.MOVING
                ? move.orElseThrow().quiet().isDone() && isDrained()
                : tracker.committable().offset() >= found.position();
    }

    /** All below this position is on the target. */
    Position acknowledged() {
        return tracker == null ? start : tracker.committable();
    }

    /** Another position is being committed for it, and the old one not any more. Tells whether that is news, or only tried again. */
    boolean moveOn(Offsets offsets) {
        require(Phase.BROKEN, Phase.MOVING);
        boolean news = !left.equals(Optional.of(offsets));
        left = Optional.of(offsets);
        return news;
    }

    /** From BROKEN or MOVING back to ASSIGNED: another position was committed for it. */
    void reassign() {
        require(Phase.BROKEN, Phase.MOVING);
        move = Optional.empty();
        toldFound = false;
        phase = Phase.ASSIGNED;
        callOff();
        reason = Optional.of("looking for its position");
        assignment = null;
        tracker = null;
        source = null;
        left = Optional.empty();
    }

    /** @param offsets the source offsets that it is about; what is not copied yet, if that is all that is known */
    void halt(EventLog events, Optional<Offsets> offsets, String why) {
        long from = committable();
        Optional<Offsets> rest =
                from < 0 ? offsets : Optional.of(new Offsets(from, Math.max(from, end().orElse(from))));
        move = Optional.empty();
        toldFound = false;
        phase = Phase.HALTED;
        reason = Optional.of(why);
        events.tell(Event.Kind.HALTED, partition, offsets.or(() -> rest), why);
    }

    /** Lowest offset that is not yet acknowledged by the target; -1 while not known. */
    private long committable() {
        return start == null && tracker == null ? -1 : acknowledged().offset();
    }

    /** Whether it is or was being read, and what was read may still be on its way. */
    boolean isReading() {
        return phase == Phase.RUNNING || phase == Phase.BROKEN;
    }

    private void require(Phase... expected) {
        if (!List.of(expected).contains(phase)) {
            throw new IllegalStateException(partition + " is " + phase + ", not " + List.of(expected));
        }
    }

    Optional<Assignment> assignment() {
        return Optional.ofNullable(assignment);
    }

    /** What the reader has of it, while it is to be read. */
    Optional<SourcePartition> source() {
        return phase == Phase.RUNNING ? Optional.of(source) : Optional.empty();
    }

    /** Bytes that were read and are not yet acknowledged. */
    long pendingBytes() {
        return assignment == null || assignment.hasEnded() ? 0 : assignment.pendingBytes();
    }

    boolean isOf(Assignment other) {
        return assignment == other;
    }

    /** Whether everything read so far is on the target, or never will be. */
    boolean isDrained() {
        return tracker == null || assignment.hasEnded() || tracker.isIdle();
    }

    /** The topics that its position speaks of, as far as they are known. */
    TopicIds ids() {
        if (source == null) {
            return committedIds;
        }
        Uuid target = assignment.targetTopic();
        return new TopicIds(
                source.topicId().equals(Uuid.ZERO_UUID) ? committedIds.source() : source.topicId(),
                target.equals(Uuid.ZERO_UUID) ? committedIds.target() : target);
    }

    /** What should be committed, if it is not yet. */
    Optional<OffsetAndMetadata> uncommitted() {
        if (tracker == null || left.isPresent()) {
            return Optional.empty();
        }
        Position position = tracker.committable();
        boolean news = position.offset() > committed || !ids().equals(committedIds);
        // Without its place on the target, whoever takes over would take it for somebody's choice, and copy anew from
        // there.
        return news ? Optional.of(owned ? ids().mark(position) : ids().commit(position)) : Optional.empty();
    }

    void onCommitted(OffsetAndMetadata offset, long nowNanos) {
        cleanNanos = nowNanos;
        committed = Math.max(committed, offset.offset());
        committedIds = TopicIds.parse(offset.metadata());
    }

    /** Counts how often what was read at an offset reached the target damaged. */
    int countCorrupt(long offset) {
        corruptReads = offset == corruptOffset ? corruptReads + 1 : 1;
        corruptOffset = offset;
        return corruptReads;
    }

    /** @param blocked source partitions of which something can not be written, and why */
    PartitionStatus status(Map<TopicPartition, String> blocked, Pace pace) {
        Optional<String> why = reason;
        State state = State.STARTING;
        if (phase == Phase.HALTED) {
            state = State.HALTED;
        } else if (phase == Phase.RUNNING) {
            why = source.problem()
                    .map(problem -> "source: " + problem)
                    .or(() -> Optional.ofNullable(blocked.get(partition)).map(problem -> TARGET_TROUBLE + problem));
            state = why.isPresent() ? State.RETRYING : State.RUNNING;
            if (why.isEmpty()) {
                Optional<TransactionWait> open = TransactionWait.of(source.openTransaction(), pace);
                why = open.map(TransactionWait::reason);
                state = open.map(TransactionWait::state).orElse(state);
            }
        } else if (phase == Phase.BROKEN || phase == Phase.MOVING) {
            state = State.RETRYING;
        }
        if (pause.isPresent() && phase != Phase.HALTED) {
            state = State.PAUSED;
            why = pause;
        }
        long committable = committable();
        long position = source == null ? committable : source.position();
        OptionalLong lag = committable < 0 ? OptionalLong.empty() : end();
        lag = lag.isEmpty() ? lag : OptionalLong.of(Math.max(0, lag.getAsLong() - committable));
        return new PartitionStatus(
                partition, state, why, position, committable, lag, measures(committable, lag, pace), Optional.empty());
    }

    private Measures measures(long committable, OptionalLong lag, Pace pace) {
        long nowNanos = pace.nanoTime();
        if (committed >= committable) {
            cleanNanos = nowNanos;
        }
        long uncommittedMs = Duration.ofNanos(nowNanos - cleanNanos).toMillis();
        if (source == null) {
            return new Measures(
                    committed, end(), OptionalLong.empty(), untilLossMs, uncommittedMs, Batches.NONE, Traffic.NONE);
        }
        long open = tracker.oldestTimestamp();
        long oldest = open >= 0 ? open : source.lastTimestamp();
        OptionalLong lagMs = OptionalLong.empty();
        if (lag.equals(OptionalLong.of(0))) {
            lagMs = lag;
        } else if (lag.isPresent() && oldest >= 0) {
            lagMs = OptionalLong.of(Math.max(0, pace.currentTimeMs() - oldest));
        }
        return new Measures(
                committed,
                end(),
                lagMs,
                untilLossMs,
                uncommittedMs,
                new Batches(
                        source.batches(Verdict.Action.FORWARD),
                        source.transcoded(),
                        source.batches(Verdict.Action.DROP)),
                new Traffic(assignment.copied(), assignment.copiedBytes()));
    }
}
