package io.tain.link;

import io.tain.batch.Assignment.Owner;
import io.tain.batch.OpenBatch;
import io.tain.batch.TargetTraits;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.TopicIds;
import io.tain.source.EchoGuard;
import io.tain.state.Checkpoint;
import io.tain.state.Checkpoint.Phase;
import io.tain.state.Checkpoint.Producer;
import io.tain.state.KeptState;
import io.tain.state.StateKey;
import io.tain.wire.FenceClient;
import io.tain.wire.FenceClient.Ownership;
import io.tain.wire.ProducerIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of an exactly-once link that makes partitions this process's own before they are copied: shuts their former owners out,
 * finds the place where the copy goes on, and keeps both in the state topic. Many partitions go side by side, each as in
 *
 * <pre>
 *   ASKING for log ends and state ─▶ FENCING ─▶ WALKING the target ─▶ WALKING the source ─▶ KEEPING ─▶ done
 * </pre>
 *
 * <p>A partition needs neither fence nor walks if it has never had an owner and nothing counts as a copy, or if its last owner has
 * let it go and nobody came between: then the epoch given is the next one after that owner's. So it is when a mirror was stopped
 * and is started again.
 */
final class TakeoverDesk implements Runnable, Ticking {
    private static final Logger LOG = LoggerFactory.getLogger(TakeoverDesk.class);
    private static final long BUSY_POLL_MS = 5;
    private static final long IDLE_MS = 500;

    /** What it takes to connect to a broker near by, and to be told of the others. */
    private static final int POLLS_TO_CONNECT = 8;

    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final String link;
    private final StateDesk state;
    private final Connections connections;
    private final boolean readCommitted;
    private final EchoGuard guard;
    private final Pace pace;
    private final Semaphore something = new Semaphore(0);
    private final Mailbox mailbox = new Mailbox(something::release);
    private final List<Job> jobs = new ArrayList<>();
    private final OpenBatch open = new OpenBatch(Stream.MAX_DECOMPRESSED_BYTES);
    private volatile boolean stopping;
    private volatile long tickNanos;
    private long keepNanos;
    private IdLife idLife;

    /**
     * What the desk speaks to clusters through; made and closed by its thread.
     *
     * @param fences to the target's coordinators
     * @param targetLog reads the target
     * @param sourceLog reads the source
     * @param target asks the target
     */
    record Connections(
            Supplier<FenceClient> fences, Supplier<LogWalk> targetLog, Supplier<LogWalk> sourceLog, Admin target) {}

    TakeoverDesk(
            String link, StateDesk state, Connections connections, boolean readCommitted, EchoGuard guard, Pace pace) {
        this.link = link;
        this.state = state;
        this.connections = connections;
        this.readCommitted = readCommitted;
        this.guard = guard;
        this.pace = pace;
        this.tickNanos = pace.nanoTime();
    }

    /** How a partition's commit came to be. */
    enum Origin {
        /** There is none: the position is the log's beginning. */
        NONE,
        /** By an operator, another tool, or a policy: the copy begins anew there, whatever is on the target. */
        CHOSEN,
        /** By a link that delivers exactly once: it has its place on the target with it. */
        MARKED;

        static Origin of(OffsetAndMetadata commit) {
            return TopicIds.targetOffset(commit.metadata()).isPresent() ? MARKED : CHOSEN;
        }
    }

    /**
     * @param partition to be taken over
     * @param committed its position, with its place on the target if that is known
     * @param origin of the position
     * @param ids which topics the position speaks of; the target's as it is now
     * @param traits of the target topic
     */
    record Request(TopicPartition partition, Position committed, Origin origin, TopicIds ids, TargetTraits traits) {}

    /**
     * @param position where the copy goes on, with its place on the target
     * @param ids which topics it speaks of
     * @param owner under whose name it is written
     * @param producers who has written it, the latest last
     */
    record Place(Position position, TopicIds ids, Owner owner, List<Producer> producers) {}

    /** An operator has to decide where the copy goes on. */
    static final class Undecided extends Exception {
        private static final long serialVersionUID = 1L;

        Undecided(String message) {
            super(message);
        }
    }

