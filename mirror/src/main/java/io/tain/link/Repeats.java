package io.tain.link;

import io.tain.link.Event.Kind;
import io.tain.link.Event.Offsets;
import io.tain.offset.MapView;
import io.tain.offset.OffsetTracker.Position;
import io.tain.wire.ProducerIdentity;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * That records are copied again after a take-over, or may be. Immutable.
 *
 * @param cause why
 * @param known the commit or checkpoint that there is
 * @param target the target's log before the take-over
 * @param map the offset map, as far as it bears on it
 */
record Repeats(Cause cause, Position known, TakeoverStart.Log target, MapView map) {
    enum Cause {
        /** The state topic has none, so the commit counts. */
        NO_CHECKPOINT,
        /** There is neither, and the target has something already. */
        NO_COMMIT,
        /** The target's log ends before the checkpoint. */
        TARGET_LOST
    }

    /** Whether it is so for who was given this identity: the first owner of all has copied nothing before. */
    boolean isOf(ProducerIdentity owner) {
        return cause != Cause.NO_COMMIT || owner.epoch() > 0;
    }

    /**
     * @param place where the copy goes on
     * @param copies records that were found copied behind {@link #known}
     * @param others offsets of the target behind it that nobody knows the writers of
     */
    void tell(EventLog events, TopicPartition partition, Position place, long copies, long others) {
        switch (cause) {
            case NO_CHECKPOINT ->
                events.tell(
                        Kind.STATE_LOST,
                        partition,
                        Optional.of(new Offsets(place.offset(), place.offset() + others)),
                        "the state topic has no checkpoint of it, so the group's last commit counts: source offset "
                                + known.offset() + ", target offset " + known.targetOffset() + "; " + copies
                                + " records behind it were copied already, and the copy goes on at source offset "
                                + place.offset() + "; " + others
                                + " records may be copied again, as many as others have written there");
            case NO_COMMIT -> {
                long count = target.end() - target.start();
                events.tell(
                        Kind.STATE_LOST,
                        partition,
                        Optional.of(new Offsets(place.offset(), place.offset() + count)),
                        "neither the state topic has a checkpoint of it nor the group a commit, though this link has copied it"
                                + " before: it is copied from the source's beginning, offset " + place.offset()
                                + ", behind what the target has, offsets " + target.start() + " to " + target.end()
                                + ": " + count + " records may be copied again");
            }
            case TARGET_LOST ->
                events.tell(
                        Kind.TARGET_LOST,
                        partition,
                        Optional.of(new Offsets(place.offset(), known.offset())),
                        "the target has lost offsets " + target.end() + " to " + known.targetOffset()
                                + ", which it had acknowledged; the copy goes on at source offset " + place.offset()
                                + ": " + count(place) + " are copied anew, source offsets " + place.offset() + " to "
                                + known.offset());
        }
    }

    /** What the target has lost. */
    String loss() {
        return "the target's log ends at offset " + target.end() + ", before the checkpoint's " + known.targetOffset()
                + " (source offset " + known.offset() + "): it has lost records that it had acknowledged";
    }

    private String count(Position place) {
        return map.covered() < known.offset()
                ? "at most " + (known.offset() - place.offset()) + " records"
                : map.recordsFrom(target.end()) + " records";
    }
}
