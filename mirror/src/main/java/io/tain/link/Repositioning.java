package io.tain.link;

import io.tain.config.BreakPolicies;
import io.tain.config.BreakPolicies.Lost;
import io.tain.config.BreakPolicies.Recreated;
import io.tain.config.BreakPolicies.Truncated;
import io.tain.config.LinkConfig;
import io.tain.link.Event.Kind;
import io.tain.link.Event.Offsets;
import io.tain.link.MoveOrder.Where;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.TopicIds;
import io.tain.source.LogBreak;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of partitions whose source no longer has their position: by policy they halt, or go on elsewhere; and
 * of those that an operator moves. They go on only when all that was read is acknowledged and the new position is committed, and not without an event.
 *
 * <p>Owned by the stream's control thread, whose consumer it asks.
 */
final class Repositioning {
    private static final Logger LOG = LoggerFactory.getLogger(Repositioning.class);
    private static final Duration ASK = Duration.ofSeconds(5);
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofSeconds(1);

    private final BreakPolicies policies;
    private final Resuming resuming;
    private final Consumer<?, ?> consumer;
    private final DataPath path;
    private final EventLog events;
    private final Pace pace;
    private final SourceOutlook outlook;
    private long notBeforeNanos;

    Repositioning(LinkConfig config, Consumer<?, ?> consumer, DataPath path, EventLog events, Pace pace) {
        this.policies = config.source().breaks();
        this.resuming = new Resuming(config);
        this.consumer = consumer;
        this.path = path;
        this.events = events;
        this.pace = pace;
        this.outlook = new SourceOutlook(consumer, pace);
        this.notBeforeNanos = pace.nanoTime();
    }

    /**
     * What was found about a partition, and what to do.
     *
     * @param kind the event's
     * @param offsets the source offsets that it is about
     * @param what what happened
     * @param next where to go on and what that means; empty to halt
     * @param remedy how to resume by hand
     */
    private record Finding(Kind kind, Offsets offsets, String what, Optional<Next> next, String remedy) {}

    private record Next(Position position, TopicIds topics, String text) {}