    /** A take-over under way. The text says how far it is; any thread. */
    static final class Job {
        private final Request request;
        private final CompletableFuture<Place> done = new CompletableFuture<>();
        private volatile String progress = "asking the target about it";
        private Position from;
        private TopicIds ids;
        private boolean afresh;
        private boolean letGo;
        private Optional<Producer> released = Optional.empty();
        private long sinceMs;
        private long idLifeMs;
        private final Set<Producer> producers = new LinkedHashSet<>();
        private CompletableFuture<Ownership> fence;
        private Ownership owner;
        private Takeover takeover;
        private Takeover.OfTarget target;
        private Takeover.OfSource source;

        private Job(Request request) {
            this.request = request;
            this.from = request.committed;
            this.ids = request.ids;
        }

        String progress() {
            return progress;
        }

        CompletableFuture<Place> done() {
            return done;
        }

        /** Any thread: the partition is somebody else's now. */
        void cancel() {
            done.cancel(false);
        }

        /**
         * Nobody but former owners writes under the id, and all of these are below the epoch that is given. One who is not at its
         * very end, or has let the partition go, may have left records behind the checkpoint, or write more.
         */
        private boolean isAlone(ProducerIdentity given) {
            boolean isNext = released.filter(last -> last.id() == given.id() && last.epoch() + 1 == given.epoch())
                    .isPresent();
            return isNext || (given.epoch() == 0 && (afresh || letGo));
        }

        private boolean mayWalk() {
            return !done.isDone() && !afresh && !letGo;
        }

        private String topic() {
            return request.partition.topic();
        }

        private boolean isOver() {
            if (done.isCancelled() && fence != null) {
                fence.cancel(false);
            }
            return done.isDone();
        }
    }

    /** Any thread: begins to take a partition over. The future fails with {@link Undecided}, or with what may pass. */
    Job takeOver(Request request) {
        Job job = new Job(request);
        mailbox.post(() -> jobs.add(job));
        return job;
    }

    void stop() {
        stopping = true;
        something.release();
    }

    @Override
    public long tickNanos() {
        return tickNanos;
    }

