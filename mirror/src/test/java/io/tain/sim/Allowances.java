package io.tain.sim;

import io.tain.config.BreakPolicies.Recreated;
import io.tain.link.Event.Kind;
import io.tain.sim.Checker.Position;
import io.tain.sim.SimRecord.State;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** What a mirror may do though it would else break a promise: what an operator has ordered, and what follows from what nobody can know. */
final class Allowances {
    private final World world;
    private final Map<TopicPartition, Ordered> ordered = new HashMap<>();
    private final Set<TopicPartition> committed = new HashSet<>();

    /** @param moves that had been told of the partition before */
    private record Ordered(long offset, long moves) {}

    Allowances(World world) {
        this.world = world;
    }

    /** An operator has the mirror that owns the partition go on at an offset. */
    void onOrdered(TopicPartition partition, long offset) {
        committed.remove(partition);
        ordered.put(partition, new Ordered(offset, moves(partition)));
    }

    /** Whether a commit is the one of a move that was ordered, and told of. It may be tried again. */
    boolean isOrdered(TopicPartition partition, long offset) {
        Ordered order = ordered.get(partition);
        boolean isIt = order != null && moves(partition) > order.moves && offset == order.offset;
        if (isIt) {
            committed.add(partition);
        } else if (committed.remove(partition)) {
            ordered.remove(partition); // and it goes on behind
        }
        return isIt;
    }

    private long moves(TopicPartition partition) {
        return world.events(partition, Set.of(Kind.MOVED)).count();
    }

    /** A position that does not tell its topic counts as one in the topic that another partition's tells, which may be gone. */
    boolean isTakenForOlder(SourceLog log, Position before, Position committed) {
        return before.topic().equals(Uuid.ZERO_UUID)
                && committed.offset() == log.start()
                && world.breaks.recreated() == Recreated.RESTART
                && world.events(log.partition, Set.of(Kind.RECREATED)).findAny().isPresent();
    }

    /**
     * Whether an election put it in the place of something copied, and retention then took it and more: with it went the epoch that would
     * have told of the election, so nobody can know of more than was lost from the position on.
     */
    boolean isBelowLoss(SimRecord record) {
        boolean isReplacement = world.source.log(record.partition).records.subList(0, record.birth).stream()
                .anyMatch(before -> before.state == State.TRUNCATED && before.copied && before.offset >= record.offset);
        return record.state == State.EXPIRED
                && isReplacement
                && world.told(record.partition, Set.of(Kind.LOST, Kind.HALTED))
                        .anyMatch(lost -> lost.first() > record.offset);
    }

    /** Whether retention took it before its topic, which was created again, was begun; anew, if a commit failed as far as one knows. */
    boolean isBelowRestart(SimRecord record) {
        return record.state == State.EXPIRED
                && world.told(record.partition, Set.of(Kind.RECREATED))
                        .anyMatch(begun -> begun.first() > record.offset);
    }
}
