package io.tain.sim;

import io.tain.link.LinkStatus.PartitionStatus;
import io.tain.link.LinkStatus.State;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A life of a mirror, made up from a seed: two processes of it, a source and a target of three brokers each, and bad weather;
 * then calm, in which everything has to arrive, after an operator has answered what halted partitions ask for.
 */
public final class Simulation {
    private static final int STORMY_STEPS = 1_500;
    private static final int CALM_STEPS = 20_000;
    private static final int ORDER_STEPS = 2_000;

    /** Within this time every position is looked at by a leader once more, also if a request before that gets no answer. */
    private static final int REST_MS = 8_000;

    private final long seed;
    private final World world;

    private Simulation(long seed) {
        this.seed = seed;
        this.world = new World(seed);
    }

    /** What went wrong, with the last events and the command that shows it again; empty if nothing did. */
    public static Optional<String> run(long seed) {
        return run(seed, new TreeMap<>());
    }

    /** The same, and adds up what the simulation has had to do with. */
    static Optional<String> run(long seed, Map<String, Long> seen) {
        Simulation simulation = new Simulation(seed);
        try {
            simulation.run();
            simulation.world.seen().forEach((what, times) -> seen.merge(what, times, Long::sum));
            return Optional.empty();
        } catch (RuntimeException | AssertionError e) {
            return Optional.of(simulation.report(e));
        }
    }

    /** All that happened in a simulation that kept all promises, to compare two runs of a seed. */
    static String digest(long seed) {
        Simulation simulation = new Simulation(seed);
        simulation.world.trace.keepAll();
        simulation.run();
        return simulation.world.trace.toString();
    }

    private String report(Throwable failure) {
        StringBuilder text = new StringBuilder();
        text.append("seed ")
                .append(seed)
                .append(": ")
                .append(failure.getMessage())
                .append("\n");
        if (!(failure instanceof Violation)) {
            text.append(failure).append('\n');
            for (StackTraceElement element : failure.getStackTrace()) {
                text.append("    at ").append(element).append('\n');
                if (element.getClassName().equals(World.class.getName())) {
                    break;
                }
            }
        }
        text.append(world.breaks).append('\n');
        return text.append("terms: ")
                .append(world.terms)
                .append('\n')
                .append("faults: ")
                .append(world.weather.struck())
                .append('\n')
                .append(world.trace)
                .append("replay: mvn -q -pl testkit,mirror test -Dtest=SimulationTest")
                .append(" -Dsurefire.failIfNoSpecifiedTests=false -Dtain.sim.seed=")
                .append(seed)
                .append('\n')
                .toString();
    }

    private void run() {
        prepare();
        while (world.steps() < STORMY_STEPS || !world.producers.isDone()) {
            world.step();
        }
        world.calmDown();
        for (int operators = 0; !settles(); operators++) {
            if (operators == 4) {
                throw new Violation("I8", "what halted partitions ask for does not help them");
            }
            operate();
        }
        world.stopAll();
        world.checker.checkComplete();
    }

    private void prepare() {
        Dice dice = world.dice;
        List<TopicPartition> partitions =
                List.of(new TopicPartition("a", 0), new TopicPartition("a", 1), new TopicPartition("b", 0));
        for (TopicPartition partition : partitions.subList(0, dice.between(1, 3))) {
            SourceLog log = new SourceLog(partition, dice.pick(SimCluster.NODES), dice.skewed(0, 5_000));
            world.source.add(log);
            world.producers.add(log);
            world.target.add(new TargetLog(world, partition.topic(), partition, dice.pick(SimCluster.NODES)));
            for (int i = dice.between(0, 5); i > 0; i--) {
                world.producers.produce(log);
            }
            if (dice.chance(0.3) && log.end() > log.start()) {
                begin(log, log.start() + dice.between(0, (int) (log.end() - log.start())));
            }
        }
        world.startMirror();
        world.startMirror();
    }

    /** The group was there before, and begins in the middle of the log, perhaps of a batch. */
    private void begin(SourceLog log, long offset) {
        world.group.begin(log.partition, Math.min(offset, log.lastStable()), log.epochBefore(offset));
        for (SimRecord record : log.records) {
            record.excused |= record.offset
                    < world.group.committed(log.partition).orElseThrow().offset();
        }
    }

