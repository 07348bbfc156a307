package io.tain.link;

import io.tain.link.Event.Kind;
import io.tain.link.Event.Offsets;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.LinkStatus.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Notices partitions that should move and don't, whatever the cause: one that is not halted, and not known to be at its end,
 * and of which nothing was acknowledged for a while is STALLED, with an event that names what it waits for, and another
 * event when it moves again. Owned by the stream's control thread.
 */
final class ProgressWatch {
    /** Longer than a request's time-out, a leader's election, or a broker's restart. */
    static final Duration LIMIT = Duration.ofSeconds(60);

    private final EventLog events;
    private final LongSupplier nanoClock;
    private final Map<TopicPartition, Mark> marks = new HashMap<>();

    /** Where a partition was seen first at its place, and whether that has become an event. */
    private record Mark(long committable, long sinceNanos, boolean told) {}

    ProgressWatch(EventLog events, LongSupplier nanoClock) {
        this.events = events;
        this.nanoClock = nanoClock;
    }

    /** The same partitions, some of them STALLED. */
    List<PartitionStatus> observe(List<PartitionStatus> partitions) {
        marks.keySet()
                .retainAll(partitions.stream().map(PartitionStatus::partition).collect(Collectors.toSet()));
        List<PartitionStatus> watched = new ArrayList<>(partitions.size());
        partitions.forEach(status -> watched.add(observe(status)));
        return List.copyOf(watched);
    }

    private PartitionStatus observe(PartitionStatus status) {
        if (status.state() == State.HALTED || status.state() == State.PAUSED) {
            marks.remove(status.partition()); // that has an event of its own
            return status;
        }
        long now = nanoClock.getAsLong();
        Mark mark = marks.get(status.partition());
        if (mark == null || status.committable() != mark.committable() || isAtEnd(status)) {
            if (mark != null && mark.told()) {
                moves(status, mark, now);
            }
            marks.put(status.partition(), new Mark(status.committable(), now, false));
            return status;
        }
        if (now - mark.sinceNanos() < LIMIT.toNanos()) {
            return status;
        }
        String reason = status.reason().orElseGet(() -> guess(status));
        if (!mark.told()) {
            marks.put(status.partition(), new Mark(mark.committable(), mark.sinceNanos(), true));
            events.tell(
                    Kind.STALLED,
                    status.partition(),
                    waiting(status),
                    "nothing was acknowledged for " + LIMIT.toSeconds() + " s, it stands at " + status.committable()
                            + "; waits: " + reason);
        }
        return status.in(State.STALLED, Optional.of(reason));
    }

    private void moves(PartitionStatus status, Mark mark, long now) {
        long seconds = Duration.ofNanos(now - mark.sinceNanos()).toSeconds();
        events.tell(
                Kind.MOVING,
                status.partition(),
                Optional.empty(),
                "moves again after " + seconds + " s, from " + mark.committable() + " to " + status.committable());
    }

    private static boolean isAtEnd(PartitionStatus status) {
        return status.state() == State.RUNNING && status.lag().equals(OptionalLong.of(0));
    }

    private static Optional<Offsets> waiting(PartitionStatus status) {
        if (status.committable() < 0 || status.lag().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Offsets(
                status.committable(), status.committable() + status.lag().getAsLong()));
    }

    /** Neither reader nor writer has a problem of its own with it. */
    private static String guess(PartitionStatus status) {
        return status.position() > status.committable()
                ? "what was read up to " + status.position() + " is not acknowledged by the target"
                : "nothing is read from the source, which has more";
    }
}
