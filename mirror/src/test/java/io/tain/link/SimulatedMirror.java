package io.tain.link;

import io.tain.batch.MemoryBudget;
import io.tain.batch.TargetTraits;
import io.tain.batch.Transcoder;
import io.tain.config.Delivery;
import io.tain.config.LinkConfig;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.source.BatchIntake;
import io.tain.source.EchoGuard;
import io.tain.source.ReaderTerms;
import io.tain.source.SourceReader;
import io.tain.state.KeptState;
import io.tain.state.LinkEntry;
import io.tain.state.StateLog;
import io.tain.target.TargetWriter;
import io.tain.target.WriterTerms;
import io.tain.topic.TargetTopics.Wanted;
import io.tain.topic.TopicState;
import io.tain.wire.FenceClient;
import io.tain.wire.FetchClient;
import io.tain.wire.FetchListener;
import io.tain.wire.ProduceClient;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** A stream of a mirror wired as {@link Stream} does it, but for its connections and its threads: the caller is each of them. */
public final class SimulatedMirror {
    private static final int MAX_DECOMPRESSED_BYTES = 16 << 20;

    /** The state is there without anybody's being asked to make it. */
    private static final Admin NOBODY = (Admin) Proxy.newProxyInstance(
            Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, (proxy, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
            });

    private final GroupMember member;
    private final ReaderLoop reader;
    private final List<WriterLoop> writers = new ArrayList<>();
    private final TopicDesk topics;
    private final LinkCounters counters;
    private final EventLog events;
    private final MemoryBudget budget;
    private final Optional<Once> once;
    private final AtomicReference<Optional<Outcome>> fatal = new AtomicReference<>(Optional.empty());

    /** What the mirror is connected to. */
    public interface Surroundings {
        Consumer<byte[], byte[]> consumer();

        FetchClient fetchClient(FetchListener listener);

        ProduceClient produceClient(int writer);

        TopicState look(Wanted topic);

        LongSupplier clockMs();

        /** To the target's transaction coordinators; what follows is asked for exactly once only. */
        FenceClient fenceClient();

        FetchClient walkSource(FetchListener listener);

        FetchClient walkTarget(FetchListener listener);

        StateLog state();

        CompletableFuture<Long> sourceStart(TopicPartition partition);

        CompletableFuture<Long> targetStart(TopicPartition partition);

        CompletableFuture<Long> targetEnd(TopicPartition partition);

        /** For how long the target remembers producers. */
        CompletableFuture<Long> idLifeMs();

        /** Lets time pass and everybody else go on, while the group member waits. */
        void whileWaiting();
    }

    /** What delivers exactly once. */
    private record Once(StateDesk state, OffsetMaps maps, TakeoverDesk takeovers, TakeoverDesk.Clients clients) {}

    public SimulatedMirror(LinkConfig config, ReaderTerms readerTerms, WriterTerms writerTerms, Surroundings world) {
        SimulatedPace pace = new SimulatedPace(world);
        events = new EventLog(config.name(), world.clockMs());
        counters = new LinkCounters(events);
        AtomicLong queued = new AtomicLong();
        topics = new TopicDesk(wanted -> {
            Map<Wanted, TopicState> states = new HashMap<>();
            wanted.forEach(topic -> states.put(topic, world.look(topic)));
            return states;
        });
        once = config.state().topic().map(topic -> once(config, world, pace));
        AtomicReference<ReaderLoop> made = new AtomicReference<>();
        budget = new MemoryBudget(
                config.tuning().memoryBudgetBytes(), () -> made.get().wakeup());
        Function<StreamEvents, DataPath> wire = stream -> {
            for (int i = 0; i < config.tuning().writers(); i++) {
                int index = i;
                writers.add(new WriterLoop(
                        listener -> new TargetWriter(
                                world.produceClient(index),
                                writerTerms,
                                listener,
                                new Transcoder(MAX_DECOMPRESSED_BYTES)),
                        config.target().onRefused(),
                        counters,
                        stream,
                        topics::ask,
                        pace));
            }
            made.set(new ReaderLoop(
                    listener -> new SourceReader(
                            world::fetchClient,
                            readerTerms,
                            budget,
                            new BatchIntake(
                                    listener,
                                    budget,
                                    new Transcoder(MAX_DECOMPRESSED_BYTES),
                                    Optional.empty(),
                                    counters.intake,
                                    world.clockMs()),
                            () -> false,
                            () -> Stream.farthest(writers)),
                    writers,
                    stream,
                    pace));
            return new DataPath(
                    made.get(),
                    writers,
                    new Desks(
                            topics,
                            once.map(Once::state),
                            once.map(Once::takeovers),
                            once.map(Once::maps),
                            Optional.empty(),
                            Optional.empty()),
                    this::traits,
                    queued,
                    DataPath.Mode.SAME_TOPIC);
        };
        member = new GroupMember(
                config,
                world.consumer(),
                wire::apply,
                Optional.empty(),
                new LinkReports(events, outcome -> fatal.set(Optional.of(outcome))),
                pace);
        reader = made.get();
    }

