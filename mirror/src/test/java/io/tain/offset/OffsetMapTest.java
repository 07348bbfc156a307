package io.tain.offset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.offset.MapChunk.Run;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.Translation.Kind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OffsetMapTest {
    private static MapView viewOf(OffsetMap map) {
        map.publish();
        return map.view();
    }

    private static Translation at(Kind kind, long offset) {
        return new Translation(kind, offset);
    }

    @Test
    void shouldBeOneRunOfADenseTopic() {
        OffsetMap map = new OffsetMap(0);
        for (int i = 0; i < 100_000; i++) {
            map.add(i * 10L, i * 10L, 10);
        }

        assertThat(viewOf(map).runs()).containsExactly(new Run(0, 0, 1_000_000));
        assertThat(map.view().sizeInBytes()).isLessThan(20);
    }

    @Test
    void shouldAnswerForHolesTheEndAndWhatIsNotThereYet() {
        OffsetMap map = new OffsetMap(0);
        map.add(2, 7, 3); // 0, 1: nothing
        map.add(6, 10, 1); // 5: a marker
        map.passTo(9); // 7, 8: left out

        MapView view = viewOf(map);

        assertThat(view.toTarget(0, 0)).isEqualTo(at(Kind.NEXT, 7));
        assertThat(view.toTarget(3, 0)).isEqualTo(at(Kind.RECORD, 8));
        assertThat(view.toTarget(5, 0)).isEqualTo(at(Kind.NEXT, 10));
        assertThat(view.toTarget(6, 0)).isEqualTo(at(Kind.RECORD, 10));
        assertThat(view.toTarget(7, 0)).isEqualTo(at(Kind.END, 11));
        assertThat(view.toTarget(9, 0)).isEqualTo(at(Kind.END, 11));
        assertThat(view.toTarget(10, 0)).isEqualTo(at(Kind.AHEAD, 11));
        assertThat(view.toSource(6, 0)).isEqualTo(at(Kind.BEFORE_MAP, 2));
        assertThat(view.toSource(6, 7)).isEqualTo(at(Kind.NEXT, 2));
        assertThat(view.toSource(9, 0)).isEqualTo(at(Kind.RECORD, 4));
        assertThat(view.toSource(10, 0)).isEqualTo(at(Kind.RECORD, 6));
        assertThat(view.toSource(11, 0)).isEqualTo(at(Kind.END, 9));
        assertThat(view.toSource(12, 0)).isEqualTo(at(Kind.AHEAD, 9));
    }

    @Test
    void shouldNotGuessWhatWasMirroredBeforeItBegan() {
        OffsetMap map = new OffsetMap(100);
        map.add(100, 60, 10);

        MapView view = viewOf(map);

        assertThat(view.toTarget(99, 0)).isEqualTo(at(Kind.BEFORE_MAP, 60));
        assertThat(view.toTarget(99, 0).isKnown()).isFalse();
        assertThat(view.toTarget(99, 60)).as("all of it is gone").isEqualTo(at(Kind.NEXT, 60));
        assertThat(MapView.EMPTY.toTarget(5, 3)).isEqualTo(at(Kind.BEFORE_MAP, 3));
    }

    @Test
    void shouldNotGuessWhatWasCopiedWhileNobodyNotedIt() {
        OffsetMap map = new OffsetMap(0);
        map.add(0, 0, 10);
        MapView stored = viewOf(map);

        OffsetMap later = new OffsetMap(stored, 15);
        assertThat(viewOf(later).toTarget(12, 0).kind()).isEqualTo(Kind.GAP);
        assertThat(later.view().toTarget(15, 0).kind())
                .as("the target's end is not where the map's is")
                .isEqualTo(Kind.GAP);
        later.add(17, 16, 3);
        MapView view = viewOf(later);

        assertThat(view.toTarget(9, 0)).isEqualTo(at(Kind.RECORD, 9));
        assertThat(view.toTarget(12, 0).kind()).isEqualTo(Kind.GAP);
        assertThat(view.toTarget(15, 0)).isEqualTo(at(Kind.NEXT, 16));
        assertThat(view.toTarget(17, 0)).isEqualTo(at(Kind.RECORD, 16));
        assertThat(view.toSource(12, 0).kind()).isEqualTo(Kind.GAP);
        assertThat(view.toSource(16, 0)).isEqualTo(at(Kind.RECORD, 17));
    }

    @Test
    void shouldGoOnWithWhatWasFoundOnBothSides() {
        OffsetMap map = new OffsetMap(0);
        map.add(0, 0, 10);
        map.passTo(12);
        MapView stored = viewOf(map);
        OffsetMap found = new OffsetMap(12);
        found.add(13, 11, 3);
        found.passTo(20);

        MapView whole = new OffsetMap(stored, new Walked(new Position(12, -1, 10), viewOf(found)), 20).view();

        assertThat(whole.runs()).containsExactly(new Run(0, 0, 10), new Run(13, 11, 3));
        assertThat(whole.toTarget(11, 0)).isEqualTo(at(Kind.NEXT, 11));
        assertThat(whole.toTarget(17, 0)).isEqualTo(at(Kind.END, 14));
        assertThat(whole.toSource(10, 0)).isEqualTo(at(Kind.NEXT, 13));
    }

    @Test
    void shouldTakeWhatWasFoundForTheTruth() {
        OffsetMap map = new OffsetMap(0);
        map.add(0, 0, 10);
        map.add(11, 11, 10); // of which the target has lost all but two
        OffsetMap found = new OffsetMap(12);
        found.add(12, 12, 1);

        MapView whole = new OffsetMap(viewOf(map), new Walked(new Position(12, -1, 12), viewOf(found)), 13).view();

        assertThat(whole.runs()).containsExactly(new Run(0, 0, 10), new Run(11, 11, 2));
        assertThat(whole.toTarget(13, 0)).isEqualTo(at(Kind.END, 13));
    }

    @Test
    void shouldKeepAGapThatNobodyLookedInto() {
        OffsetMap map = new OffsetMap(0);
        map.add(0, 0, 10);
        OffsetMap found = new OffsetMap(15);
        found.add(15, 15, 5);

        MapView whole = new OffsetMap(viewOf(map), new Walked(new Position(15, -1, 15), viewOf(found)), 20).view();

        assertThat(whole.toTarget(12, 0).kind()).isEqualTo(Kind.GAP);
        assertThat(whole.toTarget(15, 0)).isEqualTo(at(Kind.RECORD, 15));
    }

    @Test
    void shouldTellAPlaceOnBothSides() {
        OffsetMap map = new OffsetMap(0);
        map.add(2, 7, 3);
        map.add(6, 12, 1);
        map.passTo(9);
        MapView view = viewOf(map);

        assertThat(view.placeAt(6)).as("before it begins").isEmpty();
        assertThat(view.placeAt(8)).contains(new Position(3, -1, 8));
        assertThat(view.placeAt(10)).contains(new Position(6, -1, 10));
        assertThat(view.placeAt(13)).contains(new Position(9, -1, 13));
        assertThat(view.placeAt(99)).contains(new Position(9, -1, 13));
        assertThat(new OffsetMap(view, 20).view().placeAt(99))
                .as("before a gap")
                .contains(new Position(7, -1, 13));
        MapView begun = new OffsetMap(new Position(40, 3, 20)).view();
        assertThat(begun.placeAt(99)).as("where it was begun").contains(new Position(40, -1, 20));
        assertThat(begun.placeAt(19)).isEmpty();
        assertThat(view.lastBelow(7)).isEmpty();
        assertThat(view.lastBelow(8)).contains(new Run(2, 7, 1));
        assertThat(view.lastBelow(12)).contains(new Run(4, 9, 1));
        assertThat(view.lastBelow(99)).contains(new Run(6, 12, 1));
        assertThat(view.recordsFrom(9)).isEqualTo(2);
    }

    @Test
    void shouldTakeTheLastCopyOfWhatWasSentTwice() {
        OffsetMap map = new OffsetMap(0);
        map.add(0, 0, 100);
        map = new OffsetMap(viewOf(map), 80);
        assertThat(map.view().toTarget(90, 0)).as("not sent again yet").isEqualTo(at(Kind.RECORD, 90));
        map.add(80, 100, 5);
        assertThat(viewOf(map).toTarget(90, 0)).as("its last copy is under way").isEqualTo(at(Kind.AHEAD, 105));
        map.add(85, 105, 65);

        MapView view = viewOf(map);

        assertThat(view.toTarget(79, 0)).isEqualTo(at(Kind.RECORD, 79));
        assertThat(view.toTarget(80, 0)).isEqualTo(at(Kind.RECORD, 100));
        assertThat(view.toTarget(90, 0)).isEqualTo(at(Kind.RECORD, 110));
        assertThat(view.toSource(90, 0)).isEqualTo(at(Kind.RECORD, 90));
        assertThat(view.toSource(110, 0)).isEqualTo(at(Kind.RECORD, 90));
    }

    @Test
    void shouldForgetWhatTheTargetLost() {
        OffsetMap map = new OffsetMap(0);
        map.add(0, 0, 100);
        map.add(101, 100, 50);
        map.add(200, 80, 10); // acknowledged behind 80, where others had been

        assertThat(viewOf(map).runs()).containsExactly(new Run(0, 0, 80), new Run(200, 80, 10));
        assertThat(map.view().toTarget(90, 0)).isEqualTo(at(Kind.NEXT, 80));
    }

    @Test
    void shouldCostLessThanTwentyBytesForEachTransaction() {
        OffsetMap map = new OffsetMap(0);
        Random random = new Random(1);
        long source = 0;
        long target = 0;
        int transactions = 3_600_000 / 10; // six minutes of a thousand each second
        for (int i = 0; i < transactions; i++) {
            int records = 1 + random.nextInt(300);
            map.add(source, target, records);
            source += records + 1 + (random.nextInt(10) == 0 ? random.nextInt(100) : 0);
            target += records;
        }

        assertThat(viewOf(map).runCount()).isEqualTo(transactions);
        assertThat((double) map.view().sizeInBytes() / transactions).isLessThan(5);
    }

    @Test
    void shouldForgetRunsBelowTheTargetsLogStart() {
        OffsetMap map = new OffsetMap(0);
        for (int i = 0; i < 20_000; i++) {
            map.add(i * 2L, i, 1);
        }
        MapView before = viewOf(map);

        map.dropBelow(15_000);

        MapView view = viewOf(map);
        assertThat(view.runCount()).isBetween(5_000L, 7_000L);
        assertThat(view.toTarget(30_000, 15_000)).isEqualTo(at(Kind.RECORD, 15_000));
        assertThat(view.toTarget(4, 15_000).kind()).isEqualTo(Kind.NEXT);
        assertThat(view.toTarget(4, 0).kind()).isEqualTo(Kind.BEFORE_MAP);
        Map<Integer, MapChunk> stored = new HashMap<>();
        view.chunks().forEach(chunk -> stored.put(stored.size() + view.firstChunk(), chunk));
        assertThat(view.changesSince(before))
                .hasSize(view.firstChunk())
                .allSatisfy((number, chunk) -> assertThat(chunk).isEmpty());
        assertThat(MapView.of(stored).runs()).isEqualTo(view.runs());
    }

    @Test
    void shouldGiveUpTheOldestOfVeryManyRuns() {
        OffsetMap map = new OffsetMap(0);
        for (int i = 0; i < 2_000_000; i++) {
            map.add(i * 2L, i, 1);
        }
        assertThat(viewOf(map).toTarget(0, 0)).isEqualTo(at(Kind.RECORD, 0));

        map.dropBeyond(5 << 20);

        assertThat(viewOf(map).sizeInBytes()).isBetween(4L << 20, 5L << 20);
        assertThat(map.view().toTarget(0, 0).kind()).isEqualTo(Kind.BEFORE_MAP);
        assertThat(map.view().toTarget(3_999_998, 0)).isEqualTo(at(Kind.RECORD, 1_999_999));
    }

    @Test
    void shouldUseNothingFromBeforeAChunkThatIsMissing() {
        OffsetMap map = new OffsetMap(0);
        for (int i = 0; i < 10_000; i++) {
            map.add(i * 2L, i, 1);
        }
        Map<Integer, MapChunk> stored = new HashMap<>();
        viewOf(map).chunks().forEach(chunk -> stored.put(stored.size(), chunk));
        stored.remove(2);

        MapView view = MapView.of(stored);

        assertThat(view.firstChunk()).isEqualTo(3);
        assertThat(view.toTarget(0, 0).kind()).isEqualTo(Kind.BEFORE_MAP);
        assertThat(view.toTarget(19_998, 0)).isEqualTo(at(Kind.RECORD, 9_999));
    }

    @Test
    void shouldRefuseBytesThatAreNoChunk() {
        OffsetMap map = new OffsetMap(0);
        map.add(500, 1_000, 300);
        byte[] good = viewOf(map).chunks().get(0).encode();
        byte[] cut = Arrays.copyOf(good, good.length - 1);
        byte[] other = good.clone();
        other[0] = 9;

        assertThat(MapChunk.decode(good).runs()).containsExactly(new Run(500, 1_000, 300));
        assertThatThrownBy(() -> MapChunk.decode(cut)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MapChunk.decode(other)).hasMessageContaining("version 9");
        assertThatThrownBy(() -> MapChunk.decode(new byte[0])).isInstanceOf(IllegalArgumentException.class);
    }
}
