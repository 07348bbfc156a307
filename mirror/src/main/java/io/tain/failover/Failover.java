package io.tain.failover;

import io.tain.config.GroupSync;
import io.tain.config.GroupSync.Rewinds;
import io.tain.config.LinkConfig;
import io.tain.failover.FailoverFailure.Reason;
import io.tain.failover.FailoverReport.GroupRow;
import io.tain.failover.FailoverReport.PartitionRow;
import io.tain.failover.FailoverTerms.Source;
import io.tain.inspect.ClusterFailure;
import io.tain.offset.GroupCarrier;
import io.tain.state.FailoverEntry;
import io.tain.state.FailoverEntry.Phase;
import io.tain.state.KeptState;
import io.tain.state.LinkEntry;
import io.tain.verify.TailCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Ends a link so that its target takes its source's place: step by step, each behind a gate. What is done is in the state topic before
 * the next step begins, and a step that was done before does no harm when it is done again. Used by one thread.
 */
public final class Failover implements AutoCloseable {
    /** Of each partition. */
    private static final int COMPARED_RECORDS = 100;

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final int MOST_NAMED = 5;

    private final LinkClusters clusters;
    private final LinkConfig link;
    private final FailoverTerms terms;
    private final Operator operator;
    private final LongSupplier clockMs;
    private final Places places;

    /** @param clockMs the time in milliseconds since the epoch */
    public Failover(LinkConfig link, FailoverTerms terms, Operator operator, LongSupplier clockMs)
            throws FailoverFailure {
        this.clusters = LinkClusters.open(link);
        this.link = link;
        this.terms = terms;
        this.operator = operator;
        this.clockMs = clockMs;
        this.places = new Places(clusters);
    }

    /** Does it all; returns how the link stands then. */
    public FailoverReport execute() throws FailoverFailure, InterruptedException {
        preflight();
        boolean again =
                clusters.kept().failover().filter(FailoverEntry::isStopped).isPresent();
        if (clusters.kept().failover().isEmpty()) {
            awaitLag();
        }
        new Stopping(clusters, terms, operator, clockMs).stop();
        KeptState kept = clusters.readState();
        List<GroupRow> groups = carryGroups(again);
        List<PartitionRow> partitions = verify();
        FailoverEntry entry = kept.failover()
                .orElseThrow(() -> new FailoverFailure(
                        Reason.GATE, "link " + link.name() + " was let run again meanwhile, by another command"));
        if (entry.phase() != Phase.DONE) {
            clusters.write(Optional.of(entry.in(Phase.DONE, clockMs.getAsLong())));
        }
        FailoverReport report = new FailoverReport(partitions, groups);
        operator.tell("report", "link " + link.name() + " is failed over" + outlook(report));
        return report;
    }

    private String outlook(FailoverReport report) {
        if (terms.source() == Source.DEAD) {
            return "; what the source had behind these offsets is not mirrored, nobody knows how much that is";
        }
        List<String> unknown = report.partitions().stream()
                .filter(row -> row.left().isEmpty())
                .map(row -> row.partition().toString())
                .toList();
        String rest = unknown.isEmpty() ? "" : ", and the source does not tell where these end: " + some(unknown);
        return report.left() == 0 && unknown.isEmpty()
                ? "; the target has all of the source's records"
                : "; " + report.left() + " records of the source are not mirrored" + rest;
    }

    /** Changes nothing; tells what would be done. */
    public FailoverReport plan() throws FailoverFailure, InterruptedException {
        preflight();
        Optional<FailoverEntry> entry = clusters.kept().failover();
        if (entry.isPresent()) {
            operator.tell("plan", clusters.kept().refusal().orElseThrow());
        }
        if (terms.source() == Source.ANSWERS) {
            OptionalLong lag = places.lag();
            operator.tell(
                    "lag",
                    (lag.isPresent() ? "now " + lag.getAsLong() + " records" : "can't be told of all partitions")
                            + (terms.maxLag().isPresent()
                                    ? "; would wait for " + terms.maxLag().getAsLong() + " at most"
                                    : ""));
        }
        operator.tell("stop", "would have the link's processes let everything go, and shut out who does not answer");
        operator.tell(
                "groups",
                terms.source() == Source.DEAD
                        ? "would be left where they were carried last"
                        : link.groups().isEmpty()
                                ? "would be left alone: groups.sync.interval is off"
                                : "would be carried a last time");
        operator.tell(
                "verify",
                terms.source() == Source.DEAD
                        ? "would compare nothing, without the source"
                        : "would compare the last " + COMPARED_RECORDS + " records of each partition");
        return new FailoverReport(places.byState(), List.of());
    }

    /** Lets the link run again. */
    public void cancel() throws FailoverFailure, InterruptedException {
        KeptState kept = clusters.readState();
        Optional<String> refusal = kept.refusal();
        if (refusal.isEmpty()) {
            operator.tell("cancel", "link " + link.name() + " was not failed over; nothing to do");
            return;
        }
        clusters.write(Optional.empty());
        operator.tell(
                "cancel",
                "link " + link.name() + " may run again, from where it stopped; processes that wait for it look again"
                        + " within five minutes");
    }

