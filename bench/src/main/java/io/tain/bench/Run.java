package io.tain.bench;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * One contender's turn at one work.
 *
 * @param contender which program, and with how many streams
 * @param round from 1
 * @param values what was measured; what could not be measured is absent
 */
record Run(String work, Label contender, int round, Map<Measure, Double> values) {
    /**
     * A contender in one of its settings.
     *
     * @param name such as {@code tain}
     * @param streams how many streams or tasks it was given
     */
    record Label(String name, int streams) {
        @Override
        public String toString() {
            return streams == 1 ? name : name + " x" + streams;
        }
    }

    Run {
        Map<Measure, Double> copy = new EnumMap<>(Measure.class);
        copy.putAll(values);
        values = copy;
    }

    Optional<Double> value(Measure measure) {
        return Optional.ofNullable(values.get(measure));
    }
}
