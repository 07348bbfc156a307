package io.tain.link;

import io.tain.link.Repeats.Cause;
import io.tain.link.TakeoverDesk.Origin;
import io.tain.link.TakeoverDesk.Request;
import io.tain.offset.MapChunk.Run;
import io.tain.offset.MapView;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.TopicIds;
import io.tain.state.Checkpoint;
import io.tain.state.Checkpoint.Phase;
import io.tain.state.Checkpoint.Producer;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * Where a take-over begins to look for its place, by all that is known before it looks at logs. Immutable; made without I/O.
 *
 * @param known the checkpoint or commit that counts
 * @param walkFrom where a look at the logs begins: at what the offset map knows if that is before, so that it has no gap
 * @param ids which topics these speak of
 * @param afresh whether nothing that the target has counts as a copy
 * @param producers who has written the copy, the latest last
 * @param letGo whether nothing was copied behind {@code known}: the last owner has let the partition go there
 * @param repeats what has to be told: that records are or may be copied again
 * @param undecided why nobody can tell where the copy goes on, so that an operator has to decide
 */
record TakeoverStart(
        Position known,
        Position walkFrom,
        TopicIds ids,
        boolean afresh,
        List<Producer> producers,
        boolean letGo,
        Optional<Repeats> repeats,
        Optional<String> undecided) {
    TakeoverStart {
        producers = List.copyOf(producers);
    }

    /** The target's log of the partition: where it begins and ends. */
    record Log(long start, long end) {}

    /** @param stored what the state topic has; of topics that may be gone */
    static TakeoverStart of(Request request, Optional<Checkpoint> stored, TakeoverMaps maps, Log target) {
        Position committed = request.committed();
        List<Producer> producers = stored.map(Checkpoint::producers).orElse(List.of());
        Optional<Checkpoint> checkpoint = stored.filter(
                found -> !TopicIds.differ(found.targetTopic(), request.ids().target())
                        && !TopicIds.differ(found.sourceTopic(), request.ids().source()));
        long marked = request.origin() == Origin.MARKED ? committed.targetOffset() : -1;
        if (request.origin() == Origin.CHOSEN || (checkpoint.isEmpty() && marked < 0)) {
            Position end = new Position(committed.offset(), committed.leaderEpoch(), target.end());
            Optional<Repeats> repeats = request.origin() == Origin.NONE && target.end() > target.start()
                    ? Optional.of(new Repeats(Cause.NO_COMMIT, committed, target, MapView.EMPTY))
                    : Optional.empty();
            return new TakeoverStart(
                    end, end, request.ids(), true, producers, isLetGo(stored, committed), repeats, Optional.empty());
        }
        Position known = committed;
        TopicIds ids = request.ids();
        boolean letGo = isLetGo(stored, committed);
        Optional<Repeats> repeats = Optional.empty();
        if (checkpoint.isPresent() && checkpoint.get().targetOffset() >= marked) {
            Checkpoint best = checkpoint.get();
            boolean committedMore = marked == best.targetOffset() && committed.offset() > best.sourceOffset();
            if (!committedMore) { // else what lies between was passed by, and nothing of it copied
                known = new Position(best.sourceOffset(), best.leaderEpoch(), best.targetOffset());
            }
            ids = new TopicIds(
                    request.origin() == Origin.NONE ? best.sourceTopic() : ids.source(),
                    request.ids().target());
        } else if (checkpoint.isEmpty()) {
            letGo = false; // of other topics of these names
            repeats = Optional.of(new Repeats(Cause.NO_CHECKPOINT, known, target, MapView.EMPTY));
        }
        TakeoverStart start = new TakeoverStart(known, known, ids, false, producers, letGo, repeats, Optional.empty());
        if (request.origin() == Origin.NONE
                && ids.source().equals(Uuid.ZERO_UUID)
                && known.offset() != committed.offset()) {
            return start.undecided("no commit is left, and the checkpoint (source offset " + known.offset()
                    + ") does not tell which topic it is of: it may have been another of the same name");
        }
        if (known.targetOffset() > target.end()) {
            return start.afterLoss(maps.of(request.partition(), ids), target);
        }
        if (known.targetOffset() < target.start()) {
            return start.undecided("the target's log begins at offset " + target.start() + ", behind the checkpoint's "
                    + known.targetOffset() + " (source offset " + known.offset()
                    + "): what was copied since has been deleted there and can't be counted");
        }
        return letGo ? start : start.walkingFrom(maps.of(request.partition(), ids), target);
    }

    private static boolean isLetGo(Optional<Checkpoint> stored, Position committed) {
        return stored.filter(
                        found -> found.phase() == Phase.RELEASED && found.targetOffset() >= committed.targetOffset())
                .isPresent();
    }

    /** The last owner, if it has let the partition go. */
    Optional<Producer> released() {
        return letGo && !producers.isEmpty() ? Optional.of(producers.get(producers.size() - 1)) : Optional.empty();
    }

    /** A map is stored as often as checkpoints are, but may be a second older: what lies between is to be found, too. */
    private TakeoverStart walkingFrom(MapView map, Log target) {
        Position from = map.placeAt(known.targetOffset())
                .filter(place -> place.offset() <= known.offset() && place.targetOffset() >= target.start())
                .filter(place -> place.offset() < known.offset() || place.targetOffset() < known.targetOffset())
                .orElse(known);
        return new TakeoverStart(known, from, ids, afresh, producers, letGo, repeats, undecided);
    }

    /**
     * The target has lost what was copied last. The copy goes on behind the last record that the map has below the target's end, if that
     * record is still there: who finds another one in its place does not know what else was lost.
     */
    private TakeoverStart afterLoss(MapView map, Log target) {
        Repeats lost = new Repeats(Cause.TARGET_LOST, known, target, map);
        Optional<Position> last = map.lastBelow(target.end())
                .filter(record -> record.target() >= target.start())
                .map(TakeoverStart::before);
        if (last.isEmpty()) {
            return undecided(lost.loss() + ", and the offset map does not tell which was the last that it has");
        }
        return new TakeoverStart(
                last.get(), last.get(), ids, false, producers, false, Optional.of(lost), Optional.empty());
    }

    private static Position before(Run record) {
        return new Position(record.source(), -1, record.target());
    }

    private TakeoverStart undecided(String why) {
        return new TakeoverStart(known, walkFrom, ids, afresh, producers, letGo, repeats, Optional.of(why));
    }

    /** Whether the look at the logs may begin once more, at the checkpoint, if it can't begin at the map's end. */
    boolean mayBeginLater() {
        return !walkFrom.equals(known);
    }

    /** Whether nothing is known but what is found where the look begins. */
    boolean isAfterLoss() {
        return repeats.filter(what -> what.cause() == Cause.TARGET_LOST).isPresent();
    }

    /** The same, with a look that begins at the checkpoint. */
    TakeoverStart fromCheckpoint() {
        return new TakeoverStart(known, known, ids, afresh, producers, letGo, repeats, undecided);
    }
}