    private void preflight() throws FailoverFailure, InterruptedException {
        String targetId = LinkClusters.of(Reason.TARGET, clusters.target()::id);
        KeptState kept = clusters.readState();
        LinkEntry entry = clusters.entry();
        refuseOther("target", entry.target(), targetId);
        int partitions = clusters.checkpoints().size();
        if (terms.source() == Source.DEAD) {
            operator.tell(
                    "preflight",
                    "link " + link.name() + ", " + partitions + " partitions; nothing is asked of the source");
            return;
        }
        String sourceId;
        try {
            sourceId = clusters.source().id();
        } catch (ClusterFailure e) {
            throw new FailoverFailure(
                    Reason.SOURCE,
                    e.getMessage() + "; if it is gone, add --source-is-dead, which asks nothing of it",
                    e);
        }
        refuseOther("source", entry.source(), sourceId);
        boolean members = !LinkClusters.of(
                        Reason.SOURCE, () -> clusters.source().members(link.groupId()))
                .isEmpty();
        operator.tell(
                "preflight",
                "link " + link.name() + ", " + partitions + " partitions; both clusters answer, and the link "
                        + (members ? "runs" : "does not run"));
        Predicate<String> others = GroupCarrier.wanted(link.groups(), link.groupId());
        List<String> active =
                LinkClusters.of(Reason.SOURCE, () -> clusters.source().activeGroups(others));
        if (!active.isEmpty()) {
            operator.warn(
                    "preflight",
                    "groups with members on the source: " + some(active)
                            + "; what they consume from now on may be seen again on the target: stop consumers and"
                            + " producers first");
        }
        kept.refusal().ifPresent(why -> operator.tell("preflight", why));
    }

    private void refuseOther(String side, String known, String found) throws FailoverFailure {
        if (!known.equals(found)) {
            throw new FailoverFailure(
                    Reason.CONFIGURATION,
                    "link " + link.name() + ": its " + side + " was cluster " + known + ", and what the file names is "
                            + found);
        }
    }

    private void awaitLag() throws FailoverFailure, InterruptedException {
        if (terms.maxLag().isEmpty() || terms.source() == Source.DEAD) {
            return;
        }
        long most = terms.maxLag().getAsLong();
        long deadline = clockMs.getAsLong() + terms.lagLimit().toMillis();
        operator.tell("lag", "waiting until " + most + " records are left at most");
        while (true) {
            OptionalLong lag = places.lag();
            if (lag.isPresent() && lag.getAsLong() <= most) {
                operator.tell("lag", "done: " + lag.getAsLong() + " records are left");
                return;
            }
            if (clockMs.getAsLong() >= deadline) {
                throw new FailoverFailure(
                        Reason.OVER_LIMIT,
                        "link " + link.name()
                                + (lag.isPresent()
                                        ? " is " + lag.getAsLong() + " records behind, more than --max-lag " + most
                                        : " may be further behind than --max-lag " + most
                                                + ", as the source does not tell where all partitions end")
                                + ", after " + terms.lagLimit().toSeconds() + " s; nothing was changed");
            }
            if (operator.await(BETWEEN_LOOKS)) {
                throw new FailoverFailure(Reason.STOPPED, "ended before anything was changed");
            }
            clusters.readState();
        }
    }

    private List<GroupRow> carryGroups(boolean again) throws FailoverFailure, InterruptedException {
        Optional<GroupSync> sync = link.groups();
        if (sync.isEmpty()) {
            operator.tell("groups", "left alone: groups.sync.interval is off");
            return List.of();
        }
        LastCarry carry = new LastCarry(clusters, places.maps());
        if (terms.source() == Source.DEAD) {
            List<GroupRow> rows = carry.onTarget();
            operator.tell("groups", "left where they were carried last, as the source can't be asked");
            return rows;
        }
        List<GroupRow> rows = carry.carry(again ? Rewinds.STAY : sync.get().rewinds());
        Set<String> left = new HashSet<>();
        rows.forEach(row -> row.reason().ifPresent(why -> {
            if (left.add(row.group())) {
                operator.warn("groups", row.group() + " is not carried: " + why);
            }
        }));
        long groups = rows.stream().map(GroupRow::group).distinct().count();
        operator.tell("groups", "done: " + (groups - left.size()) + " of " + groups + " groups are carried");
        return rows;
    }

    private List<PartitionRow> verify() throws FailoverFailure, InterruptedException {
        if (terms.source() == Source.DEAD) {
            operator.tell("verify", "nothing to compare with, without the source");
            return places.byState();
        }
        Set<String> topics = new HashSet<>();
        clusters.checkpoints().keySet().forEach(partition -> topics.add(partition.topic()));
        try (TailCheck tails = LinkClusters.of(Reason.SOURCE, () -> new TailCheck(link, topics, clockMs))) {
            long records = 0;
            List<String> different = new ArrayList<>();
            for (Map.Entry<TopicPartition, List<TailCheck.Copied>> tail :
                    places.tails(COMPARED_RECORDS).entrySet()) {
                TailCheck.Result result = tails.check(tail.getKey(), tail.getValue());
                records += result.records();
                result.difference().ifPresent(different::add);
            }
            if (!different.isEmpty()) {
                throw new FailoverFailure(
                        Reason.DIFFERENT,
                        "the last records are not the same on both sides: " + some(different)
                                + "; the link is stopped, and tain verify tells more");
            }
            operator.tell("verify", "done: the last " + records + " records are the same on both sides");
            return places.byBothSides(tails);
        } catch (KafkaException e) {
            throw new FailoverFailure(
                    Reason.GATE, "the last records can't be compared: " + e.getMessage() + "; run this again", e);
        }
    }

    static String some(List<String> all) {
        String first = String.join(", ", all.subList(0, Math.min(MOST_NAMED, all.size())));
        return all.size() > MOST_NAMED ? first + " and " + (all.size() - MOST_NAMED) + " more" : first;
    }

    @Override
    public void close() {
        clusters.close();
    }
}
