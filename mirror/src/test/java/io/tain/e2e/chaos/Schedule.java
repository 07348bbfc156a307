package io.tain.e2e.chaos;

import io.tain.config.Delivery;
import io.tain.e2e.chaos.Fault.Side;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * The faults of a random run. The same seed and length give the same schedule.
 *
 * @param seed what it was made from
 * @param length from the first fault to the time when all are taken back
 * @param steps in the order of their start; those of one side don't overlap
 */
record Schedule(long seed, Duration length, List<Step> steps) {
    /** Mirrors, and brokers of each cluster. */
    static final int VICTIMS = 3;

    private static final int SHORTEST_GAP_MS = 500;
    private static final int LONGEST_GAP_MS = 2_500;
    private static final int SHORTEST_MS = 500;
    private static final int LONGEST_MS = 7_000;
    private static final int MOST_LASTING = 4;

    /**
     * A fault that begins so many milliseconds after the start, and is taken back after some more.
     *
     * @param victim the index of a mirror or a broker; for a fault of the network {@link #VICTIMS} means all brokers
     */
    record Step(long atMillis, Side side, Fault fault, int victim, long millis) {
        @Override
        public String toString() {
            return String.format(
                    "%7.1f s  %-8s %-14s %s  for %.1f s",
                    atMillis / 1e3, side, fault, victim == VICTIMS ? "all" : victim + "  ", millis / 1e3);
        }
    }

    static Schedule of(long seed, Duration length) {
        List<Step> steps = new ArrayList<>();
        Random seeds = new Random(seed);
        for (Side side : Side.values()) {
            // Each side has its own numbers, so that a change at one does not shift the others'.
            steps.addAll(stepsOf(side, new Random(seeds.nextLong()), length.toMillis()));
        }
        steps.sort(Comparator.comparingLong(Step::atMillis));
        return new Schedule(seed, length, List.copyOf(steps));
    }

    private static List<Step> stepsOf(Side side, Random random, long lengthMillis) {
        List<Step> steps = new ArrayList<>();
        Deque<Fault> deck = new ArrayDeque<>();
        int lasting = 0;
        long at = between(random, 0, LONGEST_GAP_MS);
        while (true) {
            if (deck.isEmpty()) {
                deck.addAll(shuffled(side, random));
            }
            Fault fault = deck.remove();
            long millis = between(random, SHORTEST_MS, LONGEST_MS);
            int victim = random.nextInt(fault.isOfNetwork() ? VICTIMS + 1 : VICTIMS);
            if (at + millis > lengthMillis) {
                return steps;
            }
            lasting += fault.isLasting() ? 1 : 0;
            if (!fault.isLasting() || lasting <= MOST_LASTING) {
                steps.add(new Step(at, side, fault, victim, millis));
                at += millis + between(random, SHORTEST_GAP_MS, LONGEST_GAP_MS);
            }
        }
    }

    /** All of them once before one comes again, so that even a short run has many kinds. */
    private static List<Fault> shuffled(Side side, Random random) {
        List<Fault> faults = new ArrayList<>(Fault.of(side));
        Collections.shuffle(faults, random);
        return faults;
    }

    private static long between(Random random, int from, int to) {
        return (long) from + random.nextInt(to - from);
    }

    /** What the mirrors are to promise: every other seed asks for more. */
    Delivery delivery() {
        return seed % 2 == 0 ? Delivery.EXACTLY_ONCE : Delivery.AT_LEAST_ONCE;
    }

    List<Step> of(Side side) {
        return steps.stream().filter(step -> step.side() == side).toList();
    }

    /** What runs this schedule once more, if its length is whole minutes. */
    String replay() {
        return "./check --soak " + Math.max(1, length.toMinutes()) + " --seed " + seed;
    }

    @Override
    public String toString() {
        return "chaos of " + length.toSeconds() + " s with seed " + seed + "; the same again: " + replay() + "\n"
                + steps.stream().map(Step::toString).collect(Collectors.joining("\n"));
    }
}
