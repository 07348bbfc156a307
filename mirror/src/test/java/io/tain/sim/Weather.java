package io.tain.sim;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** Which faults a simulation has and how often: each seed has a part of them, so that combinations are tried in pure form, too. */
final class Weather {
    private final Dice dice;
    private final Map<Fault, Double> chances = new EnumMap<>(Fault.class);
    private final Map<Fault, Integer> struck = new TreeMap<>();
    private boolean calm;

    Weather(Dice dice) {
        this.dice = dice;
        boolean fair = dice.chance(0.05);
        for (Fault fault : Fault.values()) {
            boolean present = !fair && dice.chance(0.4);
            chances.put(fault, present ? fault.worst * dice.between(0.05, 1.0) : 0.0);
        }
    }

    /** From now on nothing goes wrong. */
    void calmDown() {
        calm = true;
    }

    boolean isCalm() {
        return calm;
    }

    boolean strikes(Fault fault) {
        boolean strikes = !calm && dice.chance(chances.get(fault));
        if (strikes) {
            struck.merge(fault, 1, Integer::sum);
        }
        return strikes;
    }

    Map<Fault, Integer> struck() {
        return struck;
    }
}
