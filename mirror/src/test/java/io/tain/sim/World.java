package io.tain.sim;

import io.tain.config.BreakPolicies;
import io.tain.config.BreakPolicies.Lost;
import io.tain.config.BreakPolicies.Recreated;
import io.tain.config.BreakPolicies.Truncated;
import io.tain.link.Event;
import io.tain.link.Event.Offsets;
import io.tain.link.LinkStatus.Totals;
import io.tain.sim.SimRecord.Fate;
import io.tain.wire.SimulatedClient;
import io.tain.wire.SimulatedClient.Sent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/** Everything in a simulation, and what may happen in its next step. */
final class World {
    private static final long START_MS = 1_700_000_000_000L;
    private static final int SESSION_TIMEOUT_MS = 10_000;
    private static final int SHORT_TICK_MS = 30;

    final Dice dice;
    final Weather weather;
    final Terms terms;
    final BreakPolicies breaks;
    final Trace trace;
    final Checker checker;
    final SourceCluster source;
    final TargetCluster target;
    final SimGroup group;
    final Producers producers;
    final StateBook state;
    private final List<SimMirror> mirrors = new ArrayList<>();
    private final List<Orphan> orphans = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final Map<String, Long> seen = new TreeMap<>();
    private final List<Delayed> later = new ArrayList<>();
    private long nowMs = START_MS;
    private long steps;
    private int quiet;
    private int started;
    private long refusedBefore;
    private boolean takesAll;
    private final int longestTickMs;

    private record Delayed(long atMs, Runnable task) {}

    private record Orphan(SimCluster cluster, Sent sent) {}

    World(long seed) {
        dice = new Dice(seed);
        weather = new Weather(dice);
        terms = Terms.roll(dice);
        breaks = new BreakPolicies(
                dice.pick(List.of(Lost.values())),
                dice.pick(List.of(Truncated.values())),
                dice.pick(List.of(Recreated.values())));
        longestTickMs = dice.pick(List.of(SHORT_TICK_MS, 60, 200));
        trace = new Trace(this::nowMs);
        source = new SourceCluster(this);
        target = new TargetCluster(this);
        checker = new Checker(this);
        group = new SimGroup(this);
        producers = new Producers(this);
        state = new StateBook(this);
    }

    long nowMs() {
        return nowMs;
    }

    long steps() {
        return steps;
    }

    List<SimMirror> mirrors() {
        return mirrors;
    }

    void startMirror() {
        started++;
        trace.note("m%d is started", started);
        mirrors.add(new SimMirror(this, "m" + started));
    }

    /** Records left out and counted so far, by all processes. */
    long refusedCount() {
        return refusedBefore
                + mirrors.stream()
                        .mapToLong(mirror -> mirror.engine().refused())
                        .sum();
    }

    void orphan(SimCluster cluster, Sent sent) {
        orphans.add(new Orphan(cluster, sent));
    }

    boolean refuses(TopicPartition partition, long birth, Fate fate) {
        List<SimRecord> known = source.log(partition).records;
        return !takesAll && birth >= 0 && birth < known.size() && known.get((int) birth).fate == fate;
    }

    int targetMaxBytes() {
        return takesAll ? Integer.MAX_VALUE : terms.target().maxBytes();
    }

    /** An operator lifts the target's limits. */
    void takeAll() {
        trace.note("operator: the target takes everything now");
        takesAll = true;
    }

    /** From now on all goes well: what is down comes up, what was broken is mended. */
    void calmDown() {
        trace.note("calm");
        weather.calmDown();
        later.clear();
        SimCluster.NODES.forEach(source::bringUp);
        SimCluster.NODES.forEach(target::bringUp);
        mirrors.forEach(SimMirror::wakeUp);
        mirrors.stream().filter(mirror -> !mirror.isLive()).forEach(mirror -> group.remove(mirror.member()));
        while (mirrors.stream().filter(SimMirror::isLive).count() < 2) {
            startMirror();
        }
        producers.endAll();
    }

    /** One event: some thread's cycle, some broker's, or something that goes wrong. */
    void step() {
        steps++;
        quiet++;
        nowMs += quiet < 40 ? dice.between(0, 4) : Math.min(weather.isCalm() ? SHORT_TICK_MS : longestTickMs, quiet);
        int kind = dice.between(0, 99);
        if (kind < 60) {
            stepMirror(kind);
        } else if (kind < 92) {
            stepBroker();
        } else if (kind < 98) {
            if (producers.maybeProduce()) {
                quiet = 0;
            }
        } else if (!orphans.isEmpty()) {
            Orphan late = orphans.remove(dice.between(0, orphans.size() - 1));
            Sent sent = late.sent;
            trace.note("late: a request of %s at broker %d is executed", sent.client(), sent.node());
            late.cluster.answer(sent);
        }
        target.coordinator().step();
        later.removeIf(delayed -> {
            boolean due = delayed.atMs <= nowMs;
            if (due) {
                delayed.task.run();
            }
            return due;
        });
        if (!weather.isCalm()) {
            Misfortune.maybeStrike(this);
        }
        for (SimMirror mirror : mirrors) {
            checkMemory(mirror);
        }
    }

