package io.tain.sim;

import io.tain.config.Delivery;
import io.tain.config.LinkConfig;
import io.tain.config.SourceConfig;
import io.tain.config.StartPosition;
import io.tain.config.StateConfig;
import io.tain.config.TargetConfig;
import io.tain.config.TopicSelection;
import io.tain.config.Tuning;
import io.tain.link.SimulatedMirror;
import io.tain.source.ReaderTerms;
import io.tain.state.StateLog;
import io.tain.target.WriterTerms;
import io.tain.topic.TargetTopics.Purpose;
import io.tain.topic.TargetTopics.Wanted;
import io.tain.topic.TopicState;
import io.tain.wire.FenceClient;
import io.tain.wire.FetchClient;
import io.tain.wire.FetchListener;
import io.tain.wire.ProduceClient;
import io.tain.wire.SimulatedClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.record.TimestampType;

/** A process of the mirror in a simulation: it may stand still, die, or be stopped, at any step. */
final class SimMirror implements SimulatedMirror.Surroundings {
    private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(1);
    private static final Duration DRAIN = Duration.ofSeconds(4);
    private static final StateConfig ONCE = new StateConfig(Delivery.EXACTLY_ONCE, Optional.of("state"));

    final String name;
    private final World world;
    private final GroupConsumer consumer;
    private final List<SimulatedClient> sourceClients = new ArrayList<>();
    private final List<SimulatedClient> targetClients = new ArrayList<>();
    private final SimulatedMirror mirror;
    private long frozenUntilMs;
    private boolean dead;
    private boolean ended;
    private boolean memberBusy;
    private boolean takeoversBusy;

    /** Unwinds the stack of a process that has died or ended while one of its threads was waiting. */
    private static final class Died extends Error {
        private static final long serialVersionUID = 1L;

        Died() {
            super("died", null, false, false);
        }
    }

    SimMirror(World world, String name) {
        this.world = world;
        this.name = name;
        this.consumer = new GroupConsumer(world, name);
        Terms terms = world.terms;
        LinkConfig config = new LinkConfig(
                "link",
                "group",
                new TopicSelection(Pattern.compile(".*"), "all"),
                new SourceConfig(Map.of(), StartPosition.EARLIEST, isCommitted(terms), world.breaks),
                new TargetConfig(
                        Map.of(),
                        new TargetConfig.Guarantees((short) -1, terms.idempotent(), terms.window()),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        terms.onRefused()),
                new Tuning(
                        1,
                        terms.writers(),
                        new Tuning.Intervals(COMMIT_INTERVAL, Duration.ofMinutes(1), DRAIN, Optional.empty()),
                        terms.budgetBytes(),
                        OptionalInt.empty()),
                terms.exactlyOnce() ? ONCE : StateConfig.NONE,
                Optional.empty());
        mirror = new SimulatedMirror(
                config,
                new ReaderTerms(isCommitted(terms), 64 * 1024, OptionalInt.of(16 * 1024), 500, 100),
                new WriterTerms(
                        terms.idempotent(),
                        terms.window(),
                        1 << 20,
                        new WriterTerms.Backoff(100, 1_000),
                        Optional.empty()),
                this);
        mirror.begin();
    }

    private static boolean isCommitted(Terms terms) {
        return terms.isolation() == IsolationLevel.READ_COMMITTED;
    }

    @Override
    public Consumer<byte[], byte[]> consumer() {
        return consumer;
    }

    GroupConsumer member() {
        return consumer;
    }

    @Override
    public FetchClient fetchClient(FetchListener listener) {
        SimulatedClient client = source("reader");
        boolean far = world.dice.chance(0.3);
        return client.fetchClient(new FetchClient.Terms(world.terms.isolation(), 1, 0, ""), listener, far);
    }

    private SimulatedClient source(String role) {
        SimulatedClient client =
                new SimulatedClient(name + "/" + role, world.source, 100, sent -> world.orphan(world.source, sent));
        sourceClients.add(client);
        return client;
    }

    private SimulatedClient target(String role, int maxInFlight) {
        SimulatedClient client = new SimulatedClient(
                name + "/" + role, world.target, maxInFlight, sent -> world.orphan(world.target, sent));
        targetClients.add(client);
        return client;
    }

    @Override
    public ProduceClient produceClient(int writer) {
        return target("writer-" + writer, world.terms.window()).produceClient(-1);
    }

    @Override
    public FenceClient fenceClient() {
        return target("fences", 50).fenceClient();
    }

