package io.tain.link;

import io.tain.batch.Assignment;
import io.tain.batch.MemoryBudget;
import io.tain.batch.TargetTraits;
import io.tain.link.TakeoverDesk.Job;
import io.tain.link.TakeoverDesk.Place;
import io.tain.link.TakeoverDesk.Request;
import io.tain.offset.CopyListener;
import io.tain.offset.OffsetTracker;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.TopicIds;
import io.tain.source.SourcePartition;
import io.tain.state.Checkpoint;
import io.tain.state.StateKey;
import io.tain.topic.TargetTopics.Wanted;
import io.tain.topic.TopicState;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.record.TimestampType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream's reader and writers, as its control thread commands them. All methods but {@link #stop},
 * {@link #load} and {@link #blocked} are for that thread.
 */
final class DataPath {
    private static final Logger LOG = LoggerFactory.getLogger(DataPath.class);

    /** How long a reader may take to hear that a partition is taken away; it is never blocked for longer than a poll. */
    private static final Duration HEAR = Duration.ofSeconds(2);

    /** How long the last checkpoints may take; without them the next owner has a little more to look at. */
    private static final Duration LEAVE_WORD = Duration.ofSeconds(2);

    /** How long a member waits for the state before it looks after the group again. */
    private static final Duration READ_STATE = Duration.ofSeconds(5);

    /** From a take-over that failed to the next; a process that has lost the partition hears of it in this time. */
    static final Duration TAKE_OVER_AGAIN = Duration.ofSeconds(10);

    /** Where a handler sends records is found out record by record. */
    private static final TopicState.Ready ANY_TOPIC =
            new TopicState.Ready(0, 0, TimestampType.CREATE_TIME, Integer.MAX_VALUE, Uuid.ZERO_UUID);

    private final ReaderLoop reader;
    private final List<WriterLoop> writers;
    private final Desks desks;
    private final Function<TopicState.Ready, TargetTraits> traits;
    private final AtomicLong queuedRecords;
    private final Mode mode;

    /** Builds a data path that reports to a control thread. */
    interface Factory {
        DataPath create(StreamEvents events);
    }

    /** Whether source topics are copied under their own names, or a handler decides where records go. */
    enum Mode {
        SAME_TOPIC,
        HANDLER
    }

    /**
     * @param traits what a target topic means to batches
     * @param queuedRecords counts the records that wait before the writers
     */
    DataPath(
            ReaderLoop reader,
            List<WriterLoop> writers,
            Desks desks,
            Function<TopicState.Ready, TargetTraits> traits,
            AtomicLong queuedRecords,
            Mode mode) {
        this.reader = reader;
        this.writers = List.copyOf(writers);
        this.desks = desks;
        this.traits = traits;
        this.queuedRecords = queuedRecords;
        this.mode = mode;
    }

    /** Starts the threads; {@code starter} makes a thread of a name and a task. */
    void start(Consumer<ThreadTask> starter) {
        starter.accept(new ThreadTask("reader", reader));
        for (int i = 0; i < writers.size(); i++) {
            starter.accept(new ThreadTask(writers.size() == 1 ? "writer" : "writer-" + i, writers.get(i)));
        }
    }

    /**
     * @param role what the thread does, for its name
     * @param task runs until told to stop
     */
    record ThreadTask(String role, Runnable task) {}

    /** Whether partitions have to be made this process's own before they are copied. */
    boolean takesOver() {
        return desks.takeovers().isPresent();
    }

    /**
     * Where the state topic says that partitions without a commit stood: whoever deletes a topic, or a group, takes the commits
     * along, and brokers forget those of groups that were away for long. A take-over looks there by itself.
     *
     * @throws RetriableException if it can't be read just now
     */
    Map<TopicPartition, OffsetAndMetadata> remembered(Set<TopicPartition> without, Pace pace) {
        if (takesOver() || desks.state().isEmpty()) {
            return Map.of();
        }
        CompletableFuture<Map<StateKey, byte[]>> state = desks.state()
                .get()
                .read(key -> key.kind() == StateKey.Kind.CHECKPOINT && without.contains(key.partition()));
        if (!pace.await(state, READ_STATE) && !state.isDone()) {
            throw new TimeoutException("the state topic on the target has not been read");
        }
        Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>();
        keptOrNothing(state, without)
                .forEach((key, value) -> Checkpoint.parse(value).ifPresent(checkpoint -> {
                    TopicIds ids = new TopicIds(checkpoint.sourceTopic(), checkpoint.targetTopic());
                    found.put(
                            key.partition(),
                            ids.commit(new Position(checkpoint.sourceOffset(), checkpoint.leaderEpoch(), -1)));
                }));
        if (!found.isEmpty()) {
            LOG.warn("no commit is left of {}; they go on from their checkpoints", Commits.text(found.keySet()));
        }
        return found;
    }

    /** A link that delivers at least once copies even if its state can't be kept. */
    private static Map<StateKey, byte[]> keptOrNothing(
            CompletableFuture<Map<StateKey, byte[]>> state, Set<TopicPartition> without) {
        try {
            return state.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RetriableException passing) {
                throw passing;
            }
            LOG.warn(
                    "{} have no commit, and whether they have checkpoints can't be told: {}; they are read from their"
                            + " beginnings",
                    Commits.text(without),
                    e.getCause().getMessage());
            return Map.of();
        }
    }

    /** Begins to copy a partition if its target topic is ready, else notes why not; or tells why it must halt. */
    Optional<String> maybeStart(PartitionFlow flow, Pace pace) {
        TopicPartition partition = flow.partition();
        TopicState.Ready ready = ANY_TOPIC;
        if (mode == Mode.SAME_TOPIC) {
            Wanted wanted = new Wanted(partition.topic(), partition.topic());
            Optional<TopicState> state = desks.topics().state(wanted);
            if (state.isPresent() && state.get() instanceof TopicState.Refused refused) {
                flow.setReason(refused.reason());
                return Optional.empty();
            }
            if (state.isEmpty() || ((TopicState.Ready) state.get()).sourcePartitions() <= partition.partition()) {
                desks.topics().ask(wanted);
                return Optional.empty();
            }
            ready = (TopicState.Ready) state.get();
        }
        TopicIds ids = flow.ids();
        if (TopicIds.differ(ids.target(), ready.targetId())) {
            return Optional.of("the target topic " + partition.topic() + " is not the one that " + partition
                    + " was copied to, its id was " + ids.target() + " and is now " + ready.targetId()
                    + ": it was deleted and created again, and has nothing from below offset "
                    + flow.start().offset());
        }
        Optional<Place> place = flow.place();
        if (desks.takeovers().isPresent() && place.isEmpty()) {
            return takeOver(flow, desks.takeovers().get(), ready, pace);
        }
        boolean announces = desks.opposite().isPresent();
        if (announces && place.isEmpty()) {
            flow.announce(ready.targetId());
        }
        if ((announces || place.isPresent()) && !flow.isMarked()) {
            return Optional.empty(); // the group's commit does not say yet what is about to be copied
        }
        if (place.isPresent() && !isKept(flow, desks.takeovers().orElseThrow(), pace)) {
            return Optional.empty();
        }
        if (desks.opposite().isPresent()) {
            CompletableFuture<Optional<String>> look = desks.opposite().get().look(partition);
            if (!look.isDone()) {
                flow.setReason("looking for links in the opposite direction");
                return Optional.empty();
            }
            if (look.join().isPresent()) {
                desks.opposite().get().forget(partition);
                return look.join();
            }
        }
        Assignment assignment = new Assignment(partition, queuedRecords, ready.targetId(), place.map(Place::owner));
        SourcePartition source = new SourcePartition(
                assignment,
                traits.apply(ready),
                flow.start().offset(),
                flow.start().leaderEpoch() < 0
                        ? Optional.empty()
                        : Optional.of(flow.start().leaderEpoch()),
                ids.source());
        Uuid target = ready.targetId();
        WriterLoop writer = reader.writerOf(partition);
        Optional<CopyListener> map =
                desks.maps().map(maps -> maps.begin(source, target, place.flatMap(Place::walked), writer.mailbox()));
        OffsetTracker tracker = new OffsetTracker(flow.start(), map.orElse(CopyListener.NONE));
        flow.run(assignment, tracker, source);
        desks.state()
                .ifPresent(state -> state.track(new Copying(
                        tracker, source, target, place.map(Place::producers).orElse(List.of()))));
        writer.begin(assignment, tracker);
        reader.add(source);
        return Optional.empty();
    }

    /** Whether the state topic has the partition's place. The group has taken it before, which refuses who is not its member any more. */
    private static boolean isKept(PartitionFlow flow, TakeoverDesk desk, Pace pace) {
        CompletableFuture<Void> kept = desk.keep(flow.takeover().orElseThrow());
        if (!kept.isDone()) {
            flow.setReason("keeping its place in the state topic");
            return false;
        }
        try {
            kept.join();
            return true;
        } catch (CompletionException e) {
            takeOverLater(flow, e.getCause(), pace);
            return false;
        }
    }

    private static void takeOverLater(PartitionFlow flow, Throwable failure, Pace pace) {
        flow.callOff();
        flow.postpone(pace.nanoTime() + TAKE_OVER_AGAIN.toNanos(), "it can't be taken over: " + failure.getMessage());
    }

    /** Begins to make the partition this process's own, or looks whether that is done; or tells why it must halt. */
    private Optional<String> takeOver(PartitionFlow flow, TakeoverDesk desk, TopicState.Ready ready, Pace pace) {
        long now = pace.nanoTime();
        if (flow.takeover().isEmpty()) {
            if (!flow.isPostponed(now)) {
                TopicIds ids = new TopicIds(flow.ids().source(), ready.targetId());
                flow.takeOver(desk.takeOver(
                        new Request(flow.partition(), flow.start(), flow.origin(), ids, traits.apply(ready))));
            }
            return Optional.empty();
        }
        Job job = flow.takeover().get();
        if (!job.done().isDone()) {
            flow.setReason(job.progress());
            return Optional.empty();
        }
        try {
            flow.settle(job.done().join(), now);
        } catch (CompletionException e) {
            if (e.getCause() instanceof TakeoverDesk.Undecided) {
                return Optional.of(flow.partition() + ": " + e.getCause().getMessage());
            }
            takeOverLater(flow, e.getCause(), pace);
        }
        return Optional.empty();
    }

    /**
     * Takes over anew, by letting it go in good order, one partition whose owner's life is due: else the target would forget whose
     * it is, and who comes next could not shut this process out.
     */
    void maybeRenew(Collection<PartitionFlow> flows, Pace pace) {
        long nowMs = pace.steadyMs();
        flows.stream()
                .filter(flow -> flow.phase() == PartitionFlow.Phase.RUNNING && !flow.isPaused())
                .filter(flow ->
                        flow.place().filter(place -> place.owner().isDue(nowMs)).isPresent())
                .findFirst()
                .ifPresent(flow -> {
                    boolean drained = drain(List.of(flow), HEAR, pace);
                    release(List.of(flow), drained, pace);
                    flow.restart();
                });
    }

    /**
     * Stops reading these and waits, at most so long, until all that was read of them is acknowledged. Tells whether the trackers
     * know of all that was read; if the threads have not heard of it in time, something may still be on its way to them.
     */
    boolean drain(Collection<PartitionFlow> flows, Duration limit, Pace pace) {
        long deadline = pace.nanoTime() + limit.toNanos();
        CompletableFuture<Void> read = CompletableFuture.allOf(flows.stream()
                .flatMap(flow -> flow.assignment().stream())
                .map(reader::remove)
                .toArray(CompletableFuture[]::new));
        if (!pace.await(read, HEAR)) {
            return false;
        }
        // Behind the ranges in the writers' mailboxes: when it is run, the trackers know of all that was read.
        CompletableFuture<Void> taken = CompletableFuture.allOf(
                writers.stream().map(writer -> writer.mailbox().ask(() -> {})).toArray(CompletableFuture[]::new));
        if (!pace.await(taken, HEAR)) {
            return false;
        }
        while (!flows.stream().allMatch(PartitionFlow::isDrained) && pace.nanoTime() < deadline) {
            pace.await(Duration.ofMillis(5));
        }
        return true;
    }

    /**
     * Gives partitions up: leaves word of where they stand, and forgets what is still under way.
     *
     * @param drained what {@link #drain} told of them
     */
    void release(Collection<PartitionFlow> flows, boolean drained, Pace pace) {
        flows.forEach(this::callOff);
        List<Assignment> started =
                flows.stream().flatMap(flow -> flow.assignment().stream()).toList();
        desks.maps().ifPresent(maps -> pace.await(maps.publish(started), HEAR));
        desks.state()
                .filter(state -> !started.isEmpty())
                .map(state -> state.release(started, drained))
                .ifPresent(written -> pace.await(written, LEAVE_WORD));
        started.forEach(this::abandon);
    }

    /** Forgets a partition that somebody else may own by now. */
    void lose(PartitionFlow flow) {
        callOff(flow);
        flow.assignment().ifPresent(this::abandon);
    }

    /** Whoever owns it next has to look again at what was looked at before its start. */
    private void callOff(PartitionFlow flow) {
        flow.callOff();
        desks.opposite().ifPresent(opposite -> opposite.forget(flow.partition()));
    }

    /** Forgets what is still under way for an assignment. */
    void abandon(Assignment assignment) {
        assignment.end();
        desks.maps().ifPresent(maps -> maps.end(assignment));
        desks.state().ifPresent(state -> state.forget(assignment));
        reader.forget(assignment);
        reader.writerOf(assignment.partition()).discard(assignment);
    }

    /** Source partitions of which something can not be written just now, and why; from any thread. */
    Map<TopicPartition, String> blocked() {
        if (writers.size() == 1) {
            return writers.get(0).blocked();
        }
        Map<TopicPartition, String> all = new HashMap<>();
        writers.forEach(writer -> all.putAll(writer.blocked()));
        return all;
    }

    /** Stops reading a partition for now; what was read of it goes on to the target. */
    void pause(PartitionFlow flow) {
        flow.assignment().ifPresent(reader::forget);
    }

    /** Reads a paused partition on from where it stopped. */
    void resume(PartitionFlow flow) {
        flow.source().ifPresent(reader::add);
    }

    /** Stops reading a partition; when the future is done, its tracker knows of all that was read. */
    CompletableFuture<Void> quieten(PartitionFlow flow) {
        return flow.assignment()
                .map(assignment -> reader.remove(assignment)
                        .thenCompose(read ->
                                reader.writerOf(flow.partition()).mailbox().ask(() -> {})))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    /** Has the target topic looked at before a partition is copied to it again. */
    void lookAgain(TopicPartition partition) {
        desks.topics().forget(new Wanted(partition.topic(), partition.topic()));
    }

    /** What is under way; from any thread. */
    StreamLoad load(long pendingBytes) {
        MemoryBudget budget = reader.budget();
        return new StreamLoad(
                budget.used(),
                budget.limit(),
                pendingBytes,
                queuedRecords.get(),
                reader.throttledMs(),
                writers.stream().mapToLong(WriterLoop::throttledMs).sum(),
                Stream.farthest(writers));
    }

    /** Ends the threads; from any thread. */
    void stop() {
        reader.stop();
        writers.forEach(WriterLoop::stop);
    }
}
