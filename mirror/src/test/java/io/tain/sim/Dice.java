package io.tain.sim;

import java.util.List;
import java.util.Random;

/** The only source of chance in a simulation: the same seed makes the same choices. */
final class Dice {
    private final Random random;

    Dice(long seed) {
        // Neighbouring seeds begin with almost the same numbers otherwise.
        random = new Random(seed * 0x9E3779B97F4A7C15L);
    }

    boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /** Both ends included. */
    int between(int from, int to) {
        return from + random.nextInt(to - from + 1);
    }

    /** Mostly near the lower end, now and then near the upper. */
    int skewed(int from, int to) {
        double unit = random.nextDouble();
        return from + (int) ((to - from) * unit * unit * unit);
    }

    double between(double from, double to) {
        return from + (to - from) * random.nextDouble();
    }

    <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
