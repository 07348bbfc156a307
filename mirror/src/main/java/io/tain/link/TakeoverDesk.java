package io.tain.link;

import io.tain.batch.Assignment.Owner;
import io.tain.batch.OpenBatch;
import io.tain.batch.TargetTraits;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.TopicIds;
import io.tain.offset.Walked;
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
    private final Reading reading;
    private final EventLog events;
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
     * @param source asks the source
     * @param target asks the target
     */
    record Connections(
            Supplier<FenceClient> fences,
            Supplier<LogWalk> targetLog,
            Supplier<LogWalk> sourceLog,
            Admin source,
            Admin target) {}

    /**
     * How the source is read.
     *
     * @param committed whether aborted records are left out
     * @param guard tells what was never to be copied
     */
    record Reading(boolean committed, EchoGuard guard) {}

    TakeoverDesk(String link, StateDesk state, Connections connections, Reading reading, EventLog events, Pace pace) {
        this.link = link;
        this.state = state;
        this.connections = connections;
        this.reading = reading;
        this.events = events;
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
     * @param walked which copies were found on both sides, if these were looked at
     */
    record Place(Position position, TopicIds ids, Owner owner, List<Producer> producers, Optional<Walked> walked) {}

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
        private TakeoverStart start;
        private boolean hasMap;
        private long sinceMs;
        private long idLifeMs;
        private final Set<Producer> producers = new LinkedHashSet<>();
        private CompletableFuture<Ownership> fence;
        private Ownership owner;
        private Takeover takeover;
        private Takeover.OfTarget target;
        private Takeover.OfSource source;
        private CompletableFuture<Long> sourceStart;

        private Job(Request request) {
            this.request = request;
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
            boolean isNext = start.released()
                    .filter(last -> last.id() == given.id() && last.epoch() + 1 == given.epoch())
                    .isPresent();
            return isNext || (given.epoch() == 0 && (start.afresh() || start.letGo()));
        }

        private boolean mayWalk() {
            return !done.isDone() && !start.afresh() && !start.letGo();
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
            ListOffsetsResult sourceStarts = connections.source.listOffsets(first);
            StateKey failover = StateKey.ofFailover(link);
            Map<StateKey, byte[]> kept = state.read(key -> key.equals(failover)
                            || (first.containsKey(key.partition())
                                    && (key.kind() == StateKey.Kind.CHECKPOINT || key.kind() == StateKey.Kind.MAP)))
                    .get(30, TimeUnit.SECONDS);
            refuseFailedOver(kept);
            TakeoverMaps maps = new TakeoverMaps(kept);
            long idLifeMs = idLife.ms(Duration.ofSeconds(30));
            for (Job job : fresh) {
                job.idLifeMs = idLifeMs;
                TopicPartition partition = job.request.partition;
                job.sourceStart = sourceStarts
                        .partitionResult(partition)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .handle((found, failure) -> failure == null ? found.offset() : -1);
                long start = starts.partitionResult(partition)
                        .get(30, TimeUnit.SECONDS)
                        .offset();
                long end = ends.partitionResult(partition)
                        .get(30, TimeUnit.SECONDS)
                        .offset();
                job.start = TakeoverStart.of(
                        job.request,
                        Optional.ofNullable(kept.get(key(job))).flatMap(Checkpoint::parse),
                        maps,
                        new TakeoverStart.Log(start, end));
                job.producers.addAll(job.start.producers());
                job.hasMap = maps.has(partition, job.start.ids());
                job.start.undecided().ifPresent(why -> job.done.completeExceptionally(new Undecided(why)));
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
                beginWalk(job, targetLog);
            }
        }
        if (job.takeover == null) {
            return true;
        }
        if (job.source == null && job.takeover.problem().isEmpty() && job.target.isDone() && job.sourceStart.isDone()) {
            job.source = job.takeover.new OfSource(job.sourceStart.join());
            sourceLog.add(job.source);
        }
        boolean isOver = job.takeover.problem().isPresent() || (job.source != null && job.source.isDone());
        Optional<String> problem = isOver ? problem(job) : Optional.empty();
        if (problem.isPresent() && job.start.mayBeginLater()) {
            LOG.info(
                    "{}: {} looks for its place from its checkpoint, and its offset map will have a gap: {}",
                    link,
                    job.request.partition,
                    problem.get());
            job.start = job.start.fromCheckpoint();
            beginWalk(job, targetLog);
            return false;
        }
        if (problem.isPresent()) {
            job.done.completeExceptionally(new Undecided("can't tell where the copy goes on from source offset "
                    + job.start.known().offset() + " and target offset "
                    + job.start.known().targetOffset() + ": " + problem.get()));
            return false;
        }
        job.progress = "finding its place behind source offset "
                + job.start.walkFrom().offset()
                + (job.takeover.trouble().isEmpty() ? "" : ": " + job.takeover.trouble());
        return isOver;
    }

    private static Optional<String> problem(Job job) {
        if (job.takeover.problem().isPresent() || !job.start.isAfterLoss()) {
            return job.takeover.problem();
        }
        Position first = job.start.known();
        boolean isThere = job.takeover
                .walked()
                .copies()
                .lastBelow(first.targetOffset() + 1)
                .filter(record -> record.source() == first.offset())
                .isPresent();
        return isThere
                ? Optional.empty()
                : Optional.of(job.start.repeats().orElseThrow().loss()
                        + ", and what it has at its end is no copy of the source's record");
    }

    private void beginWalk(Job job, LogWalk targetLog) {
        Takeover.Span span = new Takeover.Span(job.request.partition, job.start.walkFrom(), job.start.known());
        job.takeover = new Takeover(span, job.request.traits, reading.committed(), open, reading.guard());
        Set<Long> ids = job.start.afresh()
                ? Set.of()
                : job.producers.stream().map(Producer::id).collect(Collectors.toSet());
        job.target = job.takeover
        .new OfTarget(job.owner.identity().id(), job.owner.markerEpoch().orElseThrow(), ids);
        job.source = null;
        targetLog.add(job.target);
    }

    /** Before anything is written, whoever comes next must know under which name. */
    private void keep(List<Job> found) throws InterruptedException {
        Map<StateKey, byte[]> records = new HashMap<>();
        Map<Job, Place> places = new HashMap<>();
        for (Job job : found) {
            Position position = job.takeover == null ? job.start.known() : job.takeover.place(job.target.position());
            Optional<Walked> walked = Optional.ofNullable(job.takeover)
                    .filter(used -> !job.start.afresh())
                    .map(Takeover::walked);
            List<Producer> producers = List.copyOf(job.producers);
            ProducerIdentity identity = job.owner.identity();
            Owner owner = new Owner(identity.id(), identity.epoch(), job.sinceMs, job.idLifeMs);
            places.put(job, new Place(position, job.start.ids(), owner, producers, walked));
            records.put(
                    key(job),
                    new Checkpoint(
                                    position.offset(),
                                    position.leaderEpoch(),
                                    position.targetOffset(),
                                    job.start.ids().source(),
                                    job.start.ids().target(),
                                    producers,
                                    Phase.COPYING,
                                    pace.currentTimeMs())
                            .encode());
            if (!job.hasMap || job.start.isAfterLoss()) {
                records.putAll(TakeoverMaps.records(link, job.request.partition, job.start, places.get(job)));
            }
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
                            "{}: {} goes on at source offset {}: {} records from {} on were copied already",
                            link,
                            job.request.partition,
                            place.position().offset(),
                            job.takeover.copies(),
                            job.start.walkFrom().offset());
                }
                job.start
                        .repeats()
                        .filter(what -> what.isOf(job.owner.identity()))
                        .ifPresent(what -> what.tell(
                                events,
                                job.request.partition,
                                place.position(),
                                job.takeover == null ? 0 : job.takeover.copies(),
                                job.takeover == null ? 0 : job.takeover.others()));
                job.done.complete(place);
            });
        } else {
            found.forEach(job -> job.done.completeExceptionally(new IllegalStateException(refusal.get())));
        }
    }
}