    private Once once(LinkConfig config, Surroundings world, Pace pace) {
        StateDesk state = new StateDesk(
                config.name(),
                new KeptState(world.state(), config.name()),
                NOBODY,
                nowMs -> new LinkEntry("source", "target", Delivery.EXACTLY_ONCE, ".*", nowMs),
                why -> fatal.set(Optional.of(new Outcome(Outcome.Kind.FAILED_OVER, Optional.of(why)))),
                pace);
        TakeoverDesk.Clients clients = new TakeoverDesk.Clients(
                world.fenceClient(), new LogWalk(world::walkTarget), new LogWalk(world::walkSource));
        LogOffsets source = (partitions, what) -> answers(partitions, world::sourceStart);
        LogOffsets target = (partitions, what) ->
                answers(partitions, what instanceof OffsetSpec.EarliestSpec ? world::targetStart : world::targetEnd);
        TakeoverDesk takeovers = new TakeoverDesk(
                config.name(),
                state,
                new TakeoverDesk.Connections(() -> clients, source, target, new IdLife(world::idLifeMs)),
                new TakeoverDesk.Reading(config.source().readCommitted(), EchoGuard.none()),
                events,
                pace);
        return new Once(state, new OffsetMaps(config.name(), state, 1 << 20), takeovers, clients);
    }

    private static Map<TopicPartition, CompletableFuture<Long>> answers(
            Collection<TopicPartition> partitions, Function<TopicPartition, CompletableFuture<Long>> answer) {
        return partitions.stream().collect(Collectors.toMap(Function.identity(), answer));
    }

    private TargetTraits traits(TopicState.Ready topic) {
        return new TargetTraits(
                topic.timestampType(), topic.maxMessageBytes(), Optional.empty(), TargetTraits.Handling.NONE);
    }

    /** Waiting is letting the others go on. */
    private record SimulatedPace(Surroundings world) implements Pace {
        @Override
        public long nanoTime() {
            return currentTimeMs() * 1_000_000;
        }

        @Override
        public long steadyMs() {
            return currentTimeMs();
        }

        @Override
        public long currentTimeMs() {
            return world.clockMs().getAsLong();
        }

        @Override
        public boolean await(CompletableFuture<?> future, Duration limit) {
            long deadline = currentTimeMs() + limit.toMillis();
            do {
                world.whileWaiting();
            } while (!future.isDone() && currentTimeMs() < deadline);
            return future.isDone();
        }
    }

    public void begin() {
        member.begin();
    }

    public void stepMember() {
        member.step();
        fatal.get().ifPresent(outcome -> {
            throw new IllegalStateException("the mirror gives up: " + outcome);
        });
    }

    public void stepReader() {
        reader.step();
    }

    public int writers() {
        return writers.size();
    }

    public void stepWriter(int index) {
        writers.get(index).step();
    }

    public void stepTopics() {
        try {
            topics.step(); // what was asked for
            topics.step(); // what was refused
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public void stepState() {
        once.orElseThrow().state.step();
    }

    /** Whether a partition is being made this process's own. */
    public boolean isTakingOver() {
        return status().stream().anyMatch(status -> status.state() == LinkStatus.State.STARTING);
    }

    public void stepTakeovers() {
        Once desks = once.orElseThrow();
        desks.takeovers.step(desks.clients);
    }

    /** What an operator orders. */
    public void take(Order order) {
        member.take(order);
    }

    /** What SIGTERM does. */
    public void stop() {
        member.release();
        member.end();
    }

    public List<PartitionStatus> status() {
        return member.status().partitions();
    }

    public long refused() {
        return counters.refused.sum();
    }

    public LinkStatus.Totals totals() {
        return counters.totals();
    }

    /** What an operator was told. */
    public List<Event> events() {
        return events.last();
    }

    public long budgetUsed() {
        return budget.used();
    }
}
