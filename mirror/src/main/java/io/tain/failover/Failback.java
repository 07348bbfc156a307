package io.tain.failover;

import io.tain.config.Delivery;
import io.tain.config.LinkConfig;
import io.tain.failover.FailbackReport.Row;
import io.tain.failover.FailoverFailure.Reason;
import io.tain.failover.FailoverReport.End;
import io.tain.failover.FailoverReport.PartitionRow;
import io.tain.failover.ReturnPlan.Back;
import io.tain.failover.ReturnPlan.Ended;
import io.tain.offset.InverseMap;
import io.tain.offset.MapChunk;
import io.tain.offset.MapView;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.StoredChunk;
import io.tain.offset.TopicIds;
import io.tain.state.Checkpoint;
import io.tain.state.FailoverEntry;
import io.tain.state.LinkEntry;
import io.tain.state.StateKey;
import io.tain.verify.TailCheck;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Gives a link in the opposite direction its place, by where a link ended that was failed over: so it copies what is new on its source, and
 * knows where all that was copied before is. It can't run before all of that is written. Used by one thread.
 */
public final class Failback implements AutoCloseable {
    private final LinkClusters ended;
    private final LinkClusters back;
    private final Left left;
    private final Operator operator;
    private final LongSupplier clockMs;

    /** What becomes of records that the failed-over link did not mirror. */
    public enum Left {
        REFUSE,
        /** They stay where they are, in front of what comes. */
        STAY
    }

    /**
     * @param link that was failed over
     * @param reverse the link in the opposite direction
     * @param clockMs the time in milliseconds since the epoch
     */
    public Failback(LinkConfig link, LinkConfig reverse, Left left, Operator operator, LongSupplier clockMs)
            throws FailoverFailure {
        this.ended = LinkClusters.open(link);
        this.back = LinkClusters.open(reverse);
        this.left = left;
        this.operator = operator;
        this.clockMs = clockMs;
    }

    /** Changes nothing; tells what would be done. */
    public FailbackReport plan() throws FailoverFailure, InterruptedException {
        preflight();
        List<PartitionRow> rows = rows();
        ReturnPlan plan = plan(rows);
        if (plan.verdict() == ReturnPlan.Verdict.WRITE) {
            operator.tell(
                    "plan",
                    "would give link " + name(back) + " its places in "
                            + plan.checkpoints().size() + " partitions");
        }
        return report(rows, plan);
    }

    /** Does it; returns where the other link begins. */
    public FailbackReport execute() throws FailoverFailure, InterruptedException {
        preflight();
        List<PartitionRow> rows = rows();
        ReturnPlan plan = plan(rows);
        boolean isReturning = back.kept()
                .failover()
                .filter(found -> found.phase() == FailoverEntry.Phase.RETURNING)
                .isPresent();
        if (plan.verdict() == ReturnPlan.Verdict.WRITE) {
            write(plan.checkpoints(), rows);
        } else if (isReturning) {
            back.write(Optional.empty()); // it was faster than a command that was killed then
        }
        operator.tell("report", "link " + name(back) + " may run; start it, and then its consumers and producers");
        return report(rows, plan);
    }

    private static String name(LinkClusters clusters) {
        return clusters.link().name();
    }

    private void preflight() throws FailoverFailure, InterruptedException {
        ended.readState();
        LinkEntry entry = ended.entry();
        Optional<FailoverEntry> failover = ended.kept().failover();
        if (failover.filter(found -> found.phase() == FailoverEntry.Phase.DONE).isEmpty()) {
            throw new FailoverFailure(
                    Reason.GATE,
                    failover.isEmpty()
                            ? "link " + name(ended) + " has not been failed over; run tain failover first"
                            : ended.kept().refusal().orElseThrow() + "; run tain failover to its end first");
        }
        String here = LinkClusters.of(Reason.TARGET, ended.target()::id);
        String there = LinkClusters.of(Reason.SOURCE, ended.source()::id);
        String backFrom = LinkClusters.of(Reason.TARGET, back.source()::id);
        String backTo = LinkClusters.of(Reason.SOURCE, back.target()::id);
        boolean opposite = backFrom.equals(here) && backTo.equals(there);
        if (!opposite || !entry.source().equals(there) || !entry.target().equals(here)) {
            throw new FailoverFailure(
                    Reason.CONFIGURATION,
                    "link " + name(back) + " is not the way back of link " + name(ended)
                            + ": that one copied from cluster "
                            + entry.source() + " to " + entry.target() + ", and this one copies from " + backFrom
                            + " to "
                            + backTo);
        }
        if (backRuns()) {
            throw new FailoverFailure(
                    Reason.GATE,
                    "the group " + back.link().groupId() + " of link " + name(back)
                            + " has members; end its processes first");
        }
        operator.tell(
                "preflight",
                "link " + name(ended) + " was failed over at "
                        + Instant.ofEpochMilli(failover.orElseThrow().timeMs()) + "; link " + name(back)
                        + " is its way back, and does not run");
    }

