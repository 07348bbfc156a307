package io.tain.failover;

import io.tain.config.Delivery;
import io.tain.config.LinkConfig;
import io.tain.failover.FailoverFailure.Reason;
import io.tain.failover.FailoverTerms.Processes;
import io.tain.failover.FailoverTerms.Source;
import io.tain.state.Checkpoint.Phase;
import io.tain.state.FailoverEntry;
import io.tain.wire.FenceClient;
import io.tain.wire.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Ends a link for good: tells its processes by the state topic, waits until they have let their partitions go, and shuts those out that do
 * not answer. Used by one thread.
 */
final class Stopping {
    private static final String STEP = "stop";
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
    private static final long FENCE_LIMIT_MS = 60_000;
    private static final long POLL_MS = 20;

    private final LinkClusters clusters;
    private final LinkConfig link;
    private final FailoverTerms terms;
    private final Operator operator;
    private final LongSupplier clockMs;

    Stopping(LinkClusters clusters, FailoverTerms terms, Operator operator, LongSupplier clockMs) {
        this.clusters = clusters;
        this.link = clusters.link();
        this.terms = terms;
        this.operator = operator;
        this.clockMs = clockMs;
    }

    /**
     * What is left to wait for.
     *
     * @param held partitions whose last checkpoint does not say that they were let go
     * @param group whether the link's group has members; the source may be dead
     */
    record Left(List<TopicPartition> held, Group group) {
        /** Who is in the link's group. */
        enum Group {
            EMPTY,
            MEMBERS,
            UNKNOWN
        }

        /**
         * Whether nobody will let anything go any more, or has anything left to. Exactly once, nobody writes to a partition whose last
         * checkpoint says that it was let go; at least once, a member may.
         */
        boolean isOver(Delivery delivery) {
            boolean nothingHeld = held.isEmpty() && (delivery == Delivery.EXACTLY_ONCE || group == Group.UNKNOWN);
            return nothingHeld || group == Group.EMPTY;
        }
    }

    /** What is to be done once the wait is over. */
    enum Verdict {
        STOPPED,
        /** Who holds a partition is to be shut out. */
        FENCE,
        /** Nobody can be shut out, and somebody may still write. */
        REFUSE
    }

    static Verdict verdict(Left left, Delivery delivery, Processes processes) {
        if (delivery == Delivery.EXACTLY_ONCE) {
            return left.held().isEmpty() ? Verdict.STOPPED : Verdict.FENCE;
        }
        boolean mayWrite = left.group() == Left.Group.MEMBERS
                || (left.group() == Left.Group.UNKNOWN && !left.held().isEmpty());
        return mayWrite && processes == Processes.UNKNOWN ? Verdict.REFUSE : Verdict.STOPPED;
    }

    void stop() throws FailoverFailure, InterruptedException {
        FailoverEntry entry = announce();
        if (entry.phase() == FailoverEntry.Phase.DONE) {
            operator.tell(STEP, "done before, at " + Instant.ofEpochMilli(entry.timeMs()));
            return;
        }
        Left left = awaitRelease();
        switch (verdict(left, link.state().delivery(), terms.mirror())) {
            case REFUSE ->
                throw new FailoverFailure(
                        Reason.GATE,
                        "link " + link.name() + " delivers at least once, so that nobody can be shut out, and "
                                + (left.group() == Left.Group.MEMBERS
                                        ? "its group " + link.groupId()
                                                + " still has members (one with group.instance.id stays for"
                                                + " source.session.timeout.ms)"
                                        : "whether its processes have ended can't be told")
                                + "; end them, then run this again"
                                + (left.group() == Left.Group.UNKNOWN ? " with --mirror-is-stopped" : ""));
            case FENCE -> {
                operator.tell(STEP, "shutting out who holds " + some(left.held()));
                fence(left.held());
                operator.tell(
                        STEP,
                        "shut out, by a marker in each of these " + left.held().size() + " partitions");
            }
            case STOPPED -> {
                if (!left.held().isEmpty()) {
                    operator.warn(
                            STEP,
                            "ended without letting go of " + some(left.held())
                                    + ": more may have been copied than the last checkpoints say");
                }
            }
        }
        operator.tell(STEP, "done: " + clusters.checkpoints().size() + " partitions, nobody copies any more");
    }

