package io.tain.offset;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.offset.Translation.Kind;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Random lives of a mirrored partition: the map must answer as a model does that notes each single record. */
class OffsetMapModelTest {
    private static final int SEEDS = 150;
    private static final int LOOKS = 40;

    /** One life. Source offsets that the model has are on the target; all others below the position are known not to be. */
    private static final class Life {
        final Random random;
        final TreeMap<Long, Long> lastCopy = new TreeMap<>();
        final TreeMap<Long, Long> sourceOf = new TreeMap<>();
        final Map<Integer, MapChunk> stored = new HashMap<>();
        MapView storedView = MapView.EMPTY;
        long position;
        long targetEnd;
        OffsetMap map;

        Life(long seed) {
            random = new Random(seed);
            position = random.nextInt(3) * 10L;
            targetEnd = random.nextBoolean() ? 0 : random.nextInt(50);
            map = new OffsetMap(position);
        }

        void live() {
            int steps = 1 + random.nextInt(random.nextInt(10) == 0 ? 2_000 : 200);
            for (int i = 0; i < steps; i++) {
                step();
            }
            store();
        }

        private void step() {
            switch (random.nextInt(40)) {
                case 0 -> crash();
                case 1 -> targetEnd += 1 + random.nextInt(3); // others write, or markers
                case 2 -> lose();
                case 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 -> {
                    position += 1 + random.nextInt(4);
                    map.passTo(position);
                }
                default -> copy(1 + random.nextInt(20));
            }
            if (random.nextInt(10) == 0) {
                store();
            }
        }

        private void copy(int count) {
            for (int i = 0; i < count; i++) {
                note(position + i, targetEnd + i);
                sourceOf.put(targetEnd + i, position + i);
            }
            map.add(position, targetEnd, count);
            position += count;
            targetEnd += count;
        }

        private void note(long source, long target) {
            lastCopy.tailMap(source, true).clear();
            lastCopy.put(source, target);
        }

        /** What was noted is stored before a position is committed, so the next owner begins at or below the map's end. */
        private void crash() {
            store();
            position = Math.max(0, position - random.nextInt(60));
            map = new OffsetMap(MapView.of(stored), position);
        }

        /** An unclean election of the target; noticed by the next acknowledgement. */
        private void lose() {
            if (sourceOf.isEmpty()) {
                return;
            }
            long at = Math.max(sourceOf.firstKey(), targetEnd - random.nextInt(40));
            sourceOf.tailMap(at, true).clear();
            lastCopy.clear();
            sourceOf.forEach((target, source) -> note(source, target));
            targetEnd = at;
            copy(1);
        }

        private void store() {
            map.publish();
            for (Map.Entry<Integer, Optional<MapChunk>> change :
                    map.view().changesSince(storedView).entrySet()) {
                if (change.getValue().isPresent()) {
                    stored.put(
                            change.getKey(),
                            MapChunk.decode(change.getValue().get().encode()));
                } else {
                    stored.remove(change.getKey());
                }
            }
            storedView = map.view();
        }

        void check(MapView view) {
            long highest = lastCopy.isEmpty() ? 0 : lastCopy.lastKey() + 1;
            check(view, highest);
            check(view, position);
            check(view, position + 5);
            for (int i = 0; i < LOOKS; i++) {
                check(view, random.nextInt((int) Math.max(1, highest)));
            }
            if (!sourceOf.isEmpty()) {
                long first = sourceOf.firstKey();
                for (int i = 0; i < LOOKS; i++) {
                    checkTarget(view, first + random.nextInt((int) (targetEnd - first) + 3));
                }
            }
        }

        private void checkTarget(MapView view, long target) {
            Translation translation = view.toSource(target, 0);
            Map.Entry<Long, Long> next = sourceOf.ceilingEntry(target);
            if (next == null) {
                assertThat(translation.isKnown()).isTrue();
            } else {
                Kind kind = next.getKey() == target ? Kind.RECORD : Kind.NEXT;
                assertThat(translation).isEqualTo(new Translation(kind, next.getValue()));
            }
        }

        private void check(MapView view, long source) {
            Translation translation = view.toTarget(source, Long.MAX_VALUE);
            Map.Entry<Long, Long> next = lastCopy.ceilingEntry(source);
            if (sourceOf.isEmpty()) {
                assertThat(translation.kind()).isEqualTo(Kind.BEFORE_MAP);
            } else if (next == null) {
                assertThat(translation.kind()).isIn(Kind.END, Kind.AHEAD);
                assertThat(translation.offset()).isEqualTo(sourceOf.lastKey() + 1);
            } else {
                Kind kind = next.getKey() == source ? Kind.RECORD : Kind.NEXT;
                assertThat(translation).isEqualTo(new Translation(kind, next.getValue()));
            }
        }
    }

    @Test
    void shouldAnswerAsAModelThatNotesEachRecord() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Life life = new Life(seed);
            try {
                life.live();
                life.check(life.map.view());
                MapView reloaded = MapView.of(life.stored);
                assertThat(reloaded.runs()).isEqualTo(life.map.view().runs());
                life.check(reloaded);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }
}