    private boolean backRuns() throws FailoverFailure, InterruptedException {
        return !LinkClusters.of(
                        Reason.TARGET, () -> back.source().members(back.link().groupId()))
                .isEmpty();
    }

    private List<PartitionRow> rows() throws FailoverFailure, InterruptedException {
        Set<String> topics =
                ended.checkpoints().keySet().stream().map(TopicPartition::topic).collect(Collectors.toSet());
        try (TailCheck tails = LinkClusters.of(Reason.SOURCE, () -> new TailCheck(ended.link(), topics, clockMs))) {
            return new Places(ended).byBothSides(tails);
        } catch (KafkaException e) {
            throw new FailoverFailure(Reason.GATE, "the logs can't be looked at: " + e.getMessage(), e);
        }
    }

    private ReturnPlan plan(List<PartitionRow> rows) throws FailoverFailure, InterruptedException {
        Map<TopicPartition, Checkpoint> checkpoints = ended.checkpoints();
        Map<TopicPartition, Checkpoint> before = readBack();
        Map<TopicPartition, Long> logEnds = logEnds(checkpoints.keySet());
        Map<TopicPartition, Ended> all = new HashMap<>();
        List<String> without = new ArrayList<>();
        for (PartitionRow row : rows) {
            TopicPartition partition = row.partition();
            if (row.end() == End.NONE) {
                continue; // the other link copies it from its beginning
            }
            if (!back.link().topics().matches(partition.topic())) {
                without.add(partition.toString());
                continue;
            }
            if (!logEnds.containsKey(partition)) {
                throw new FailoverFailure(
                        Reason.SOURCE, "the source does not tell where " + partition + " ends; run this again");
            }
            if (row.end() == End.CHECKPOINT && ended.link().state().delivery() != Delivery.EXACTLY_ONCE) {
                throw new FailoverFailure(
                        Reason.GATE, "where the copy of " + partition + " ended can't be told; run this again");
            }
            all.put(
                    partition,
                    new Ended(
                            checkpoints.get(partition),
                            new TailCheck.End(
                                    row.source().getAsLong(), row.target().getAsLong()),
                            Optional.ofNullable(before.get(partition)),
                            logEnds.get(partition)));
        }
        if (!without.isEmpty()) {
            operator.warn(
                    "plan",
                    "link " + name(back) + " does not mirror " + Failover.some(without) + ": these do not come back");
        }
        Back state = back.kept().refusal().isPresent() ? Back.FAILED_OVER : Back.MAY_RUN;
        ReturnPlan plan = ReturnPlan.of(all, state, clockMs.getAsLong());
        judge(plan, rows);
        return plan;
    }

    private void judge(ReturnPlan plan, List<PartitionRow> rows) throws FailoverFailure, InterruptedException {
        switch (plan.verdict()) {
            case OWN_PLACES ->
                throw new FailoverFailure(
                        Reason.GATE,
                        "link " + name(back) + " has places of its own in " + Stopping.some(plan.why())
                                + ", from before, and was not failed over: start it as it is, or fail it over first");
            case DONE ->
                operator.tell(
                        "plan",
                        "done before: link " + name(back)
                                + " has been given its place, or has copied from there on, in "
                                + Stopping.some(plan.why()));
            case WRITE -> {
                refuseLeft(rows);
                warnOfRetention(plan.checkpoints());
            }
        }
    }

    private void refuseLeft(List<PartitionRow> rows) throws FailoverFailure {
        List<String> unmirrored = rows.stream()
                .filter(row -> row.left().orElse(0) > 0 && row.leftRecords().orElse(1) > 0)
                .map(row -> row.partition() + " from offset " + row.source().orElse(0) + " on ("
                        + (row.leftRecords().isPresent()
                                ? row.leftRecords().getAsLong() + " records)"
                                : row.left().getAsLong() + " offsets)"))
                .toList();
        if (unmirrored.isEmpty()) {
            return;
        }
        if (left == Left.REFUSE) {
            throw new FailoverFailure(
                    Reason.GATE,
                    "records on the source of link " + name(ended) + " were never mirrored: "
                            + String.join(", ", unmirrored) + "; copy what is needed of them by hand, then add"
                            + " --leave-unmirrored: they stay on that side only");
        }
        unmirrored.forEach(what -> operator.warn("plan", "stays on that side only: " + what));
    }

    private void warnOfRetention(Map<TopicPartition, Checkpoint> places) throws FailoverFailure, InterruptedException {
        Map<TopicPartition, Long> starts = LinkClusters.of(
                Reason.TARGET,
                () -> ended.target().offsets(places.keySet(), OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED));
        places.forEach((partition, place) -> {
            long start = starts.getOrDefault(partition, 0L);
            if (start > place.sourceOffset()) {
                operator.warn(
                        "plan",
                        partition + ": offsets " + place.sourceOffset() + " to " + start
                                + " are deleted already, and can't come back; on.lost says what link " + name(back)
                                + " does then");
            }
        });
    }