    /** Returns what is in the state topic: a fail-over that was begun goes on. */
    private FailoverEntry announce() throws FailoverFailure {
        Optional<FailoverEntry> before = clusters.readState().failover();
        if (before.isPresent()) {
            operator.tell(
                    STEP,
                    "goes on, begun at " + Instant.ofEpochMilli(before.get().sinceMs()));
            return before.get();
        }
        long nowMs = clockMs.getAsLong();
        FailoverEntry entry = new FailoverEntry(FailoverEntry.Phase.STOPPING, nowMs, nowMs);
        clusters.write(Optional.of(entry));
        operator.tell(STEP, "told the link's processes, by the state topic");
        return entry;
    }

    private Left awaitRelease() throws FailoverFailure, InterruptedException {
        long deadline = clockMs.getAsLong() + terms.stopLimit().toMillis();
        while (true) {
            Left left = look();
            if (left.isOver(link.state().delivery()) || clockMs.getAsLong() >= deadline) {
                return left;
            }
            if (operator.await(BETWEEN_LOOKS)) {
                throw new FailoverFailure(
                        Reason.STOPPED,
                        "ended while the link was being stopped: it does not run before this is run again, or"
                                + " with --cancel");
            }
        }
    }

    /** Asks for the group first: who has left it has left his last word before. */
    private Left look() throws FailoverFailure, InterruptedException {
        Left.Group group = Left.Group.UNKNOWN;
        if (terms.source() == Source.ANSWERS) {
            boolean empty = LinkClusters.of(
                    Reason.SOURCE,
                    () -> clusters.source().members(link.groupId()).isEmpty());
            group = empty ? Left.Group.EMPTY : Left.Group.MEMBERS;
        }
        clusters.readState();
        List<TopicPartition> held = clusters.checkpoints().entrySet().stream()
                .filter(entry -> entry.getValue().phase() != Phase.RELEASED)
                .map(Map.Entry::getKey)
                .toList();
        return new Left(held, group);
    }

    private void fence(List<TopicPartition> partitions) throws FailoverFailure, InterruptedException {
        Map<TopicPartition, CompletableFuture<?>> fences = new HashMap<>();
        long deadline = SteadyClock.nowMs() + FENCE_LIMIT_MS;
        try (FenceClient client =
                FenceClient.connect(link.target().client(), link.groupId() + "-failover", cluster -> {})) {
            for (TopicPartition partition : partitions) {
                fences.put(
                        partition,
                        client.fence(FenceClient.idPrefix(link.name()) + partition, partition, given -> false));
            }
            while (!fences.values().stream().allMatch(CompletableFuture::isDone)) {
                client.poll(POLL_MS, SteadyClock.nowMs());
                if (SteadyClock.nowMs() > deadline) {
                    throw new FailoverFailure(
                            Reason.TARGET,
                            "link " + link.name() + ": the target has not shut out former owners within "
                                    + FENCE_LIMIT_MS / 1_000 + " s: "
                                    + client.trouble().orElse("no answer"));
                }
            }
            fences.values().forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            throw new FailoverFailure(
                    Reason.TARGET,
                    "link " + link.name() + ": former owners can't be shut out on the target: "
                            + e.getCause().getMessage(),
                    e);
        }
    }

    static String some(List<TopicPartition> partitions) {
        List<String> first =
                partitions.stream().limit(5).map(TopicPartition::toString).toList();
        return partitions.size() > first.size()
                ? partitions.size() + " partitions " + first + "..."
                : String.join(", ", first);
    }
}
