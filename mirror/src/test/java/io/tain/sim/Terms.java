package io.tain.sim;

import io.tain.config.OnRefused;
import java.util.List;
import org.apache.kafka.common.IsolationLevel;

/**
 * How the mirrors of a simulation are configured, and what their target is like.
 *
 * @param isolation which records count as visible
 * @param idempotent whether the target sees sequences; without them only one batch at a time is in flight
 * @param window batches of a partition in flight
 * @param writers of each mirror
 * @param onRefused what a record that the target will not take does
 * @param exactlyOnce what is promised about records after a crash; else each may be there twice
 * @param budgetBytes of each mirror
 * @param target what the target is like
 */
record Terms(
        IsolationLevel isolation,
        boolean idempotent,
        int window,
        int writers,
        OnRefused onRefused,
        boolean exactlyOnce,
        long budgetBytes,
        Target target) {
    /**
     * @param isOld whether it says UNKNOWN_PRODUCER_ID instead of taking any first sequence
     * @param maxBytes largest batch that it takes
     * @param idLifeMs for how long it remembers a producer that does not write; a day with real brokers
     */
    record Target(boolean isOld, int maxBytes, long idLifeMs) {}

    static Terms roll(Dice dice) {
        boolean exactlyOnce = dice.chance(0.4);
        boolean idempotent = exactlyOnce || dice.chance(0.93);
        return new Terms(
                dice.chance(0.75) ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED,
                idempotent,
                idempotent ? dice.pick(List.of(1, 2, 5, 5, 5)) : 1,
                dice.chance(0.2) ? 2 : 1,
                exactlyOnce
                        ? OnRefused.HALT
                        : dice.pick(List.of(OnRefused.SKIP, OnRefused.DEAD_LETTER, OnRefused.HALT)),
                exactlyOnce,
                dice.pick(List.of(64_000, 256_000, 4_000_000)),
                new Target(
                        !exactlyOnce && dice.chance(0.3),
                        dice.pick(List.of(1_000, 4_000, 1_000_000)),
                        dice.pick(List.of(200_000, 200_000, 1_000_000))));
    }
}