    private void stepMirror(int kind) {
        List<SimMirror> able = new ArrayList<>();
        for (SimMirror mirror : mirrors) {
            if (mirror.isLive() && !mirror.isFrozen()) {
                able.add(mirror);
            }
        }
        if (able.isEmpty()) {
            return;
        }
        SimMirror mirror = dice.pick(able);
        if (terms.exactlyOnce() && dice.chance(mirror.isTakingOver() ? 0.5 : 0.2)) {
            stepDesks(mirror);
        } else if (kind < 23) {
            mirror.stepReader();
        } else if (kind < 50) {
            mirror.stepWriter();
        } else if (kind < 58 && !mirror.isMemberBusy()) {
            mirror.stepMember();
        } else if (kind >= 58) {
            mirror.stepTopics();
        }
    }

    private void stepDesks(SimMirror mirror) {
        if (mirror.isTakingOver()) {
            quiet = Math.min(quiet, 45);
        }
        if (dice.chance(0.4)) {
            mirror.stepState();
        } else {
            mirror.stepTakeovers();
        }
    }

    private void stepBroker() {
        List<Runnable> able = new ArrayList<>();
        for (SimMirror mirror : mirrors) {
            for (SimulatedClient client : mirror.clients()) {
                client.busy().forEach(node -> able.add(() -> client.process(node)));
            }
        }
        if (!able.isEmpty()) {
            quiet = Math.min(quiet, 45);
            dice.pick(able).run();
        }
    }

    private void checkMemory(SimMirror mirror) {
        long used = mirror.engine().budgetUsed();
        if (used < 0 || used > 2 * terms.budgetBytes() + 500_000) {
            throw new Violation("I10", mirror.name + " holds " + used + " bytes, may hold " + terms.budgetBytes());
        }
    }

    /** Runs a task when so much time has passed, unless the weather is calm by then. */
    void later(long delayMs, Runnable task) {
        later.add(new Delayed(nowMs + delayMs, task));
    }

    /** The process is gone; its session ends some time later, and another process starts. */
    void bury(SimMirror mirror, long restartMs) {
        later(SESSION_TIMEOUT_MS, () -> group.remove(mirror.member()));
        later(restartMs, this::startMirror);
    }

    void freeze(SimMirror mirror, long forMs) {
        mirror.freeze(forMs);
        if (forMs > SESSION_TIMEOUT_MS) {
            later(SESSION_TIMEOUT_MS, () -> group.remove(mirror.member()));
        }
    }

    /** What a simulation has had to do with, to see that all of them together leave nothing out. */
    Map<String, Long> seen() {
        weather.struck().forEach((fault, times) -> seen.put("fault " + fault, (long) times));
        see("written again", checker.duplicates());
        return seen;
    }

    /** The events of these kinds about a partition, of all processes. */
    Stream<Event> events(TopicPartition partition, Set<Event.Kind> kinds) {
        return Stream.concat(events.stream(), mirrors.stream().flatMap(mirror -> mirror.engine().events().stream()))
                .filter(event -> kinds.contains(event.kind()))
                .filter(event -> event.partition().equals(partition));
    }

    /** What operators were told in such events. */
    Stream<Offsets> told(TopicPartition partition, Set<Event.Kind> kinds) {
        return events(partition, kinds).flatMap(event -> event.offsets().stream());
    }

    /** Whether an event of these kinds names the offset. */
    boolean wasTold(TopicPartition partition, long offset, Set<Event.Kind> kinds) {
        return told(partition, kinds).anyMatch(offsets -> offsets.first() <= offset && offset < offsets.next());
    }

    void see(String what, long times) {
        if (times > 0) {
            seen.merge(what, times, Long::sum);
        }
    }

    private void note(Totals totals) {
        see("forwarded", totals.forwardedBatches());
        see("dropped", totals.droppedBatches());
        see("refused", totals.refusedRecords());
        see("dead letters", totals.deadLetters());
        totals.transcodedBatches().forEach((why, batches) -> see("transcoded " + why, batches));
    }

    /** Takes all processes down in good order, for an operator. */
    void stopAll() {
        for (SimMirror mirror : mirrors) {
            if (mirror.isLive()) {
                mirror.stop();
            }
            refusedBefore += mirror.engine().refused();
            note(mirror.engine().totals());
            events.addAll(mirror.engine().events());
        }
        mirrors.clear();
    }
}