    @Override
    public void run() {
        try (FenceClient fences = connections.fences.get();
                LogWalk target = connections.targetLog.get();
                LogWalk source = connections.sourceLog.get();
                open) {
            idLife = new IdLife(connections.target);
            for (int i = 0; i < POLLS_TO_CONNECT; i++) {
                fences.poll(BUSY_POLL_MS, pace.steadyMs()); // while the group is being joined
            }
            while (!stopping) {
                tickNanos = pace.nanoTime();
                if (jobs.isEmpty() && something.tryAcquire(IDLE_MS, TimeUnit.MILLISECONDS)) {
                    something.drainPermits();
                }
                mailbox.drain();
                jobs.removeIf(Job::isOver);
                if (!jobs.isEmpty()) {
                    step(fences, target, source);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void step(FenceClient fences, LogWalk target, LogWalk source) throws InterruptedException {
        List<Job> fresh = jobs.stream().filter(job -> job.fence == null).toList();
        if (!fresh.isEmpty()) {
            begin(fresh);
            fresh.stream().filter(Job::mayWalk).map(Job::topic).distinct().forEach(topic -> {
                target.watch(topic);
                source.watch(topic);
            });
            fresh.stream().filter(job -> !job.done.isDone()).forEach(job -> {
                job.progress = "fencing off former owners";
                String id = FenceClient.idPrefix(link) + job.request.partition;
                job.sinceMs = pace.steadyMs();
                job.fence = fences.fence(id, job.request.partition, job::isAlone);
            });
        }
        long nowMs = pace.steadyMs();
        fences.poll(BUSY_POLL_MS, nowMs);
        if (!target.isIdle()) {
            target.poll(BUSY_POLL_MS, nowMs);
        }
        if (!source.isIdle()) {
            source.poll(BUSY_POLL_MS, nowMs);
        }
        List<Job> found = new ArrayList<>();
        for (Job job : jobs) {
            if (!job.done.isDone() && advance(job, target, source)) {
                found.add(job);
            }
        }
        if (found.isEmpty()) {
            keepNanos = pace.nanoTime() + GATHER_NANOS;
        } else if (found.size() == jobs.size() || pace.nanoTime() - keepNanos >= 0) {
            keep(found); // one write for many: it is waited for
        }
        fences.trouble()
                .ifPresent(what -> jobs.stream()
                        .filter(job -> job.owner == null && job.fence != null)
                        .forEach(job -> job.progress = "fencing off former owners: " + what));
    }

    /** Chooses each one's checkpoint, by what the state topic and the target's logs have. */
    private void begin(List<Job> fresh) {
        try {
            Map<TopicPartition, OffsetSpec> first = new HashMap<>();
            Map<TopicPartition, OffsetSpec> last = new HashMap<>();
            fresh.forEach(job -> first.put(job.request.partition, OffsetSpec.earliest()));
            fresh.forEach(job -> last.put(job.request.partition, OffsetSpec.latest()));
            ListOffsetsResult starts = connections.target.listOffsets(first);
            ListOffsetsResult ends = connections.target.listOffsets(last);
            Set<StateKey> keys = fresh.stream().map(this::key).collect(Collectors.toSet());
            keys.add(StateKey.ofFailover(link));
            Map<StateKey, byte[]> kept = state.read(keys::contains).get(30, TimeUnit.SECONDS);
            refuseFailedOver(kept);
            long idLifeMs = idLife.ms(Duration.ofSeconds(30));
            for (Job job : fresh) {
                job.idLifeMs = idLifeMs;
                TopicPartition partition = job.request.partition;
                long start = starts.partitionResult(partition)
                        .get(30, TimeUnit.SECONDS)
                        .offset();
                long end = ends.partitionResult(partition)
                        .get(30, TimeUnit.SECONDS)
                        .offset();
                choose(job, kept, start, end);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fresh.forEach(job -> job.done.completeExceptionally(e));
        } catch (Exception e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            fresh.forEach(job -> job.done.completeExceptionally(cause));
        }
    }

    /** A process that comes back from wherever it was must not write for a link that was failed over meanwhile. */
    private void refuseFailedOver(Map<StateKey, byte[]> kept) {
        Optional<String> refusal = KeptState.refusal(link, Optional.ofNullable(kept.get(StateKey.ofFailover(link))));
        if (refusal.isPresent()) {
            throw new IllegalStateException(refusal.get());
        }
    }

    private StateKey key(Job job) {
        return new StateKey(StateKey.Kind.CHECKPOINT, link, job.request.partition);
    }

    private void choose(Job job, Map<StateKey, byte[]> kept, long start, long end) {
        Request request = job.request;
        Optional<Checkpoint> checkpoint =
                Optional.ofNullable(kept.get(key(job))).flatMap(Checkpoint::parse);
        checkpoint.ifPresent(found -> job.producers.addAll(found.producers()));
        job.letGo = checkpoint
                .filter(found ->
                        found.phase() == Phase.RELEASED && found.targetOffset() >= request.committed.targetOffset())
                .isPresent();
        job.released = checkpoint.filter(found -> job.letGo).flatMap(Checkpoint::lastProducer);
        checkpoint = checkpoint.filter(found -> !TopicIds.differ(found.targetTopic(), request.ids.target())
                && !TopicIds.differ(found.sourceTopic(), request.ids.source()));
        long before = request.origin == Origin.MARKED ? request.committed.targetOffset() : -1;
        if (request.origin == Origin.CHOSEN || (checkpoint.isEmpty() && before < 0)) {
            job.from = new Position(request.committed.offset(), request.committed.leaderEpoch(), -1);
        } else if (checkpoint.isPresent() && checkpoint.get().targetOffset() >= before) {
            Checkpoint best = checkpoint.get();
            job.from = new Position(best.sourceOffset(), best.leaderEpoch(), best.targetOffset());
            job.ids = new TopicIds(
                    request.origin == Origin.NONE ? best.sourceTopic() : request.ids.source(), request.ids.target());
        } else if (checkpoint.isEmpty()) {
            job.letGo = false; // of other topics of these names
            job.released = Optional.empty();
            LOG.warn(
                    "{}: the state topic has no checkpoint of {}; what was copied is counted from its last commit, source"
                            + " offset {} and target offset {}",
                    link,
                    request.partition,
                    job.from.offset(),
                    before);
        }
        if (job.from.targetOffset() < 0) {
            job.from = new Position(job.from.offset(), job.from.leaderEpoch(), end);
            job.afresh = true; // whatever is there does not count as a copy
        } else if (job.from.targetOffset() > end) {
            job.done.completeExceptionally(new Undecided("the target's log ends at offset " + end
                    + ", before the checkpoint's " + job.from.targetOffset() + " (source offset " + job.from.offset()
                    + "): the target has lost records that it had acknowledged"));
        } else if (job.from.targetOffset() < start) {
            job.done.completeExceptionally(new Undecided("the target's log begins at offset " + start
                    + ", behind the checkpoint's " + job.from.targetOffset() + " (source offset " + job.from.offset()
                    + "): what was copied since has been deleted there and can't be counted"));
        }
    }

    /** Takes a step if what it waits for is there; tells whether the place is found. */
    private boolean advance(Job job, LogWalk targetLog, LogWalk sourceLog) {
        if (job.owner == null) {
            if (!job.fence.isDone()) {
                return false;
            }
            try {
                job.owner = job.fence.join();
            } catch (CompletionException e) {
                job.done.completeExceptionally(e.getCause());
                return false;
            }
            job.producers.removeIf(old -> old.id() == job.owner.identity().id());
            job.producers.add(
                    new Producer(job.owner.identity().id(), job.owner.identity().epoch()));
            if (job.owner.markerEpoch().isPresent()) {
                beginWalk(job, job.owner.markerEpoch().get(), targetLog);
            }
        }
        if (job.takeover == null) {
            return true;
        }
        if (job.takeover.problem().isEmpty() && job.source == null && job.target.isDone()) {
            job.source = job.takeover.new OfSource();
            sourceLog.add(job.source);
        }
        if (job.takeover.problem().isPresent()) {
            job.done.completeExceptionally(new Undecided("can't tell where the copy goes on from source offset "
                    + job.from.offset() + " and target offset " + job.from.targetOffset() + ": "
                    + job.takeover.problem().get()));
            return false;
        }
        job.progress = "finding its place behind source offset " + job.from.offset()
                + (job.takeover.trouble().isEmpty() ? "" : ": " + job.takeover.trouble());
        return job.source != null && job.source.isDone();
    }

    private void beginWalk(Job job, short markerEpoch, LogWalk targetLog) {
        job.takeover = new Takeover(job.request.partition, job.from, job.request.traits, readCommitted, open, guard);
        Set<Long> ids =
                job.afresh ? Set.of() : job.producers.stream().map(Producer::id).collect(Collectors.toSet());
        job.target = job.takeover.new OfTarget(job.owner.identity().id(), markerEpoch, ids);
        targetLog.add(job.target);
    }

    /** Before anything is written, whoever comes next must know under which name. */
    private void keep(List<Job> found) throws InterruptedException {
        Map<StateKey, byte[]> records = new HashMap<>();
        Map<Job, Place> places = new HashMap<>();
        for (Job job : found) {
            Position position = job.takeover == null ? job.from : job.takeover.place(job.target.position());
            List<Producer> producers = List.copyOf(job.producers);
            ProducerIdentity identity = job.owner.identity();
            Owner owner = new Owner(identity.id(), identity.epoch(), job.sinceMs, job.idLifeMs);
            places.put(job, new Place(position, job.ids, owner, producers));
            records.put(
                    key(job),
                    new Checkpoint(
                                    position.offset(),
                                    position.leaderEpoch(),
                                    position.targetOffset(),
                                    job.ids.source(),
                                    job.ids.target(),
                                    producers,
                                    Phase.COPYING,
                                    pace.currentTimeMs())
                            .encode());
        }
        // Whoever fails the link over writes that first and looks at these then: so one of the two sees the other.
        StateKey failover = StateKey.ofFailover(link);
        CompletableFuture<Map<StateKey, byte[]>> written =
                state.write(records).thenCompose(done -> state.read(failover::equals));
        boolean isWritten = pace.await(written, Duration.ofSeconds(60)) && !written.isCompletedExceptionally();
        Optional<String> refusal = isWritten
                ? KeptState.refusal(link, Optional.ofNullable(written.join().get(failover)))
                : Optional.of("the state topic can't be written on the target, or not be read");
        if (refusal.isEmpty()) {
            places.forEach((job, place) -> {
                if (job.takeover != null && job.takeover.copies() > 0) {
                    LOG.info(
                            "{}: {} goes on at source offset {}: {} records behind the last checkpoint were copied already",
                            link,
                            job.request.partition,
                            place.position().offset(),
                            job.takeover.copies());
                }
                job.done.complete(place);
            });
        } else {
            found.forEach(job -> job.done.completeExceptionally(new IllegalStateException(refusal.get())));
        }
    }
}