    /** Decides about those of the partitions that are broken off, as far as it can now. */
    void decide(Collection<PartitionFlow> flows) {
        outlook.maybeLook(flows);
        List<PartitionFlow> due = flows.stream().filter(this::isDue).toList();
        if (due.isEmpty() || pace.nanoTime() - notBeforeNanos < 0) {
            return;
        }
        Set<TopicPartition> partitions =
                due.stream().map(PartitionFlow::partition).collect(Collectors.toSet());
        try {
            Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions, ASK);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ASK);
            Map<PartitionFlow, Finding> moves = new LinkedHashMap<>();
            for (PartitionFlow flow : due) {
                decide(flow, starts.get(flow.partition()), ends.get(flow.partition()), moves);
            }
            move(moves);
        } catch (KafkaException e) {
            LOG.warn("can't find out where {} can be read on: {}; trying again", partitions, e.toString());
            due.stream()
                    .filter(flow -> flow.phase() != PartitionFlow.Phase.HALTED) // one that was decided about knows why
                    .forEach(flow -> flow.setReason("can't find out where it can be read on: " + e));
            notBeforeNanos = pace.nanoTime() + PAUSE_AFTER_ERROR.toNanos();
        }
    }

    private boolean isDue(PartitionFlow flow) {
        return switch (flow.phase()) {
            case MOVING -> flow.isSettled();
            case BROKEN -> flow.isSettled() || !mayGoOn(flow.found());
            default -> false;
        };
    }

    /** Whether a policy may let the partition go on; then all that was read must be acknowledged first. */
    private boolean mayGoOn(LogBreak found) {
        return switch (found.kind()) {
            case OUT_OF_RANGE -> policies.lost() != Lost.HALT || policies.truncated() != Truncated.HALT;
            case DIVERGED -> policies.truncated() != Truncated.HALT;
            case RECREATED -> policies.recreated() != Recreated.HALT;
        };
    }

    private void decide(PartitionFlow flow, long start, long end, Map<PartitionFlow, Finding> moves) {
        if (flow.move().isPresent()) {
            ordered(flow, flow.move().get(), new Offsets(start, end), moves);
            return;
        }
        LogBreak found = flow.found();
        Finding finding;
        if (found.kind() == LogBreak.Kind.RECREATED) {
            finding = recreated(flow, start);
        } else if (found.kind() == LogBreak.Kind.DIVERGED) {
            finding = truncated(flow, Math.min(found.cutAt(), found.position()), end);
        } else if (found.position() < start) {
            finding = lost(flow, start);
        } else if (found.position() > end) {
            finding = truncated(flow, end, end);
        } else {
            LOG.info("{}@{} is within the source's log after all; reading on", flow.partition(), found.position());
            path.abandon(flow.assignment().orElseThrow());
            flow.restart();
            return;
        }
        if (finding.next().isPresent() && flow.isSettled()) {
            moves.put(flow, finding);
        } else if (finding.next().isEmpty()) {
            flow.halt(events, Optional.of(finding.offsets()), finding.what() + "; " + finding.remedy());
            flow.tellFound();
        }
    }

    /** @param log what the source has */
    private void ordered(PartitionFlow flow, Move move, Offsets log, Map<PartitionFlow, Finding> moves) {
        Where where = move.order().to();
        Position standing = flow.standing();
        long from = standing.offset();
        long to = switch (where.kind()) {
            case OFFSET -> where.value();
            case FORWARD -> from + where.value();
            case TIMESTAMP -> atTime(flow.partition(), where.value()).orElse(log.next());
            case EARLIEST -> log.first();
            case LATEST -> log.next();
            case CURRENT -> from;
        };
        boolean back = to <= from && move.order().action() == MoveOrder.Action.SKIP;
        // Where it stands may have been deleted meanwhile: then that is found out, and told, when it is read there.
        boolean outside = where.kind() != Where.Kind.CURRENT && (to < log.first() || to > log.next());
        if (back || outside) {
            String why = back
                    ? "it stands at " + from + ", and skipping goes forward"
                    : "the source has offsets from " + log.first() + " to " + log.next();
            flow.stay();
            if (!flow.isPaused()) {
                path.resume(flow);
            }
            events.tell(
                    Kind.MOVE_REFUSED,
                    flow.partition(),
                    Optional.empty(),
                    "not moved to " + where + (where.kind() == Where.Kind.OFFSET ? "" : ", which is " + to) + ": "
                            + why);
            return;
        }
        long again = Math.min(from, log.next()) - to;
        String text = to > from
                ? "the offsets from " + from + " to " + to + " are not copied, " + (to - from) + " of them"
                : again > 0 ? again + " offsets from " + to + " on are copied again" : "nothing is passed over";
        TopicIds ids = move.wasHalted() ? flow.idsAfterHalt() : flow.ids();
        moves.put(
                flow,
                new Finding(
                        Kind.MOVED,
                        new Offsets(Math.min(from, to), Math.max(from, to)),
                        "moved by an operator from " + from + " to " + to,
                        Optional.of(new Next(new Position(to, to == from ? standing.leaderEpoch() : -1), ids, text)),
                        ""));
    }

    private OptionalLong atTime(TopicPartition partition, long ms) {
        OffsetAndTimestamp found =
                consumer.offsetsForTimes(Map.of(partition, ms), ASK).get(partition);
        return found == null ? OptionalLong.empty() : OptionalLong.of(found.offset());
    }

    private static Next next(PartitionFlow flow, Position position, Uuid sourceTopic, String text) {
        return new Next(position, new TopicIds(sourceTopic, flow.ids().target()), text);
    }

    private Finding lost(PartitionFlow flow, long start) {
        Offsets lost = new Offsets(flow.found().position(), start);
        String what = "retention on the source deleted " + lost.count() + " offsets before they were copied, from "
                + place(flow) + ": the log now begins at " + start;
        Optional<Next> next = policies.lost() == Lost.HALT
                ? Optional.empty()
                : Optional.of(next(flow, new Position(start, -1), flow.ids().source(), "goes on at " + start));
        return new Finding(
                Kind.LOST,
                lost,
                what,
                next,
                resuming.at(flow.partition(), start) + "; or set on.lost=jump and restart");
    }

    private Finding truncated(PartitionFlow flow, long cut, long end) {
        long position = flow.found().position();
        long onward = Math.min(position, Math.max(cut, end));
        // With it, who reads on there notices if the log was cut off once more, below that, before anything was read.
        int leaderEpoch = flow.found().leaderEpoch();
        String what =
                "the source's log was cut off below " + place(flow) + ", as an unclean leader election does: up to "
                        + cut + " it is what was copied, and it now ends at " + end;
        Optional<Next> next = switch (policies.truncated()) {
            case HALT -> Optional.empty();
            case REWIND ->
                Optional.of(next(
                        flow,
                        new Position(cut, leaderEpoch),
                        flow.ids().source(),
                        "goes back to " + cut + "; " + (position - cut)
                                + " offsets are on the target that the source has lost"));
            case CONTINUE ->
                Optional.of(next(
                        flow,
                        new Position(onward, leaderEpoch),
                        flow.ids().source(),
                        "goes on at " + onward + "; the " + (onward - cut) + " offsets that the source has from " + cut
                                + " are not copied"));
        };
        return new Finding(
                Kind.TRUNCATED,
                new Offsets(cut, position),
                what,
                next,
                // What was read below the cut may not be copied yet when the operator does that.
                resuming.at(flow.partition(), Math.min(cut, flow.acknowledged().offset()))
                        + "; or set on.truncated=rewind or continue and restart");
    }

    private Finding recreated(PartitionFlow flow, long start) {
        LogBreak found = flow.found();
        String what = place(flow) + ": the topic was deleted and created again on the source, its id was "
                + found.oldTopic() + " and is now " + found.newTopic();
        Optional<Next> next = policies.recreated() == Recreated.HALT
                ? Optional.empty()
                : Optional.of(next(
                        flow,
                        new Position(start, -1),
                        found.newTopic(),
                        "copies the new topic from " + start + ", behind what the target has of the old"));
        return new Finding(
                Kind.RECREATED,
                new Offsets(start, Math.max(start, found.position())),
                what,
                next,
                resuming.fromTheBeginning(flow.partition()) + "; or set on.recreated=restart and restart");
    }

    private static String place(PartitionFlow flow) {
        return flow.partition() + "@" + flow.found().position();
    }

    /** The new positions are committed before anything is read there, so that a crash can't undo the decision. */
    private void move(Map<PartitionFlow, Finding> moves) {
        if (moves.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new LinkedHashMap<>();
        moves.forEach((flow, finding) -> {
            Next next = finding.next().orElseThrow();
            offsets.put(flow.partition(), next.topics().commit(next.position()));
        });
        moves.forEach((flow, finding) -> {
            if (flow.moveOn(finding.offsets())) {
                events.tell(
                        finding.kind(),
                        flow.partition(),
                        Optional.of(finding.offsets()),
                        finding.what() + "; " + finding.next().orElseThrow().text());
            }
        });
        // Only now: of a commit that fails it is not known whether it counts, and the next owner would say nothing.
        events.flush(); // what these positions pass over
        consumer.commitSync(offsets, ASK);
        moves.keySet().forEach(flow -> {
            flow.assignment().ifPresent(path::abandon);
            if (flow.move().filter(Move::wasHalted).isPresent()) {
                path.lookAgain(flow.partition());
            }
            flow.reassign();
        });
    }
}
