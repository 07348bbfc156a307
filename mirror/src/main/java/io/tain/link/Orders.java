package io.tain.link;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * What operators have ordered. A paused partition is not read; it stays with its owner, and what was read before is copied
 * and committed. One that is to be moved is not read either until {@link Repositioning} has moved it. Owned by the stream's
 * control thread.
 */
final class Orders {
    private final String link;
    private final Map<TopicPartition, PartitionFlow> flows;
    private final DataPath path;
    private final EventLog events;
    private final Set<TopicPartition> some = new HashSet<>();
    private boolean all;

    /** @param flows the partitions that are owned, as the control thread has them at each time */
    Orders(String link, Map<TopicPartition, PartitionFlow> flows, DataPath path, EventLog events) {
        this.link = link;
        this.flows = flows;
        this.path = path;
        this.events = events;
    }

    void take(Order order) {
        if (order instanceof PauseOrder pause) {
            take(pause);
        } else if (order instanceof MoveOrder move && flows.containsKey(move.partition())) {
            begin(move, flows.get(move.partition()));
        }
    }

    private void begin(MoveOrder order, PartitionFlow flow) {
        boolean halted = flow.phase() == PartitionFlow.Phase.HALTED
                || flow.move().filter(Move::wasHalted).isPresent();
        Optional<String> refusal = order.action() == MoveOrder.Action.SKIP && !halted
                ? Optional.of("only a halted partition has something to skip")
                : flow.cannotMove();
        if (refusal.isPresent()) {
            events.tell(
                    Event.Kind.MOVE_REFUSED,
                    order.partition(),
                    Optional.empty(),
                    "not moved to " + order.to() + ": " + refusal.get());
        } else {
            flow.move(order, path.quieten(flow));
        }
    }

    private void take(PauseOrder order) {
        boolean pause = order.action() == PauseOrder.Action.PAUSE;
        if (order.partition().isEmpty()) {
            all = pause;
            if (!pause) {
                some.clear(); // what was paused by itself, too
            }
        } else if (pause
                ? some.add(order.partition().get())
                : some.remove(order.partition().get())) {
            if (flows.containsKey(order.partition().get())) {
                events.tell(
                        pause ? Event.Kind.PAUSED : Event.Kind.RESUMED,
                        order.partition().get(),
                        Optional.empty(),
                        "by an operator");
            }
        }
        flows.values().forEach(this::apply);
    }

    /** Has a partition follow the orders; to be called for each that is new, too. */
    void apply(PartitionFlow flow) {
        Optional<String> why = reason(flow.partition());
        if (why.isPresent()) {
            boolean news = !flow.isPaused();
            flow.pause(why.get());
            if (news) {
                path.pause(flow);
            }
        } else if (flow.isPaused()) {
            flow.unpause();
            path.resume(flow);
        }
    }

    private Optional<String> reason(TopicPartition partition) {
        if (all) {
            return Optional.of("paused by an operator; resume it with: tain resume " + link);
        }
        return some.contains(partition)
                ? Optional.of(
                        "paused by an operator; resume it with: tain resume " + link + " --partition " + partition)
                : Optional.empty();
    }
}
