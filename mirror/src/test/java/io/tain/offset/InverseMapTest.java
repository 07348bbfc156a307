package io.tain.offset;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.offset.MapChunk.Run;
import io.tain.offset.Translation.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InverseMapTest {
    private static MapView viewOf(OffsetMap map) {
        map.publish();
        return map.view();
    }

    private static Translation at(Kind kind, long offset) {
        return new Translation(kind, offset);
    }

    @Test
    void shouldKnowNothingWhereNothingIsKnown() {
        assertThat(InverseMap.of(MapView.EMPTY, 7, 9).isEmpty()).isTrue();
        assertThat(InverseMap.of(viewOf(new OffsetMap(7)), 7, 9).isEmpty()).isTrue();
    }

    @Test
    void shouldTellForEachRecordOfTheTargetWhereItCameFrom() {
        OffsetMap map = new OffsetMap(0);
        map.add(2, 7, 3); // 0, 1: nothing
        map.add(6, 10, 1); // 5: a marker
        map.add(7, 13, 2); // 11, 12 on the target: somebody else's
        map.passTo(11);

        MapView inverse = InverseMap.of(viewOf(map), 11, 15);

        assertThat(inverse.runs()).containsExactly(new Run(7, 2, 3), new Run(10, 6, 1), new Run(13, 7, 2));
        assertThat(inverse.toTarget(8, 0)).isEqualTo(at(Kind.RECORD, 3));
        assertThat(inverse.toTarget(11, 0)).isEqualTo(at(Kind.NEXT, 7));
        assertThat(inverse.toTarget(15, 0)).isEqualTo(at(Kind.END, 9));
        assertThat(inverse.toTarget(16, 0)).isEqualTo(at(Kind.AHEAD, 9));
        assertThat(inverse.toTarget(3, 0)).isEqualTo(at(Kind.BEFORE_MAP, 2));
        assertThat(inverse.toTarget(3, 2)).as("nothing is before on the target").isEqualTo(at(Kind.NEXT, 2));
    }

    @Test
    void shouldGoOnWhereTheOtherCopyBegins() {
        OffsetMap map = new OffsetMap(0);
        map.add(0, 0, 10);
        map.passTo(12);

        OffsetMap onward = new OffsetMap(InverseMap.of(viewOf(map), 12, 10), 10);
        onward.add(10, 15, 5); // 12, 13, 14 were on the other side only

        MapView view = viewOf(onward);
        assertThat(view.toTarget(9, 0)).isEqualTo(at(Kind.RECORD, 9));
        assertThat(view.toTarget(10, 0)).isEqualTo(at(Kind.RECORD, 15));
        assertThat(view.toTarget(15, 0)).isEqualTo(at(Kind.END, 20));
    }

    @Test
    void shouldKeepTheLastCopyOfWhatIsThereTwice() {
        OffsetMap map = new OffsetMap(0);
        map.add(0, 0, 100);
        map.add(60, 100, 50); // a window that was sent again

        MapView inverse = InverseMap.of(viewOf(map), 110, 150);

        assertThat(inverse.runs()).containsExactly(new Run(0, 0, 60), new Run(100, 60, 50));
        assertThat(inverse.toTarget(59, 0)).isEqualTo(at(Kind.RECORD, 59));
        assertThat(inverse.toTarget(80, 0)).as("a first copy").isEqualTo(at(Kind.NEXT, 60));
        assertThat(inverse.toTarget(120, 0)).isEqualTo(at(Kind.RECORD, 80));
    }

    @Test
    void shouldNotKnowWhatTheMapDoesNotKnow() {
        OffsetMap map = new OffsetMap(0);
        map.add(0, 0, 10);
        map.miss(15);
        map.add(15, 20, 10);
        map.miss(30);

        MapView inverse = InverseMap.of(viewOf(map), 30, 35);

        assertThat(inverse.toTarget(9, 0)).isEqualTo(at(Kind.RECORD, 9));
        assertThat(inverse.toTarget(12, 0).kind()).isEqualTo(Kind.GAP);
        assertThat(inverse.toTarget(20, 0)).isEqualTo(at(Kind.RECORD, 15));
        assertThat(inverse.toTarget(33, 0).kind()).isEqualTo(Kind.GAP);
    }

    @Test
    void shouldKeepAGapBeforeCopiesThatAreLeftOut() {
        OffsetMap map = new OffsetMap(0);
        map.add(0, 0, 10);
        map.miss(15);
        map.add(15, 20, 5);
        map.add(15, 30, 8); // all of it once more

        MapView inverse = InverseMap.of(viewOf(map), 23, 38);

        assertThat(inverse.runs()).containsExactly(new Run(0, 0, 10), new Run(30, 15, 8));
        assertThat(inverse.toTarget(15, 0).kind()).isEqualTo(Kind.GAP);
    }

    @Test
    void shouldHaveAGapWhereTheCopyIsFurtherThanTheMap() {
        OffsetMap map = new OffsetMap(0);
        map.add(0, 0, 10);

        MapView inverse = InverseMap.of(viewOf(map), 14, 14);

        assertThat(inverse.toTarget(9, 0)).isEqualTo(at(Kind.RECORD, 9));
        assertThat(inverse.toTarget(12, 0).kind()).isEqualTo(Kind.GAP);
    }

    @Test
    void shouldGiveTheLastRunsOfAsManyRecordsAsAreWanted() {
        OffsetMap map = new OffsetMap(0);
        map.add(0, 0, 10);
        map.add(11, 12, 5);

        assertThat(viewOf(map).lastRuns(3)).containsExactly(new Run(13, 14, 3));
        assertThat(viewOf(map).lastRuns(8)).containsExactly(new Run(7, 7, 3), new Run(11, 12, 5));
        assertThat(viewOf(map).lastRuns(99)).isEqualTo(List.of(new Run(0, 0, 10), new Run(11, 12, 5)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void shouldBeTheInverseOfWhateverWasCopied(long seed) {
        Random random = new Random(seed);
        OffsetMap map = new OffsetMap(0);
        Map<Long, Long> lastCopy = new HashMap<>();
        long source = 0;
        long target = 0;
        for (int i = 0; i < 3_000; i++) {
            source += random.nextInt(3) == 0 ? random.nextInt(4) : 0;
            target += random.nextInt(5) == 0 ? random.nextInt(3) : 0;
            if (random.nextInt(200) == 0) {
                source = Math.max(0, source - random.nextInt(30)); // sent again
                long cut = source;
                lastCopy.keySet().removeIf(offset -> offset >= cut);
            }
            int count = 1 + random.nextInt(4);
            map.add(source, target, count);
            for (int j = 0; j < count; j++) {
                lastCopy.put(source + j, target + j);
            }
            source += count;
            target += count;
        }
        map.passTo(source);

        MapView inverse = InverseMap.of(viewOf(map), source, target);

        TreeMap<Long, Long> byTarget = new TreeMap<>();
        lastCopy.forEach((from, to) -> byTarget.put(to, from));
        assertThat(inverse.runs().stream().mapToLong(Run::count).sum()).isEqualTo(byTarget.size());
        byTarget.forEach((to, from) -> assertThat(inverse.toTarget(to, 0)).isEqualTo(at(Kind.RECORD, from)));
        byTarget.forEach((to, from) -> assertThat(inverse.toSource(from, 0)).isEqualTo(at(Kind.RECORD, to)));
    }
}
