package io.tain.link;

import io.tain.batch.Assignment.Owner;
import io.tain.batch.OpenBatch;
import io.tain.batch.TargetTraits;
import io.tain.link.PlaceKeeper.Keeping;
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
 *   ASKING for log ends and state ─▶ FENCING ─▶ WALKING the target ─▶ WALKING the source ─▶ done; then, asked for, KEEPING
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

    private final String link;
    private final StateDesk state;
    private final Connections connections;
    private final Reading reading;
    private final EventLog events;
    private final Pace pace;
    private final Semaphore something = new Semaphore(0);
    private final Mailbox mailbox = new Mailbox(something::release);
    private final List<Job> jobs = new ArrayList<>();
    private final PlaceKeeper keeper;
    private final OpenBatch open = new OpenBatch(Stream.MAX_DECOMPRESSED_BYTES);
    private volatile boolean stopping;
    private volatile long tickNanos;

    /**
     * What the desk speaks to clusters through.
     *
     * @param clients made and closed by its thread
     * @param source asks the source
     * @param target asks the target
     * @param idLife for how long the target remembers producers
     */
    record Connections(Supplier<Clients> clients, LogOffsets source, LogOffsets target, IdLife idLife) {}

    /**
     * @param fences to the target's coordinators
     * @param target reads the target
     * @param source reads the source
     */
    record Clients(FenceClient fences, LogWalk target, LogWalk source) implements AutoCloseable {
        @Override
        public void close() {
            fences.close();
            target.close();
            source.close();
        }
    }

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
        this.keeper = new PlaceKeeper(link, state, pace);
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
        private Keeping keeping;
        private boolean isToBeKept;

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
            if (!done.cancel(false) && keeping != null) {
                keeping.done().cancel(false);
            }
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

    /**
     * The thread that asked for it: has the place of a job that is done written into the state topic; the future fails if it can't be.
     * The group must have taken the place before: who has lost the partition without having heard of it must not tell others where to
     * go on.
     */
    CompletableFuture<Void> keep(Job job) {
        if (!job.isToBeKept) {
            job.isToBeKept = true;
            mailbox.post(() -> keeper.add(job.keeping));
        }
        return job.keeping.done();
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
        try (Clients clients = connections.clients.get();
                open) {
            for (int i = 0; i < POLLS_TO_CONNECT; i++) {
                clients.fences.poll(BUSY_POLL_MS, pace.steadyMs()); // while the group is being joined
            }
            while (!stopping) {
                tickNanos = pace.nanoTime();
                if (jobs.isEmpty() && something.tryAcquire(IDLE_MS, TimeUnit.MILLISECONDS)) {
                    something.drainPermits();
                }
                step(clients);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One cycle of the thread. */
    void step(Clients clients) {
        mailbox.drain();
        jobs.removeIf(Job::isOver);
        keeper.maybeKeep(!jobs.isEmpty());
        if (jobs.isEmpty()) {
            return;
        }
        List<Job> fresh = jobs.stream().filter(job -> job.fence == null).toList();
        if (!fresh.isEmpty()) {
            begin(fresh);
            fresh.stream().filter(Job::mayWalk).map(Job::topic).distinct().forEach(topic -> {
                clients.target.watch(topic);
                clients.source.watch(topic);
            });
            fresh.stream().filter(job -> !job.done.isDone()).forEach(job -> fence(job, clients.fences));
        }
        long nowMs = pace.steadyMs();
        clients.fences.poll(BUSY_POLL_MS, nowMs);
        if (!clients.target.isIdle()) {
            clients.target.poll(BUSY_POLL_MS, nowMs);
        }
        if (!clients.source.isIdle()) {
            clients.source.poll(BUSY_POLL_MS, nowMs);
        }
        for (Job job : jobs) {
            if (!job.done.isDone() && advance(job, clients)) {
                settle(job);
            }
        }
        clients.fences
                .trouble()
                .ifPresent(what -> jobs.stream()
                        .filter(job -> job.owner == null && job.fence != null)
                        .forEach(job -> job.progress = "fencing off former owners: " + what));
    }

    private void fence(Job job, FenceClient fences) {
        job.progress = "fencing off former owners";
        String id = FenceClient.idPrefix(link) + job.request.partition;
        job.sinceMs = pace.steadyMs();
        job.fence = fences.fence(id, job.request.partition, job::isAlone);
    }

    /** Chooses each one's checkpoint, by what the state topic and the target's logs have. */
    private void begin(List<Job> fresh) {
        try {
            Set<TopicPartition> partitions =
                    fresh.stream().map(job -> job.request.partition).collect(Collectors.toSet());
            StateKey failover = StateKey.ofFailover(link);
            TakeoverInquiry asked = new TakeoverInquiry(
                    partitions,
                    connections.target,
                    state.read(key -> key.equals(failover)
                            || (partitions.contains(key.partition())
                                    && (key.kind() == StateKey.Kind.CHECKPOINT || key.kind() == StateKey.Kind.MAP))),
                    connections.idLife.ms());
            asked.await(pace);
            Map<StateKey, byte[]> kept = asked.state();
            refuseFailedOver(kept);
            TakeoverMaps maps = new TakeoverMaps(kept);
            for (Job job : fresh) {
                TopicPartition partition = job.request.partition;
                job.idLifeMs = asked.idLifeMs();
                job.start = TakeoverStart.of(
                        job.request,
                        Optional.ofNullable(kept.get(key(job))).flatMap(Checkpoint::parse),
                        maps,
                        asked.target(partition));
                job.producers.addAll(job.start.producers());
                job.hasMap = maps.has(partition, job.start.ids());
                job.start.undecided().ifPresent(why -> job.done.completeExceptionally(new Undecided(why)));
            }
        } catch (RuntimeException e) {
            Throwable cause = e instanceof CompletionException ? e.getCause() : e;
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
    private boolean advance(Job job, Clients clients) {
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
                beginWalk(job, clients.target);
            }
        }
        if (job.takeover == null) {
            return true;
        }
        if (job.source == null && job.takeover.problem().isEmpty() && job.target.isDone()) {
            job.source = job.takeover.new OfSource(() -> sourceStart(job.request.partition));
            clients.source.add(job.source);
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
            beginWalk(job, clients.target);
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

    private CompletableFuture<Long> sourceStart(TopicPartition partition) {
        return connections.source.list(Set.of(partition), OffsetSpec.earliest()).get(partition);
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

    /** The place is known: to be {@linkplain #keep kept} before anything is written there. */
    private void settle(Job job) {
        Position position = job.takeover == null ? job.start.known() : job.takeover.place(job.target.position());
        Optional<Walked> walked = Optional.ofNullable(job.takeover)
                .filter(used -> !job.start.afresh())
                .map(Takeover::walked);
        List<Producer> producers = List.copyOf(job.producers);
        ProducerIdentity identity = job.owner.identity();
        Owner owner = new Owner(identity.id(), identity.epoch(), job.sinceMs, job.idLifeMs);
        Place place = new Place(position, job.start.ids(), owner, producers, walked);
        Map<StateKey, byte[]> records = new HashMap<>();
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
            records.putAll(TakeoverMaps.records(link, job.request.partition, job.start, place));
        }
        job.keeping = new Keeping(records, () -> tell(job, position), new CompletableFuture<>());
        job.done.complete(place);
    }

    private void tell(Job job, Position position) {
        int copies = job.takeover == null ? 0 : job.takeover.copies();
        long others = job.takeover == null ? 0 : job.takeover.others();
        if (copies > 0) {
            LOG.info(
                    "{}: {} goes on at source offset {}: {} records from {} on were copied already",
                    link,
                    job.request.partition,
                    position.offset(),
                    copies,
                    job.start.walkFrom().offset());
        }
        job.start
                .repeats()
                .filter(what -> what.isOf(job.owner.identity()))
                .ifPresent(what -> what.tell(events, job.request.partition, position, copies, others));
    }
}
