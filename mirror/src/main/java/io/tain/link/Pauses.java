package io.tain.link;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * What an operator has paused. A paused partition is not read; it stays with its owner, and what was read before is copied
 * and committed. Owned by the stream's control thread.
 */
final class Pauses {
    private final String link;
    private final Map<TopicPartition, PartitionFlow> flows;
    private final DataPath path;
    private final EventLog events;
    private final Set<TopicPartition> some = new HashSet<>();
    private boolean all;

    /** @param flows the partitions that are owned, as the control thread has them at each time */
    Pauses(String link, Map<TopicPartition, PartitionFlow> flows, DataPath path, EventLog events) {
        this.link = link;
        this.flows = flows;
        this.path = path;
        this.events = events;
    }

    void take(PauseOrder order) {
        boolean pause = order.action() == PauseOrder.Action.PAUSE;
        if (order.partition().isEmpty()) {
            all = pause;
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