    /** Runs until everything has arrived, or only halted partitions are left; tells whether the former. */
    private boolean settles() {
        long until = world.steps() + CALM_STEPS;
        long unsettledMs = world.nowMs();
        List<Optional<OffsetAndMetadata>> before = List.of();
        while (world.steps() < until) {
            world.step();
            if (world.steps() % 20 == 0) {
                List<Optional<OffsetAndMetadata>> now = commits();
                until = now.equals(before) ? until : world.steps() + CALM_STEPS; // as long as it gets on
                before = now;
                Map<TopicPartition, PartitionStatus> halted = halted();
                boolean waits = false;
                boolean complete = true;
                for (SourceLog log : world.source.logs()) {
                    boolean done = isDone(log);
                    complete &= done;
                    waits |= !done && !halted.containsKey(log.partition);
                }
                if (!complete || !halted.isEmpty()) {
                    unsettledMs = world.nowMs();
                } else if (world.nowMs() - unsettledMs > REST_MS) {
                    return true;
                }
                if (!waits && !complete) {
                    return false;
                }
            }
        }
        throw new Violation("I7", "in calm weather nothing comes to rest: " + status());
    }

    private List<Optional<OffsetAndMetadata>> commits() {
        return world.source.logs().stream()
                .map(log -> world.group.committed(log.partition))
                .toList();
    }

    /** All has arrived, and nothing is held that was read earlier: while it is written, a log that was cut off is not noticed. */
    private boolean isDone(SourceLog log) {
        Optional<OffsetAndMetadata> committed = world.group.committed(log.partition);
        return committed.isPresent()
                && world.source.isCurrent(log.partition, SimGroup.topicOf(committed.get()))
                && committed.get().offset() >= log.readableEnd()
                && statuses()
                        .anyMatch(status -> status.partition().equals(log.partition)
                                && (status.state() == State.RUNNING
                                        || (status.state() == State.STALLED && log.readableEnd() < log.end()))
                                && status.position() == status.committable()
                                && status.lag().isPresent());
    }

    private Stream<PartitionStatus> statuses() {
        return world.mirrors().stream().filter(SimMirror::isLive).flatMap(mirror -> mirror.engine().status().stream());
    }

    private String status() {
        StringBuilder text = new StringBuilder();
        for (SourceLog log : world.source.logs()) {
            text.append(log.partition)
                    .append(" of ")
                    .append(log.end())
                    .append(" has ")
                    .append(world.group.committed(log.partition).map(OffsetAndMetadata::offset))
                    .append("; ");
        }
        world.mirrors().stream()
                .filter(SimMirror::isLive)
                .forEach(mirror -> text.append(mirror.name)
                        .append(": ")
                        .append(mirror.engine().status())
                        .append(' '));
        return text.toString();
    }

    private Map<TopicPartition, PartitionStatus> halted() {
        Map<TopicPartition, PartitionStatus> halted = new HashMap<>();
        statuses()
                .filter(status -> status.state() == State.HALTED)
                .forEach(status -> halted.put(status.partition(), status));
        return halted;
    }

    /** Does what the reasons of halted partitions ask for: while the mirror runs, or before it is started anew. */
    private void operate() {
        Map<TopicPartition, PartitionStatus> halted = halted();
        boolean running = world.dice.chance(0.5);
        if (!running) {
            world.stopAll();
        }
        for (SourceLog log : world.source.logs()) {
            PartitionStatus status = halted.get(log.partition);
            if (status != null) {
                world.trace.note(
                        "operator: %s is halted: %s",
                        log.partition, status.reason().orElse(""));
                Optional<SimMirror> owner = running ? Optional.of(owner(status)) : Optional.empty();
                new Operator(world, owner).answer(log, status.reason().orElse(""));
            }
        }
        if (running) {
            awaitMoves(halted);
        } else {
            world.startMirror();
            world.startMirror();
        }
    }

    private SimMirror owner(PartitionStatus status) {
        return world.mirrors().stream()
                .filter(mirror -> mirror.isLive() && mirror.engine().status().contains(status))
                .findFirst()
                .orElseThrow();
    }

    /** Until orders are followed, or refused, partitions stay halted. */
    private void awaitMoves(Map<TopicPartition, PartitionStatus> halted) {
        Set<TopicPartition> waiting = new HashSet<>(halted.keySet());
        long until = world.steps() + ORDER_STEPS;
        while (world.steps() < until && !waiting.isEmpty()) {
            world.step();
            waiting.retainAll(halted().keySet());
        }
    }
}
