package io.tain.sim;

import io.tain.state.Checkpoint;
import io.tain.state.StateKey;
import io.tain.state.StateLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.TimeoutException;

/** The state topic: what all processes have written, in order. */
final class StateBook {
    private final World world;
    private final List<Entry> entries = new ArrayList<>();

    private record Entry(StateKey key, Optional<byte[]> value) {}

    StateBook(World world) {
        this.world = world;
    }

    private void append(String mirror, Map<StateKey, byte[]> records) {
        records.forEach((key, value) -> {
            if (key.kind() == StateKey.Kind.CHECKPOINT) {
                world.checker.onState(
                        mirror, key.partition(), Checkpoint.parse(value).orElseThrow());
            }
            entries.add(new Entry(key, Optional.ofNullable(value)));
        });
    }

    /** The state as a process reads and writes it. */
    StateLog of(String mirror) {
        return new Access(mirror);
    }

    private final class Access implements StateLog {
        private final String mirror;
        private int position;

        /** Counts the writes that have reached the topic: one that is late comes to nothing once the producer has written more. */
        private int writes;

        Access(String mirror) {
            this.mirror = mirror;
        }

        @Override
        public String name() {
            return "state";
        }

        @Override
        public Optional<String> prepare(Admin target) {
            return Optional.empty();
        }

        @Override
        public Map<StateKey, Optional<byte[]>> read(Predicate<StateKey> wanted, Runnable onRestart) {
            if (world.weather.strikes(Fault.STATE_FAILS)) {
                position = 0;
                throw new TimeoutException("simulated");
            }
            Map<StateKey, Optional<byte[]>> news = new HashMap<>();
            for (Entry entry : entries.subList(position, entries.size())) {
                if (wanted.test(entry.key)) {
                    news.put(entry.key, entry.value);
                }
            }
            position = entries.size();
            return news;
        }

        @Override
        public void write(Map<StateKey, byte[]> records) {
            if (!world.weather.strikes(Fault.STATE_FAILS)) {
                writes++;
                append(mirror, records);
                return;
            }
            int arrives = world.dice.between(0, 2);
            if (arrives == 1) {
                writes++;
                append(mirror, records);
            } else if (arrives == 2) {
                int before = writes;
                Map<StateKey, byte[]> late = new HashMap<>(records);
                world.later(world.dice.between(10, 3_000), () -> {
                    if (writes == before) {
                        world.trace.note("late: what %s has told of its state is written", mirror);
                        append(mirror, late);
                    }
                });
            }
            throw new TimeoutException("simulated");
        }

        @Override
        public void close() {}
    }
}
