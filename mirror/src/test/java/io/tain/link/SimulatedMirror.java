package io.tain.link;

import io.tain.batch.MemoryBudget;
import io.tain.batch.TargetTraits;
import io.tain.batch.Transcoder;
import io.tain.config.LinkConfig;
import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.source.BatchIntake;
import io.tain.source.ReaderTerms;
import io.tain.source.SourceReader;
import io.tain.target.TargetWriter;
import io.tain.target.WriterTerms;
import io.tain.topic.TargetTopics.Wanted;
import io.tain.topic.TopicState;
import io.tain.wire.FetchClient;
import io.tain.wire.FetchListener;
import io.tain.wire.ProduceClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;

/** A stream of a mirror wired as {@link Stream} does it, but for its connections and its threads: the caller is each of them. */
public final class SimulatedMirror {
    private static final int MAX_DECOMPRESSED_BYTES = 16 << 20;

    private final GroupMember member;
    private final ReaderLoop reader;
    private final List<WriterLoop> writers = new ArrayList<>();
    private final TopicDesk topics;
    private final LinkCounters counters;
    private final EventLog events;
    private final MemoryBudget budget;
    private final AtomicReference<Optional<Outcome>> fatal = new AtomicReference<>(Optional.empty());

    /** What the mirror is connected to. */
    public interface Surroundings {
        Consumer<byte[], byte[]> consumer();

        FetchClient fetchClient(FetchListener listener);

        ProduceClient produceClient(int writer);

        TopicState look(Wanted topic);

        LongSupplier clockMs();

        /** Lets time pass and everybody else go on, while the group member waits. */
        void whileWaiting();
    }

    public SimulatedMirror(LinkConfig config, ReaderTerms readerTerms, WriterTerms writerTerms, Surroundings world) {
        SimulatedPace pace = new SimulatedPace(world);
        events = new EventLog(config.name(), world.clockMs());
        counters = new LinkCounters(events);
        AtomicLong queued = new AtomicLong();
        topics = new TopicDesk(wanted -> {
            java.util.Map<Wanted, TopicState> states = new java.util.HashMap<>();
            wanted.forEach(topic -> states.put(topic, world.look(topic)));
            return states;
        });
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
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
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