    @Override
    public FetchClient walkSource(FetchListener listener) {
        return source("walk").fetchClient(new FetchClient.Terms(world.terms.isolation(), 1, 0, ""), listener, false);
    }

    @Override
    public FetchClient walkTarget(FetchListener listener) {
        FetchClient.Terms terms = new FetchClient.Terms(IsolationLevel.READ_UNCOMMITTED, 1, 0, "");
        return target("walk", 100).fetchClient(terms, listener, false);
    }

    @Override
    public StateLog state() {
        return world.state.of(name);
    }

    @Override
    public CompletableFuture<Long> sourceStart(TopicPartition partition) {
        return told(world.source.log(partition).start());
    }

    @Override
    public CompletableFuture<Long> targetStart(TopicPartition partition) {
        return told(world.target.log(partition).start());
    }

    @Override
    public CompletableFuture<Long> targetEnd(TopicPartition partition) {
        return told(world.target.log(partition).end());
    }

    private CompletableFuture<Long> told(long offset) {
        return world.weather.strikes(Fault.ASK_FAILS)
                ? CompletableFuture.failedFuture(new TimeoutException("simulated"))
                : CompletableFuture.completedFuture(offset);
    }

    @Override
    public CompletableFuture<Long> idLifeMs() {
        return CompletableFuture.completedFuture(world.terms.target().idLifeMs());
    }

    @Override
    public TopicState look(Wanted wanted) {
        if (world.weather.strikes(Fault.TARGET_TOPIC_REFUSED)) {
            return new TopicState.Refused("simulated");
        }
        if (wanted.purpose() == Purpose.DEAD_LETTERS) {
            world.target.makeDeadLetters(wanted.source(), wanted.target());
        }
        return new TopicState.Ready(9, 9, TimestampType.CREATE_TIME, 1_000_000, world.target.topicId(wanted.target()));
    }

    @Override
    public LongSupplier clockMs() {
        return world::nowMs;
    }

    @Override
    public void whileWaiting() {
        do {
            world.step();
        } while (isFrozen() && !dead);
        if (dead || ended) {
            throw new Died();
        }
    }

    boolean isLive() {
        return !dead && !ended;
    }

    boolean isFrozen() {
        return world.nowMs() < frozenUntilMs;
    }

    boolean isMemberBusy() {
        return memberBusy;
    }

    void stepState() {
        mirror.stepState();
    }

    boolean isTakingOver() {
        return mirror.isTakingOver();
    }

    /** One cycle of the thread that takes partitions over, unless it is waiting. */
    void stepTakeovers() {
        if (takeoversBusy) {
            return;
        }
        takeoversBusy = true;
        try {
            mirror.stepTakeovers();
        } catch (Died e) {
            world.trace.note("%s was taking partitions over when it ended", name);
        } finally {
            takeoversBusy = false;
        }
    }

    /** One cycle of the group member's thread. */
    void stepMember() {
        withMember(mirror::stepMember);
    }

    private void withMember(Runnable task) {
        memberBusy = true;
        try {
            task.run();
        } catch (Died e) {
            world.trace.note("%s was waiting when it died", name);
        } finally {
            memberBusy = false;
        }
    }

    void stepReader() {
        mirror.stepReader();
    }

    void stepWriter() {
        mirror.stepWriter(world.dice.between(0, mirror.writers() - 1));
    }

    void stepTopics() {
        mirror.stepTopics();
    }

    void freeze(long forMs) {
        world.trace.note("%s stands still for %d ms", name, forMs);
        frozenUntilMs = world.nowMs() + forMs;
    }

    void wakeUp() {
        frozenUntilMs = 0;
    }

    /** What SIGTERM does. */
    void stop() {
        world.trace.note("%s is stopped", name);
        withMember(() -> {
            mirror.stop();
            ended = true;
        });
        clients().forEach(SimulatedClient::die);
    }

    /** What kill -9 does; the group does not hear of it. */
    void die() {
        world.trace.note("%s dies", name);
        dead = true;
        consumer.die();
        clients().forEach(SimulatedClient::die);
    }

    List<SimulatedClient> clients() {
        List<SimulatedClient> all = new ArrayList<>(sourceClients);
        all.addAll(targetClients);
        return all;
    }

    List<SimulatedClient> sourceClients() {
        return sourceClients;
    }

    List<SimulatedClient> targetClients() {
        return targetClients;
    }

    SimulatedMirror engine() {
        return mirror;
    }
}