    /** What the other link has kept; nothing if its state topic is not there yet. */
    private Map<TopicPartition, Checkpoint> readBack() throws FailoverFailure, InterruptedException {
        String name = back.kept().topic().name();
        boolean exists = !LinkClusters.of(Reason.SOURCE, () -> back.target().topics(name::equals))
                .isEmpty();
        if (exists) {
            back.readState();
        }
        return back.checkpoints();
    }

    private Map<TopicPartition, Long> logEnds(Set<TopicPartition> partitions)
            throws FailoverFailure, InterruptedException {
        return LinkClusters.of(
                Reason.SOURCE,
                () -> back.target().offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED));
    }

    private void write(Map<TopicPartition, Checkpoint> places, List<PartitionRow> rows)
            throws FailoverFailure, InterruptedException {
        Optional<String> problem = back.kept().topic().prepare(back.targetAdmin());
        if (problem.isPresent()) {
            throw new FailoverFailure(Reason.SOURCE, problem.get());
        }
        long nowMs = clockMs.getAsLong();
        Optional<FailoverEntry> before = back.kept().failover();
        FailoverEntry entry = before.orElseGet(() -> new FailoverEntry(FailoverEntry.Phase.RETURNING, nowMs, nowMs));
        back.write(Optional.of(entry.in(FailoverEntry.Phase.RETURNING, nowMs)));
        if (backRuns()) { // it has looked before it could see that it must not
            back.write(before);
            throw new FailoverFailure(
                    Reason.GATE,
                    "link " + name(back) + " was started meanwhile; end its processes, and run this again");
        }
        operator.tell("places", "writing them for link " + name(back) + ", which can't run before that is done");
        Map<StateKey, byte[]> records = new HashMap<>();
        places.forEach((partition, place) ->
                records.put(new StateKey(StateKey.Kind.CHECKPOINT, name(back), partition), place.encode()));
        back.write(records);
        writeMaps(places, rows);
        commit(places);
        back.write(Optional.empty());
        operator.tell("places", "done: " + places.size() + " partitions");
    }

    private void writeMaps(Map<TopicPartition, Checkpoint> places, List<PartitionRow> rows) throws FailoverFailure {
        Map<TopicPartition, MapView> maps = new Places(ended).maps();
        Map<StateKey, byte[]> old =
                back.kept().find(key -> key.kind() == StateKey.Kind.MAP && places.containsKey(key.partition()));
        for (PartitionRow row : rows) {
            TopicPartition partition = row.partition();
            if (!places.containsKey(partition)) {
                continue;
            }
            Checkpoint place = places.get(partition);
            Map<StateKey, byte[]> records = new HashMap<>();
            old.keySet().stream()
                    .filter(key -> key.partition().equals(partition))
                    .forEach(key -> records.put(key, null));
            MapView inverse = InverseMap.of(
                    maps.getOrDefault(partition, MapView.EMPTY),
                    row.source().getAsLong(),
                    row.target().getAsLong());
            List<MapChunk> chunks = inverse.chunks();
            for (int i = 0; i < chunks.size(); i++) {
                records.put(
                        new StateKey(StateKey.Kind.MAP, name(back), partition, inverse.firstChunk() + i),
                        new StoredChunk(place.sourceTopic(), place.targetTopic(), chunks.get(i)).encode());
            }
            back.write(records);
        }
    }

    /** With its place in the text, so that a take-over goes by it, and with any delivery the copy begins there. */
    private void commit(Map<TopicPartition, Checkpoint> places) throws FailoverFailure, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> commits = new TreeMap<>(KeptMaps.ORDER);
        places.forEach((partition, place) -> commits.put(
                partition,
                new TopicIds(place.sourceTopic(), place.targetTopic())
                        .mark(new Position(place.sourceOffset(), -1, place.targetOffset()))));
        String group = back.link().groupId();
        try {
            back.sourceAdmin()
                    .alterConsumerGroupOffsets(group, commits, new AlterConsumerGroupOffsetsOptions().timeoutMs((int)
                                    LinkClusters.LIMIT.toMillis()))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new FailoverFailure(
                    Reason.TARGET,
                    "the positions of group " + group + " can't be committed: "
                            + e.getCause().getMessage() + "; run this again",
                    e);
        }
    }

    private static FailbackReport report(List<PartitionRow> rows, ReturnPlan plan) {
        List<Row> all = new ArrayList<>();
        for (PartitionRow row : rows) {
            Checkpoint place = plan.checkpoints().get(row.partition());
            if (place != null) {
                all.add(new Row(
                        row.partition(), place.sourceOffset(), place.targetOffset(), row.left(), row.leftRecords()));
            }
        }
        return new FailbackReport(all);
    }

    @Override
    public void close() {
        back.close();
        ended.close();
    }
}
